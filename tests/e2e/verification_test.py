# SPDX-License-Identifier: Apache-2.0
"""Logins with a code that the provider makes and checks: Twilio Verify and Telnyx Verify."""

import pwd
import re
import secrets
import shutil
import time

from fake_provider import telnyx, telnyx_verify, twilio, twilio_verify
from login import PROMPT
from private_machine import run
from protocol import ACCEPTED, DENIED, ENROLL, FIRST_PROVED, UNAVAILABLE, Client
from scenario import Scenario, Text, section


class Verification:
    """`settings` are the provider's section, without what belongs to the fake."""

    settings = {}
    path = ""
    check = ""  # a check's path
    resend_has_the_same_code = True

    def provider_section(self, name):
        if name != self.provider:
            return super().provider_section(name)
        fake = self.fake(name)
        return section(f"provider {name}", {
            "type": name, "ca_file": fake.ca_file, "base_url": fake.base_url + self.path} | self.settings)

    def _text(self, message):
        if message["provider"] != self.provider:
            return super()._text(message)
        return Text(message["provider"], message["to"], message["body"], message["code"], "", "")

    def checks(self):
        return [one["path"] for one in self.fake(self.provider).request_records()
                if re.fullmatch(self.check, one["path"])]

    def test_the_providers_code_lets_in(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            self.assertEqual("+353851234567", text.to)
            person.types(text.code)
            person.gets_in()
        self.assertIn(f"provider={self.provider}", self.logged("accepted reason=right-code user=alice"))
        self.assertEqual(1, len(self.checks()))
        self.assert_texts(1)

    def test_a_wrong_code_is_pending_and_no_more(self):
        """The answer to it is 2xx: only the one word lets in."""
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("Wrong code, 2 tries left.")
            person.reads(PROMPT)
            person.types(text.code)
            person.gets_in()
        self.assertEqual(2, len(self.checks()))
        self.assertEqual({200}, {one["status"] for one in self.fake(self.provider).request_records()
                                 if one["path"] in self.checks()})
        self.assertIn("answers=2", self.logged("accepted reason=right-code user=alice"))

    def test_wrong_codes_lock_however_often_it_is_asked(self):
        self.start_house(limits={"wrong_before_lockout": 3})
        with self.ssh() as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types(self.next_text().wrong_code)
            self.logged("notice kind=locked user=alice")
        self.assertEqual(3, len(self.checks()))

    def test_a_short_code_lets_nobody_in(self):
        """Services may be told to make shorter ones than can be trusted. Neither asked nor counted."""
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code[:5])
            person.sees("2 tries left.")
            person.reads(PROMPT)
        self.assertIn("CodeLength", self.logged("denied reason="))
        self.assertEqual([], self.checks())
        self.assertIn("nobody has failed", run(self.machine.build / "sms2fa", "status"))

    def test_no_clear_answer_denies_and_counts(self):
        """The answer was counted before the provider was asked, and stays so."""
        for mode in ("status-503", "reset", "hang", "garbage", "wrong-type"):
            with self.subTest(mode):
                self.start_house(delivery={"deadline": "3s"})
                with self.ssh() as person:
                    person.reads(PROMPT)
                    code = self.next_text().code
                    self.fake(self.provider).misbehave(mode)
                    person.types(code)
                    person.sees("could not be checked, 2 tries left.")
                    person.reads(PROMPT)
                self.assertRegex(self.logged("denied reason="), r"user=alice .*answers=1")
                self.assert_counted(1)
                self.tear_down_house()

    def test_r_brings_one_more_message_and_its_code_lets_in(self):
        self.start_house(limits={"resend_after": "3s"})
        with self.ssh() as person:
            person.reads(PROMPT)
            first = self.next_text()
            person.types("r")
            seconds = int(person.reads(r"Not yet: r works in (\d+) s\.\s+Enter one time PIN")[1])
            self.assertIn(seconds, range(1, 4))
            self.assert_texts(1)
            time.sleep(seconds)
            person.types("r")
            person.reads(r"Code on its way again to \*{8}67 .*Enter one time PIN[^:]*: ")
            last = self.next_text(after=1)
            self.assertEqual(self.resend_has_the_same_code, first.code == last.code)
            person.types(last.code)
            person.gets_in()
        self.assert_texts(2)
        self.assertIn("answers=1", self.logged("accepted reason=right-code user=alice"))

    def test_v_tells_a_code_by_a_call_and_it_lets_in(self):
        self.start_house(delivery={"voice": "yes"}, limits={"resend_after": "1s"})
        with self.ssh() as person:
            person.reads(r"\(r = resend, v = call me\): ")
            self.next_text()
            time.sleep(1)
            person.types("v")
            person.reads(r"Code on its way again to \*{8}67 ")
            call = self.fake(self.provider).wait_for_message(1)
            self.assertEqual("voice", call["medium"])
            person.types(call["code"])
            person.gets_in()
        self.assert_texts(1)

    def test_messages_have_a_budget_and_the_last_code_stays_good(self):
        self.start_daemon(limits={"resend_after": "1s", "sends_per_user": "2/10m"})
        with Client(self.machine.socket) as person:
            person.hello("alice", service="sshd", flags=FIRST_PROVED)
            person.prompt()
            for said in ("Code on its way again", "The message could not be sent again."):
                time.sleep(1)
                person.answers("r")
                self.assertIn(said, person.prompt())
            person.answers(self.next_text(after=1).code)
            self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        with Client(self.machine.socket) as person:
            person.hello("alice", service="sudo", flags=FIRST_PROVED)
            self.assertEqual((DENIED, "over-budget"), person.verdict())
        self.logged('detail="sends_per_user is used up"')
        self.assert_texts(2)

    def enrolls(self, *providers):
        """Alice, with these providers; returns the connection."""
        key = self.machine.write_trusted("/etc/sms2fa/store.key", secrets.token_hex(32) + "\n")
        self.keep_secret(key.read_text().strip())
        self.start_daemon(providers, enroll={"self": "yes"},
                          store={"path": self.state / "state.db", "key_file": key})
        person = Client(self.machine.socket, pwd.getpwnam("alice").pw_uid)
        self.addCleanup(person.close)
        person.hello("alice", flags=ENROLL)
        return person

    def test_where_no_change_can_be_told_there_is_none(self):
        person = self.enrolls(self.provider)
        self.assertEqual((UNAVAILABLE, "provider-failed"), person.verdict())
        self.assertIn("First show that you are who you were", person.notices[0])
        self.assert_texts(0)
        self.logged("no provider is configured for this")

    def test_another_provider_tells_what_the_service_cant(self):
        person = self.enrolls(self.provider, "twilio")
        self.assertTrue(person.next_is_a_prompt())
        text, = self.texts()
        self.assertIn("is your code to ADD a phone or app", text.body)

    def assert_counted(self, count):
        """The store has counted so many wrong answers in a row."""
        said = run(self.machine.build / "sms2fa", "status")
        self.assertRegex(said, rf"(?m)^alice +.* {count} +{count}$")

    def tear_down_house(self):
        self.stop_daemon()
        self._kill(self.sshd)
        self.close_fake(self.provider)
        shutil.rmtree(self.state, ignore_errors=True)
        self.since = len(self.machine.log.lines)


class TwilioVerifies(Verification, Scenario):
    provider = "twilio-verify"
    settings = {"account_sid": twilio.ACCOUNT_SID, "auth_token": twilio.AUTH_TOKEN,
                "verify_service_sid": twilio_verify.SERVICE_SID}
    check = r"/v2/Services/\w+/VerificationCheck"


class TelnyxVerifies(Verification, Scenario):
    provider = "telnyx-verify"
    settings = {"api_key": telnyx.API_KEY, "verify_profile_id": telnyx_verify.PROFILE_ID}
    path = "/v2"
    check = r"/v2/verifications/by_phone_number/[^/]+/actions/verify"
    resend_has_the_same_code = False  # it begins anew, and only the last one counts

    def test_after_r_the_first_code_is_wrong(self):
        self.start_daemon(limits={"resend_after": "1s"})
        with Client(self.machine.socket) as person:
            person.hello("alice")
            person.prompt()
            time.sleep(1)
            person.answers("r")
            person.prompt()
            first, last = self.texts()
            person.answers(first.code)
            self.assertIn("Wrong code, 2 tries left.", person.prompt())
            person.answers(last.code)
            self.assertEqual((ACCEPTED, "right-code"), person.verdict())
