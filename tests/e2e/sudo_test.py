# SPDX-License-Identifier: Apache-2.0
"""Real sudo, started by an unprivileged user."""

import subprocess

from login import PROMPT, SHELL, WHO_AM_I, sudo
from scenario import PASSWORD_THEN_PIN, PIN, PIN_THEN_PASSWORD, Scenario, processes


class Sudo:
    def start_with_sudo(self, pam, **configuration):
        self.start_daemon(**configuration)
        self.machine.pam_service("sudo", pam)
        self.machine.allow_sudo("alice", "carol")

    def test_password_then_pin(self):
        self.start_with_sudo(PASSWORD_THEN_PIN)
        with sudo("alice") as person:
            person.sees("[sudo] password for alice: ")
            self.assert_texts(0)
            person.types(self.machine.passwords["alice"])
            person.sees("Code sent by SMS to ********67")
            person.reads(PROMPT)
            text = self.next_text()
            self.assertEqual(("+353851234567", "sudo"), (text.to, text.service))
            person.types(text.code)
            person.gets_in("root")
        self.assert_texts(1)

    def test_pin_then_password(self):
        self.start_with_sudo(PIN_THEN_PASSWORD)
        with sudo("alice") as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.sees("[sudo] password for alice: ")
            person.types(self.machine.passwords["alice"])
            person.gets_in("root")
        self.assert_texts(1)


class SudoByTwilio(Sudo, Scenario):
    provider = "twilio"


class SudoByTelnyx(Sudo, Scenario):
    provider = "telnyx"


class SudoTrouble(Scenario):
    start_with_sudo = Sudo.start_with_sudo

    def test_what_is_typed_at_a_prompt_of_the_callers_own_is_hidden(self):
        """sudo -p puts its text in place of ours, and a person types the password again."""
        self.start_with_sudo(PASSWORD_THEN_PIN, message={"echo": "yes"})
        password = self.machine.passwords["alice"]
        with sudo("alice", "-p", "Password for %p: ") as person:
            person.sees("Password for alice: ")
            person.types(password)
            person.sees("Password for alice: ")
            person.types(password)
            person.sees("Password for alice: ")
            person.types(self.next_text().code)
            person.gets_in("root")
            self.assertNotIn(password, person.screen)
        self.assertFalse([line for line in self.machine.log.lines if password in line])

    def test_three_wrong_codes(self):
        self.start_with_sudo(PIN)
        with sudo("alice") as person:
            person.reads(PROMPT)
            text = self.next_text()
            for left in ("2 tries", "1 try"):
                person.types(text.wrong_code)
                person.sees(f"Wrong code, {left} left.")
            person.types(text.wrong_code)
            # sudo shows no notices, so the reason is a question; and it tries three times by itself.
            for _ in range(3):
                person.sees("Too many wrong codes. A new one can be sent in ")
                person.sees("Press Enter: ")
                person.types("")
            person.is_denied()
            self.assertEqual(3, person.screen.count("Enter one time PIN"))
        self.assert_texts(1)
        self.assertEqual(2, len([line for line in self.verdicts() if "reason=cooldown" in line]))

    def test_an_unenrolled_user(self):
        self.start_with_sudo(PIN)
        with sudo("carol") as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("123456")
            for _ in range(3):
                person.sees("Too many wrong codes")
                person.sees("Press Enter: ")
                person.types("")
            person.is_denied()
        self.assert_texts(0)

    def test_a_user_whom_sudoers_does_not_name(self):
        self.start_with_sudo(PIN)
        with sudo("bob") as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.is_denied()

    def test_ctrl_c_leaves_nothing_behind(self):
        self.start_with_sudo(PIN)
        with sudo("alice") as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.presses("c")
            person.is_denied()
        self.logged("denied reason=client-gone user=alice service=sudo")
        self.assertEqual(["sms2fad"], list(processes().values()))
        self.assert_texts(1)
        # And the challenge is still there.
        with sudo("alice") as person:
            person.reads(r"Code sent \d+ s ago to \*{8}67")
            person.types(text.code)
            person.gets_in("root")
        self.assert_texts(1)

    def test_ctrl_d(self):
        self.start_with_sudo(PIN)
        with sudo("alice") as person:
            person.reads(PROMPT)
            person.presses("d")
            person.is_denied()
        self.assert_texts(1)

    def test_empty_answers(self):
        self.start_with_sudo(PIN)
        with sudo("alice") as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("")
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in("root")
        self.assertIn("answers=1", self.logged("accepted reason=right-code"))

    def test_not_interactive(self):
        self.start_with_sudo(PIN)
        with sudo("alice", "-n") as person:
            person.is_denied()
            self.assertIn("a password is required", person.screen)
        self.assert_texts(0)

    def test_the_code_by_a_pipe(self):
        self.start_with_sudo(PIN)
        with self.piped_sudo() as process:
            process.stdin.write(self.next_text().code + "\n")
            output, _ = process.communicate(timeout=10)
            self.assertEqual((0, f"{SHELL} root\n"), (process.returncode, output))

    def test_a_wrong_code_by_a_pipe(self):
        self.start_with_sudo(PIN)
        with self.piped_sudo() as process:
            output, errors = process.communicate("no code\n", timeout=10)
            self.assertEqual((1, ""), (process.returncode, output))
            self.assertIn("Wrong code, 2 tries left", errors)
        self.assert_texts(1)

    def piped_sudo(self):
        return subprocess.Popen(
            ["setpriv", "--reuid=alice", "--regid=alice", "--init-groups", "sudo", "-S", "sh", "-c",
             WHO_AM_I], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True)
