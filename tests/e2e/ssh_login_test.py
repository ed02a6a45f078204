# SPDX-License-Identifier: Apache-2.0
"""Logging in by ssh with the right code."""

from login import PROMPT
from scenario import PASSWORD_THEN_PIN, PIN, PIN_THEN_PASSWORD, Scenario

KEY_THEN_PIN = ["KbdInteractiveAuthentication yes", "PasswordAuthentication no",
                "PubkeyAuthentication yes",
                "AuthenticationMethods publickey,keyboard-interactive:pam"]


class RightCode:
    def test_pin_then_password(self):
        self.start_house(PIN_THEN_PASSWORD)
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.reads("[Pp]assword: ")
            person.types(self.machine.passwords["alice"])
            person.gets_in()
        self.assert_texts(1)

    def test_password_then_pin(self):
        self.start_house(PASSWORD_THEN_PIN)
        with self.ssh() as person:
            person.reads("[Pp]assword: ")
            self.assert_texts(0)
            person.types(self.machine.passwords["alice"])
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assert_texts(1)

    def test_public_key_then_pin(self):
        self.start_daemon()
        self.start_sshd(PIN, KEY_THEN_PIN)
        key = self.alices_key()
        with self.ssh(options=[f"IdentityFile={key}"]) as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assert_texts(1)
        self.assertIn("after=publickey", self.logged("accepted reason=right-code"))

    def test_without_the_public_key_nothing_is_asked_or_sent(self):
        self.start_daemon()
        self.start_sshd(PIN, KEY_THEN_PIN)
        with self.ssh() as person:
            person.is_denied()
            self.assertNotIn("PIN", person.screen)
        self.assert_texts(0)

    def test_the_prompt_and_the_message_belong_together(self):
        self.start_house()
        with self.ssh() as person:
            prompt = person.reads(r"Code sent by SMS to (\S+) \(ref ([A-Z]\d)\)\.\s+"
                                  r"Enter one time PIN \(r = resend\): ")
            text = self.next_text()
            self.assertEqual("********67", prompt[1])
            self.assertEqual(text.ref, prompt[2])
            self.assertEqual("+353851234567", text.to)
            self.assertEqual("sshd", text.service)
            self.assertTrue(text.body.startswith("web01: "))
            self.assertLessEqual(len(text.body), 160)
            person.types(text.code)
            person.gets_in()
        line = self.logged("accepted reason=right-code")
        for part in ("user=alice", "service=sshd", "rhost=127.0.0.1", "method=sms",
                     f"provider={self.provider}", "message=", "number=********67",
                     f"ref={text.ref}", "answers=1"):
            self.assertIn(part, line)
        self.assertEqual(1, len(self.verdicts()))


class RightCodeByTwilio(RightCode, Scenario):
    provider = "twilio"


class RightCodeByTelnyx(RightCode, Scenario):
    provider = "telnyx"


class Typing(Scenario):
    def test_blanks_and_dashes_in_the_code_do_not_matter(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            code = self.next_text().code
            person.types(f" {code[:3]}-{code[3:]} ")
            person.gets_in()

    def test_the_password_at_the_pin_prompt_costs_a_try_and_stays_here(self):
        self.start_house(PASSWORD_THEN_PIN)
        password = self.machine.passwords["alice"]
        with self.ssh() as person:
            person.reads("[Pp]assword: ")
            person.types(password)
            person.reads(PROMPT)
            person.types(password)
            # As for an account that sshd does not admit, whose answers it replaces.
            person.sees("Wrong code, 2 tries left. Enter one time PIN")
            person.types(self.next_text().code)
            person.gets_in()
        self.assertIn("answers=2", self.logged("accepted reason=right-code"))
        self.assertFalse([line for line in self.machine.log.lines if password in line])

    def test_an_empty_answer_asks_again_and_costs_no_try(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types("")
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assertIn("answers=1", self.logged("accepted reason=right-code"))

    def test_the_question_is_the_configured_one_and_the_code_is_shown_all_the_same(self):
        self.start_house(message={"echo": "no", "prompt": "Geben Sie die PIN ein"})
        with self.ssh() as person:
            person.sees("Geben Sie die PIN ein (r = resend): ")
            code = self.next_text().code
            person.types(code)
            person.gets_in()
            self.assertIn(code, person.screen)
