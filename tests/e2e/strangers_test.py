# SPDX-License-Identifier: Apache-2.0
"""Those who must never get in, and must not learn why: they see what an enrolled person sees."""

from login import PROMPT
from scenario import (KEYBOARD, PASSWORD_THEN_PIN, PIN, PIN_THEN_PASSWORD, PREMIUM, Scenario)

FIRST = r"Code sent by SMS to \*{8}\d\d \(ref [A-Z]\d\)\.\s+Enter one time PIN \(r = resend\): "
BOTH_SOURCES = {"sources": "users-file, gecos"}


class Strangers(Scenario):
    def walks_the_usual_prompts(self, user):
        with self.ssh(user) as person:
            person.reads(FIRST)
            person.types("123456")
            person.sees("Wrong code, 2 tries left. Enter one time PIN (r = resend): ")
            person.types("123456")
            person.sees("Wrong code, 1 try left. Enter one time PIN (r = resend): ")
            person.types("123456")
            person.is_denied()
            self.assertEqual(3, person.screen.count("Enter one time PIN"))
            self.assertRegex(person.screen, r"A new one can be sent in \d+ s")
            return person.screen

    def test_somebody_without_an_account(self):
        self.start_house(PIN_THEN_PASSWORD)
        self.walks_the_usual_prompts("mallory")
        self.assert_texts(0)
        self.logged("denied reason=unknown-user user=mallory")

    def test_an_account_that_is_not_enrolled(self):
        self.start_house(PIN_THEN_PASSWORD)
        self.walks_the_usual_prompts("carol")
        self.assert_texts(0)
        self.logged("denied reason=unknown-user user=carol")

    def test_an_account_with_a_premium_number(self):
        self.start_house(PIN_THEN_PASSWORD, directory=BOTH_SOURCES)
        screen = self.walks_the_usual_prompts("eve")
        self.assertNotIn(PREMIUM[-4:], screen)
        self.logged("GECOS field 3 of user eve")
        self.assert_texts(0)
        self.assertEqual(0, self.fake(self.provider).requests)

    def test_an_enrolled_person_sees_just_the_same(self):
        self.start_house(PIN_THEN_PASSWORD)
        self.walks_the_usual_prompts("alice")
        self.assert_texts(1)

    def test_r_is_answered_alike(self):
        self.start_house(PIN_THEN_PASSWORD)
        for user in ("alice", "carol", "mallory"):
            with self.subTest(user), self.ssh(user) as person:
                person.reads(FIRST)
                person.types("r")
                person.reads(r"Not yet: r works in \d+ s\.\s+Enter one time PIN")

    def test_an_empty_answer_is_answered_alike(self):
        self.start_house(PIN_THEN_PASSWORD)
        for user in ("alice", "carol", "mallory"):
            with self.subTest(user), self.ssh(user) as person:
                person.reads(FIRST)
                person.types("")
                person.reads(r"\) Enter one time PIN \(r = resend\): ")

    def test_the_made_up_digits_stay_the_same(self):
        self.start_house()
        seen = set()
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            with self.ssh("mallory", [f"BindAddress={address}"]) as person:
                seen.add(person.reads(r"Code sent by SMS to (\S+)")[1])
        self.assertEqual(1, len(seen), seen)

    def test_a_password_that_is_right_does_not_help_the_unenrolled(self):
        self.start_house(PASSWORD_THEN_PIN)
        with self.ssh("carol", ["NumberOfPasswordPrompts=1"]) as person:
            person.reads("[Pp]assword: ")
            person.types(self.machine.passwords["carol"])
            for _ in range(3):
                person.reads(PROMPT)
                person.types("123456")
            person.is_denied()
        self.assert_texts(0)


class ShutOutBySshd(Scenario):
    """alice is enrolled, but sshd's AllowUsers does not name her: it swaps all her answers."""

    def shut_alice_out(self, pam):
        self.start_daemon()
        self.start_sshd(pam, [*KEYBOARD, "AllowUsers bob"])

    def test_with_the_right_code(self):
        self.shut_alice_out(PIN)
        with self.ssh("alice", ["NumberOfPasswordPrompts=1"]) as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types(self.next_text().code)
            person.is_denied()
        self.assert_texts(1)  # sent before sshd gave itself away by its first answer

    def test_when_the_password_came_first_nothing_is_sent(self):
        self.shut_alice_out(["auth required pam_unix.so nodelay", *PIN])
        with self.ssh("alice", ["NumberOfPasswordPrompts=1"]) as person:
            person.reads("[Pp]assword: ")
            person.types(self.machine.passwords["alice"])
            person.reads(FIRST)
            person.types("123456")
            person.sees("2 tries left")
        self.assert_texts(0)

    def test_it_is_no_failure_of_alice(self):
        self.shut_alice_out(PIN)
        with self.ssh("alice", ["NumberOfPasswordPrompts=1"]) as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("123456")
            person.is_denied()
        for line in self.verdicts():
            self.assertNotIn("locked", line)


class Placeholder(Scenario):
    """What sshd's placeholder begins with can be typed, too, by whoever sits at alice's address."""

    BACKSPACE = "\b"

    def test_a_backspace_from_alices_address_costs_her_nothing(self):
        self.start_house(PIN)
        alice = self.ssh()
        alice.reads(PROMPT)
        code = self.next_text().code
        with self.ssh() as stranger:
            stranger.reads(PROMPT)
            stranger.types(self.BACKSPACE)
            stranger.reads(PROMPT)
        alice.types(code)
        alice.gets_in()
        self.assert_texts(1)
        self.logged("denied reason=not-admitted user=alice service=sshd")


class PasswordMethodOnly(Scenario):
    """sshd's password method answers prompts with the password; Debian ships the server so."""

    PASSWORD_METHOD = ["KbdInteractiveAuthentication no", "PasswordAuthentication yes",
                       "PubkeyAuthentication no"]
    CLIENT = ["PreferredAuthentications=password", "NumberOfPasswordPrompts=1"]

    def cannot_log_in(self, pam, **configuration):
        self.start_daemon(**configuration)
        self.start_sshd(pam, self.PASSWORD_METHOD)
        with self.ssh("alice", self.CLIENT) as person:
            person.reads("[Pp]assword: ")
            person.types(self.machine.passwords["alice"])
            person.is_denied()
        self.assertFalse([line for line in self.verdicts() if "accepted" in line])

    def test_pin_first(self):
        self.cannot_log_in(PIN_THEN_PASSWORD)
        self.logged("denied user=alice: the host's conversation failed")

    def test_password_first(self):
        self.cannot_log_in(PASSWORD_THEN_PIN)
        self.logged("denied user=alice: the host's conversation failed")

    def test_it_meets_no_hidden_prompt_that_it_would_answer_with_the_password(self):
        """PIN first: nothing could tell the daemon that it is one."""
        self.cannot_log_in(PIN_THEN_PASSWORD, message={"echo": "no"})
        self.logged("denied user=alice: the host's conversation failed")
        self.assertIn("answers=0", self.logged("denied reason=client-gone user=alice"))

    def test_nor_after_the_password(self):
        self.cannot_log_in(PASSWORD_THEN_PIN, message={"echo": "no"})
        self.logged("denied user=alice: the host's conversation failed")
        self.assertIn("answers=0", self.logged("denied reason=client-gone user=alice"))
