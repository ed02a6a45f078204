# SPDX-License-Identifier: Apache-2.0
"""Real su, started by an unprivileged user."""

from login import PROMPT, su
from scenario import PASSWORD_THEN_PIN, PIN, Scenario, processes


class Su(Scenario):
    def start_with_su(self, pam=PIN):
        self.start_daemon()
        self.machine.pam_service("su", ["auth sufficient pam_rootok.so", *pam])

    def test_the_one_who_is_become_gets_the_code(self):
        self.start_with_su(PASSWORD_THEN_PIN)
        with su("alice", "bob") as person:
            person.sees("Password: ")
            person.types(self.machine.passwords["bob"])
            person.sees("********23")
            person.reads(PROMPT)
            text = self.next_text()
            self.assertEqual(("+447700900123", "su"), (text.to, text.service))
            person.types(text.code)
            person.gets_in("bob")
        self.assertIn("ruser=alice", self.logged("accepted reason=right-code user=bob service=su"))

    def test_to_root_who_is_not_enrolled(self):
        self.start_with_su()
        with su("alice", "root") as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("123456")
            person.is_denied()
        self.assert_texts(0)

    def test_wrong_codes(self):
        self.start_with_su()
        with su("alice", "bob") as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types(self.next_text().wrong_code)
            person.is_denied()
            self.assertIn("Too many wrong codes", person.screen)
        self.assert_texts(1)

    def test_ctrl_c_leaves_nothing_behind(self):
        self.start_with_su()
        with su("alice", "bob") as person:
            person.reads(PROMPT)
            self.next_text()
            person.presses("c")
            person.is_denied()
        self.logged("denied reason=client-gone user=bob service=su")
        self.assertEqual(["sms2fad"], list(processes().values()))
        self.assert_texts(1)

    def test_ctrl_d(self):
        self.start_with_su()
        with su("alice", "bob") as person:
            person.reads(PROMPT)
            person.presses("d")
            person.is_denied()
        self.logged("denied")
