# SPDX-License-Identifier: Apache-2.0
"""One challenge over several connections; the same code again; what a code is good for."""

import time

from login import PROMPT, sudo
from scenario import AFTERWARDS, PIN, PIN_THEN_PASSWORD, Scenario

SOON = {"resend_after": "5s"}


class Reconnecting:
    def test_a_client_that_was_cut_off_goes_on_with_the_same_code(self):
        self.start_house()
        with self.ssh() as person:
            ref = person.reads(r"\(ref (..)\)")[1]
            person.reads(PROMPT)
            text = self.next_text()
            person.vanishes()
        with self.ssh() as person:
            again = person.reads(r"Code sent \d+ s ago to \*{8}67 \(ref (..)\)\.\s+Enter one")
            self.assertEqual(ref, again[1])
            person.types(text.code)
            person.gets_in()
        self.assert_texts(1)

    def test_a_used_code_is_dead(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            first = self.next_text()
            person.types(first.code)
            person.gets_in()
        with self.ssh() as person:
            person.sees("Code sent by SMS to")
            person.reads(PROMPT)
            second = self.next_text(after=1)
            self.assertNotEqual(first.code, second.code)
            person.types(first.code)
            person.sees("Wrong code, 2 tries left")
            person.types(second.code)
            person.gets_in()
        self.assert_texts(2)

    def test_resend_brings_the_same_code_and_costs_no_try(self):
        self.start_house(limits=SOON)
        with self.ssh() as person:
            person.reads(PROMPT)
            first = self.next_text()
            person.types("r")
            seconds = int(person.reads(r"Not yet: r works in (\d+) s\.\s+Enter one time PIN")[1])
            self.assertTrue(1 <= seconds <= 5, seconds)
            self.assert_texts(1)
            time.sleep(seconds)
            person.types("R")
            person.reads(rf"Code on its way again to \*{{8}}67 \(ref {first.ref}\)\.\s+Enter one time PIN")
            second = self.next_text(after=1)
            self.assertEqual(first.body, second.body)
            person.types(second.wrong_code)
            person.sees("2 tries left")
            person.types(second.code)
            person.gets_in()
        self.assert_texts(2)


class ReconnectingByTwilio(Reconnecting, Scenario):
    provider = "twilio"


class ReconnectingByTelnyx(Reconnecting, Scenario):
    provider = "telnyx"


class OneClient(Scenario):
    def test_the_clients_own_second_transaction_goes_on_with_the_same_code(self):
        self.start_house()
        with self.ssh() as person:
            # So many empty answers end the transaction, and the stock client begins another.
            for _ in range(12):
                person.reads(PROMPT)
                person.types("")
            person.reads(r"Code sent \d+ s ago to \*{8}67")
            person.types(self.next_text().code)
            person.gets_in()
        self.assert_texts(1)

    def test_a_mistyped_password_after_the_pin_needs_a_new_code(self):
        self.start_house(PIN_THEN_PASSWORD)
        with self.ssh() as person:
            person.reads(PROMPT)
            first = self.next_text()
            person.types(first.code)
            person.reads("[Pp]assword: ")
            person.types("mistyped")
            person.sees("Code sent by SMS to")
            second = self.next_text(after=1)
            self.assertNotEqual(first.code, second.code)
            person.types(second.code)
            person.reads("[Pp]assword: ")
            person.types(self.machine.passwords["alice"])
            person.gets_in()

    def test_two_logins_at_once_share_the_code_and_one_gets_in(self):
        self.start_house()
        with self.ssh() as one, self.ssh() as other:
            one.reads(PROMPT)
            other.reads(PROMPT)
            text = self.next_text()
            one.types(text.code)
            one.gets_in()
            other.types(text.code)
            other.sees("Code sent by SMS to")
            self.assertNotIn("Too many wrong codes", other.screen)
        self.assert_texts(2)

    def test_a_client_lost_while_the_provider_is_slow(self):
        self.start_house()
        self.fake(self.provider).misbehave("slow-1000")
        with self.ssh() as person:
            text = self.next_text()
            person.vanishes()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(text.code)
            person.gets_in()
        self.assert_texts(1)

    def test_more_logins_at_once_than_allowed(self):
        self.start_house(limits={"logins_per_user": "2"})
        with self.ssh() as one, self.ssh() as other:
            one.reads(PROMPT)
            other.reads(PROMPT)
            with self.ssh() as third:
                third.is_denied()
            self.logged("unavailable reason=busy user=alice")
            with self.ssh("bob") as bob:
                bob.reads(PROMPT)
            one.types(self.next_text().code)
            one.gets_in()

    def test_resends_are_limited(self):
        self.start_house(limits=SOON | {"sends_per_code": "2"})
        with self.ssh() as person:
            person.reads(PROMPT)
            time.sleep(5)
            person.types("r")
            # That was the last, so the prompt offers no other.
            person.reads(r"Code on its way again to \S+ \(ref ..\)\.\s+Enter one time PIN: ")
            person.types("r")
            person.sees("No more messages for this code. Enter one time PIN: ")
            person.types(self.next_text().code)
            person.gets_in()
        self.assert_texts(2)


class WhereACodeIsGood(Scenario):
    def test_not_from_another_source(self):
        self.start_house()
        with self.ssh() as one:
            one.reads(PROMPT)
            of_one = self.next_text()
            other = self.ssh(options=["BindAddress=127.0.0.2"])
            other.sees("Code sent by SMS to")
            of_other = self.next_text(after=1)
            self.assertNotEqual(of_one.code, of_other.code)
            other.types(of_one.code)
            other.sees("2 tries left")
            one.types(of_other.code)
            one.sees("2 tries left")
            one.types(of_one.code)
            one.gets_in()
            other.types(of_other.code)
            other.gets_in()
        self.assert_texts(2)

    def test_not_for_another_service(self):
        self.start_house(PIN)
        self.machine.pam_service("sudo", ["auth required {module}", *AFTERWARDS])
        self.machine.allow_sudo("alice")
        with self.ssh() as remote:
            remote.reads(PROMPT)
            of_ssh = self.next_text()
            local = self.meet(sudo("alice"))
            local.sees("Code sent by SMS to")
            of_sudo = self.next_text(after=1)
            self.assertEqual(("sshd", "sudo"), (of_ssh.service, of_sudo.service))
            local.types(of_ssh.code)
            local.sees("2 tries left")
            local.types(of_sudo.code)
            local.gets_in("root")
            remote.types(of_ssh.code)
            remote.gets_in()

    def test_not_for_another_person(self):
        self.start_house()
        with self.ssh("alice") as alice, self.ssh("bob") as bob:
            alice.reads(PROMPT)
            bob.sees("********23")
            bob.reads(PROMPT)
            codes = {}
            for text in (self.next_text(), self.next_text(after=1)):
                codes[text.to] = text.code
            bob.types(codes["+353851234567"])
            bob.sees("2 tries left")
            alice.types(codes["+447700900123"])
            alice.sees("2 tries left")
            bob.types(codes["+447700900123"])
            bob.gets_in("bob")
