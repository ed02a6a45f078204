# SPDX-License-Identifier: Apache-2.0
"""Answers that no provider should give, and certificates that no server should show: what the
person is told of each, who gets in, and what the log and the state say afterwards."""

import sqlite3
from typing import NamedTuple

from protocol import ACCEPTED, UNAVAILABLE, Client
from scenario import Scenario

MAY_COME = "A code should be on its way by SMS to ********67 (ref "
NOT_SENT = ["The message could not be sent."]
UNKNOWN = r"outcome-unknown \("


class Refusal(NamedTuple):
    """What is said of a message that did not go out: the verdict's reason; class and cause."""

    reason: str
    logged: str


# The message went out, or may have: only its code lets in.
UNCLEAR = {"truncated": UNKNOWN + ".*partial", "garbage": UNKNOWN + "HTTP 200",
           "deep-json": UNKNOWN + "the answer is too long"}


class Misbehaviour:
    """`refusals` maps modes of the fake to what becomes of them."""

    refusals = {}

    def login(self, service):
        person = Client(self.machine.socket)
        self.addCleanup(person.close)
        person.hello("alice", service=service)
        return person

    def only_the_right_code_lets_in(self, mode, logged):
        person = self.login(mode)
        said = person.prompt()
        self.assertTrue(said.startswith(MAY_COME), said)
        text = self.texts()[-1]
        self.assertEqual(mode, text.service)
        person.answers(text.wrong_code)
        self.assertIn("Wrong code, 2 tries left.", person.prompt())
        person.answers(text.code)
        self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        line = self.logged(f"accepted reason=right-code user=alice service={mode}")
        self.assertRegex(line, f"{self.provider}: {logged}")

    def nobody_gets_in(self, service, expected):
        person = self.login(service)
        self.assertEqual((UNAVAILABLE, expected.reason), person.verdict())
        self.assertEqual(NOT_SENT, person.notices)
        line = self.logged(f"unavailable reason={expected.reason} user=alice service={service}")
        self.assertRegex(line, f"{self.provider}: {expected.logged}")

    def the_state_is_sound(self):
        self.assertEqual(0, self.stop_daemon())
        with sqlite3.connect(self.state / "state.db") as database:
            self.assertEqual([("ok",)], database.execute("PRAGMA integrity_check").fetchall())
        database.close()

    def test_answers(self):
        self.start_daemon(limits={"sends_per_number": "100/10m"})
        for mode, logged in UNCLEAR.items():
            with self.subTest(mode):
                self.fake(self.provider).misbehave(mode)
                self.only_the_right_code_lets_in(mode, logged)
        self.assert_texts(len(UNCLEAR))
        for mode, expected in self.refusals.items():
            with self.subTest(mode):
                self.fake(self.provider).misbehave(mode)
                self.nobody_gets_in(mode, expected)
        # One request each: none was repeated, and no redirect followed.
        requests = [one for one in self.fake(self.provider).request_records()
                    if one["method"] == "POST"]
        self.assertEqual([*UNCLEAR, *self.refusals], [one["mode"] for one in requests])
        self.the_state_is_sound()

    def no_request_leaves(self, certificate, cause):
        self.certificate = certificate
        self.start_daemon()
        self.nobody_gets_in("sshd", Refusal("provider-failed", rf"failing \({cause}"))
        self.the_state_is_sound()
        self.assertEqual(0, self.fake(self.provider).requests)
        self.assertEqual([], self.fake(self.provider).warm_up_records())
        self.fake(self.provider).wait_for_connection()
        self.assertEqual({0}, {one["http_bytes"]
                               for one in self.fake(self.provider).connection_records()})

    def test_an_expired_certificate(self):
        self.no_request_leaves("expired", ".*expired")

    def test_a_certificate_of_another_host(self):
        self.no_request_leaves("wrong-host", ".*host")


class TwilioMisbehaves(Misbehaviour, Scenario):
    provider = "twilio"
    refusals = {
        "created-failed": Refusal("provider-failed", r"failing \(HTTP 201, error 30008\)"),
        "ok-error": Refusal("number-failed", r"number-refused \(HTTP 200, error 21211\)"),
        "redirect": Refusal("provider-failed", r"credentials \(HTTP 307\)"),
        "too-many": Refusal("provider-failed", r"failing \(HTTP 429, error 20429, retry after 3600 s\)"),
    }


class TelnyxMisbehaves(Misbehaviour, Scenario):
    provider = "telnyx"
    refusals = {
        "created-failed": Refusal("provider-failed", r"failing \(HTTP 200, error 40008\)"),
        "ok-error": Refusal("number-failed", r"number-refused \(HTTP 200, error 40310\)"),
        "redirect": Refusal("provider-failed", r"credentials \(HTTP 307\)"),
        "too-many": Refusal("provider-failed", r"failing \(HTTP 429, error 10011, retry after 3600 s\)"),
    }
