# SPDX-License-Identifier: Apache-2.0
"""Providers in trouble: who is asked, what the person is told, what the log says."""

import os
import signal
import subprocess
import time

from login import PROMPT
from protocol import FIRST_PROVED, Client
from scenario import Scenario

OTHER = {"twilio": "telnyx", "telnyx": "twilio"}
OPTED_OUT = {"twilio": 21610, "telnyx": 40300}
ONE_TRANSACTION = ["NumberOfPasswordPrompts=1"]


class ProviderTrouble:
    """self.provider is the first choice, and in trouble; the other one works."""

    @property
    def other(self):
        return OTHER[self.provider]

    def start_with_both(self, trouble=None, **configuration):
        self.start_house(providers=[self.provider, self.other], **configuration)
        if trouble:
            self.fake(self.provider).misbehave(trouble)

    def the_other_delivers(self):
        with self.ssh() as person:
            person.sees("Code sent by SMS to ********67")
            person.reads(PROMPT)
            person.types(self.next_text(provider=self.other).code)
            person.gets_in()
        self.assert_texts(1)
        line = self.logged("accepted reason=right-code")
        self.assertIn(f"provider={self.other}", line)
        return line

    def nobody_delivers(self, reason="provider-failed"):
        with self.ssh(options=ONE_TRANSACTION) as person:
            person.sees("The message could not be sent.")
            person.is_denied()
            self.assertNotIn("PIN", person.screen)
        self.logged(f"sms2fad could not do its part ({reason})")
        return self.logged(f"unavailable reason={reason}")

    def only_the_first_was_asked(self):
        self.assertEqual(1, self.fake(self.provider).requests)
        self.assertEqual(0, self.fake(self.other).requests)

    def test_a_server_error_goes_to_the_other(self):
        self.start_with_both("status-503")
        self.the_other_delivers()
        self.assertEqual(1, self.fake(self.provider).requests)

    def test_a_refused_connection_goes_to_the_other(self):
        self.start_with_both()
        self.close_fake(self.provider)
        self.the_other_delivers()

    def test_wrong_credentials_go_to_the_other_and_are_loud_in_the_log(self):
        self.start_with_both("status-401")
        self.the_other_delivers()
        self.logged(f"{self.provider}: credentials (HTTP 401")

    def test_a_connection_that_is_reset_at_once_goes_to_the_other(self):
        self.fake(self.provider).misbehave("reset-early")
        self.start_with_both()
        self.the_other_delivers()

    def assert_in_cooldown(self, expected):
        """What the daemon records of a provider is durable soon, and not at once."""
        end = time.monotonic() + 5
        in_cooldown = not expected
        while in_cooldown != expected:
            self.assertLess(time.monotonic(), end, f"in cooldown: {in_cooldown}")
            said = subprocess.run([self.machine.build / "sms2fa", "status"], check=True,
                                  capture_output=True, text=True).stdout
            in_cooldown = "in cooldown since" in said

    def test_a_provider_that_keeps_failing_is_in_cooldown_until_a_restart(self):
        self.start_with_both("status-503")
        for login in range(3):
            with Client(self.machine.socket) as person:
                person.hello("alice", rhost="192.0.2.1", flags=FIRST_PROVED)
                person.prompt()
                person.answers(self.next_text(after=login, provider=self.other).code)
                person.verdict()
        self.assertIn("state=open", self.logged(f"kind=provider-state provider={self.provider}"))
        self.assert_in_cooldown(True)
        self.daemon.terminate()
        self.daemon.wait()
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon()
        self.machine.log.wait_for("]: ready", since)
        self.assert_in_cooldown(False)

    def test_a_hang_may_have_delivered_so_nobody_else_is_asked(self):
        self.start_with_both("hang", delivery={"deadline": "1s"})
        with self.ssh() as person:
            person.reads(r"A code should be on its way by SMS to \*{8}67 \(ref ..\)\.\s+"
                         r"Enter one time PIN \(r = resend\): ")
            self.assertEqual(0, self.fake(self.other).requests)
            person.types(self.next_text().code)  # it did arrive
            person.gets_in()
        self.assertEqual(1, self.fake(self.provider).requests)
        self.assert_texts(1)

    def test_a_hang_goes_to_the_other_where_the_configuration_says_so(self):
        self.start_with_both("hang", delivery={"deadline": "4s", "on_unknown_outcome": "retry"})
        with self.ssh() as person:
            person.sees("Code sent by SMS to ********67")
            person.reads(PROMPT)
            text = self.next_text(provider=self.other)
            self.assertEqual(self.next_text().body, text.body)  # the hanging one took it too
            person.types(text.code)
            person.gets_in()
        self.assertIn(f"provider={self.other}", self.logged("accepted reason=right-code"))
        self.assert_texts(2)

    def test_a_hang_counts_whatever_the_other_says(self):
        self.start_with_both("hang", delivery={"deadline": "4s", "on_unknown_outcome": "retry"})
        self.fake(self.other).misbehave(f"code-{OPTED_OUT[self.other]}")
        with self.ssh() as person:
            person.sees("A code should be on its way by SMS to ********67")
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assertEqual(1, self.fake(self.other).requests)

    def test_a_reset_after_the_request_asks_nobody_else(self):
        self.start_with_both("reset")
        with self.ssh() as person:
            person.sees("A code should be on its way by SMS to ********67")
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.only_the_first_was_asked()

    def test_a_refused_number_is_refused_everywhere(self):
        code = OPTED_OUT[self.provider]
        self.start_with_both(f"code-{code}")
        line = self.nobody_delivers("number-failed")
        self.assertIn(f"provider={self.provider}", line)
        self.assertIn(f"error {code}, the person sent STOP; they have to text START to +", line)
        self.only_the_first_was_asked()

    def test_the_stock_client_does_not_ask_three_times_in_a_row(self):
        self.start_with_both(f"code-{OPTED_OUT[self.provider]}")
        with self.ssh() as person:
            person.sees("The message could not be sent.")
            person.is_denied()
        self.assertEqual(1, self.fake(self.provider).requests)
        self.assert_texts(0)

    def test_the_only_one_is_down(self):
        self.start_house()
        self.close_fake(self.provider)
        self.assertIn(f"{self.provider}: failing", self.nobody_delivers())

    def test_both_are_down(self):
        self.start_with_both("status-500")
        self.fake(self.other).misbehave("status-500")
        line = self.nobody_delivers()
        self.assertIn(f"{self.provider}: ", line)
        self.assertIn(f"{self.other}: ", line)
        self.assert_texts(0)

    def test_a_certificate_of_an_unknown_authority_gets_no_request(self):
        # The authority of the other fake: a proper one, but not this server's.
        self.settings_of_provider = {"ca_file": self.fake(self.other).ca_file}
        self.start_house()
        self.nobody_delivers()
        self.assertEqual(0, self.fake(self.provider).requests)

    def test_a_resend_that_fails_leaves_the_code_good(self):
        self.start_house(limits={"resend_after": "5s"})
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            self.fake(self.provider).misbehave("status-500")
            time.sleep(5)
            person.types("r")
            person.sees("The message could not be sent again. Enter one time PIN")
            person.types(text.code)
            person.gets_in()
        self.assert_texts(1)

    def test_a_resend_goes_to_the_other_with_the_same_code(self):
        self.start_with_both(limits={"resend_after": "1s"})
        with self.ssh() as person:
            person.reads(PROMPT)
            code = self.next_text().code
            time.sleep(1)
            person.types("r")
            person.reads("Code on its way again")
            self.assertEqual(code, self.next_text(provider=self.other).code)
            person.types(code)
            person.gets_in()
        self.assertEqual([1, 1], [len(self.fake(name).messages())
                                  for name in (self.provider, self.other)])


