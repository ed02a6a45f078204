# SPDX-License-Identifier: Apache-2.0
"""Wrong answers: how many, what they cost, and how they lock."""

import time

from login import PROMPT
from scenario import Scenario

SHORTEST_REST = {"resend_after": "5s"}


class WrongCode:
    def test_three_wrong_codes_are_the_end_for_one_text(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("Wrong code, 2 tries left. Enter one time PIN")
            person.types("not even digits")
            person.sees("Wrong code, 1 try left. Enter one time PIN")
            person.types(text.wrong_code)
            # The stock client begins two more transactions by itself.
            person.is_denied()
            self.assertEqual(3, person.screen.count("Enter one time PIN"))
            self.assertRegex(person.screen, r"A new one can be sent in \d+ s")
        self.assert_texts(1)
        reasons = [line.split("reason=")[1].split()[0] for line in self.verdicts()]
        self.assertEqual(["no-tries-left", "cooldown", "cooldown"], reasons)

    def test_a_right_code_after_two_wrong_ones(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            for left in ("2 tries", "1 try"):
                person.types(text.wrong_code)
                person.sees(f"Wrong code, {left} left. Enter one time PIN")
            person.types(text.code)
            person.gets_in()
        self.assertIn("answers=3", self.logged("accepted reason=right-code"))


class WrongCodeByTwilio(WrongCode, Scenario):
    provider = "twilio"


class WrongCodeByTelnyx(WrongCode, Scenario):
    provider = "telnyx"


class TriesAreCounted(Scenario):
    def wrong_answers(self, person, count, code):
        for _ in range(count):
            person.reads(PROMPT)
            person.types(code)

    def test_reconnecting_gives_no_more_tries(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("2 tries left")
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(text.wrong_code)
            person.sees("1 try left")
            person.types(text.wrong_code)
            person.is_denied()
        self.assert_texts(1)

    def test_when_the_rest_is_over_a_new_code_comes(self):
        self.start_house(limits=SHORTEST_REST)
        with self.ssh() as person:
            first = self.next_text()
            self.wrong_answers(person, 3, first.wrong_code)
            seconds = int(person.reads(r"A new one can be sent in (\d+) s")[1])
            self.assertLessEqual(seconds, 5)
            person.is_denied()
        time.sleep(seconds)
        with self.ssh() as person:
            person.reads(PROMPT)
            second = self.next_text(after=1)
            self.assertNotEqual(first.code, second.code)
            person.types(second.code)
            person.gets_in()

    def test_failures_in_a_row_lock_and_then_no_code_is_right(self):
        self.start_house(limits={"wrong_before_lockout": "2"})
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("2 tries left")
            person.types(text.wrong_code)
            person.sees("1 try left")
            person.types(text.code)
            person.is_denied()
        self.assert_texts(1)
        # From elsewhere, where nothing rests: the usual prompt, with the usual digits, and no text.
        with self.ssh(options=["BindAddress=127.0.0.2", "NumberOfPasswordPrompts=1"]) as person:
            person.sees("Code sent by SMS to ********67")
            self.wrong_answers(person, 3, text.code)
            person.is_denied()
        self.assert_texts(1)
        self.logged("denied reason=locked user=alice")

    def test_a_success_resets_the_count(self):
        self.start_house(limits={"wrong_before_lockout": "3"})
        for login in range(2):
            with self.ssh() as person:
                person.reads(PROMPT)
                text = self.next_text(after=login)
                self.assertTrue(text)
                person.types(text.wrong_code)
                person.reads(PROMPT)
                person.types(text.wrong_code)
                person.reads(PROMPT)
                person.types(text.code)
                person.gets_in()

    def test_a_lock_ends(self):
        self.start_house(limits={"wrong_before_lockout": "1", "lockout": "1s"})
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("2 tries left")
        time.sleep(1.1)
        with self.ssh(options=["BindAddress=127.0.0.2"]) as person:
            person.reads(PROMPT)
            person.types(self.next_text(after=1).code)
            person.gets_in()

    def test_a_budget_of_messages_runs_dry(self):
        self.start_house(limits={"sends_per_number": "4/10m"})
        for sent in range(2):
            with self.ssh() as person:
                person.reads(PROMPT)
                person.types(self.next_text(after=sent).code)
                person.gets_in()
        with self.ssh() as person:
            person.reads(r"Too many messages lately\. Try again in 10 min\.")
            person.is_denied()
            self.assertNotIn("PIN", person.screen)
        self.assert_texts(2)
        self.assertIn("sends_per_number", self.logged("denied reason=over-budget"))

    def test_a_code_expires(self):
        self.start_house(code={"lifetime": "1s"})
        with self.ssh(options=["NumberOfPasswordPrompts=1"]) as person:
            person.reads(PROMPT)
            code = self.next_text().code
            self.logged("denied reason=expired")
            person.types(code)
            person.is_denied()
            self.assertIn("The code has expired", person.screen)
        self.logged("authentication failure; ")
        self.assertFalse([line for line in self.machine.log.lines[self.since:]
                          if "cannot use sms2fad" in line])