class TwilioInTrouble(ProviderTrouble, Scenario):
    provider = "twilio"


class TelnyxInTrouble(ProviderTrouble, Scenario):
    provider = "telnyx"


class WhatArrived(Scenario):
    """What is left at the provider of a message that arrived."""

    def message_path(self):
        """The end of what is asked about the one message, once it has been asked."""
        fake = self.fake("twilio")
        path = f"/Messages/{fake.messages()[0]['id']}.json"
        self.wait_for_request("GET", path)
        return path

    def asked(self, method, path):
        return [record for record in self.fake("twilio").request_records()
                if record["method"] == method and record["path"].endswith(path)]

    def wait_for_request(self, method, path):
        end = time.monotonic() + 10
        while not self.asked(method, path):
            self.assertLess(time.monotonic(), end, f"no {method} of {path}")
            time.sleep(0.02)

    def body_at_the_provider(self):
        fake = self.fake("twilio")
        return fake.book.find(fake.messages()[0]["id"])["body"]

    def log_in_once_it_has_arrived(self, until=lambda path: None):
        self.fake("twilio").deliver_as("delivered")
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            path = self.message_path()
            until(path)
            person.types(text.code)
            person.gets_in()
        self.assertEqual(0, self.stop_daemon())  # it ends what it has begun
        return path, text.body

    def test_its_text_is_emptied_where_that_is_wanted(self):
        self.settings_of_provider = {"redact_after_delivery": "yes"}
        path, _ = self.log_in_once_it_has_arrived(lambda path: self.wait_for_request("POST", path))
        self.assertEqual([200], [record["status"] for record in self.asked("POST", path)])
        self.assertEqual("", self.body_at_the_provider())

    def threads(self):
        return len(os.listdir(f"/proc/{self.daemon.pid}/task"))

    def test_a_reload_does_not_end_the_following(self):
        self.settings_of_provider = {"redact_after_delivery": "yes"}
        fake = self.fake("twilio")
        fake.deliver_as("sent")
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            path = self.message_path()
            since, before = len(self.machine.log.lines), self.threads()
            self.daemon.send_signal(signal.SIGHUP)
            self.machine.log.wait_for("again", since)
            self.assertGreater(self.threads(), before)  # both settings stand
            person.types(text.code)
            person.gets_in()
        fake.deliver_as("delivered")
        self.assertIn("user=alice", self.logged("state=delivered"))
        self.wait_for_request("POST", path)
        self.assertEqual("", self.body_at_the_provider())
        end = time.monotonic() + 10
        while self.threads() >= before:  # without those that followed
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_its_text_stays_otherwise(self):
        path, body = self.log_in_once_it_has_arrived()
        self.assertEqual([], self.asked("POST", path))
        self.assertEqual(body, self.body_at_the_provider())
