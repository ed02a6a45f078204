# SPDX-License-Identifier: Apache-2.0
"""Logins with a number that is looked up first, and through a gateway of somebody else's."""

import re
import time

from login import PROMPT
from private_machine import run
from protocol import ACCEPTED, FIRST_PROVED, UNAVAILABLE, Client
from scenario import Scenario, section

LANDLINE = "+353851110009"
VOIP = "+353851110019"
SWAPPED = "+353851110029"
NO_SIM_SWAP = "+353851110049"
RISKY = "+353851110039"
INVALID = "+353851110079"


class GetsNoMessage(Scenario):
    def gets_no_message(self, number, why, reason="number-failed"):
        self.start_house(users={"alice": number})
        with self.ssh() as person:
            person.is_denied()
        self.assertEqual([], self.fake("twilio").messages())
        self.assertIn(f"lookup: {why}", self.logged(f"reason={reason} user=alice"))


class Lookup(GetsNoMessage):
    fields = "line-type, sim-swap"
    more = {}  # settings on top

    def provider_section(self, name):
        self.settings_of_provider = {} if name != "twilio" else {
            "lookup": self.fields, "lookup_url": self.fake("twilio").base_url} | self.more
        return super().provider_section(name)

    def looked_up(self):
        return [one for one in self.fake("twilio").request_records()
                if one["path"].startswith("/v2/PhoneNumbers/")]

    def test_a_mobile_phone_is_texted_and_looked_up_once(self):
        self.start_house()
        for count in (1, 2):
            with self.ssh() as person:
                person.reads(PROMPT)
                person.types(self.next_text(count - 1).code)
                person.gets_in()
        self.assertEqual(1, len(self.looked_up()))
        self.assert_texts(2)

    def test_a_landline_is_called(self):
        self.start_house(users={"alice": LANDLINE}, delivery={"voice": "yes"})
        with self.ssh() as person:
            person.sees("Calling ********09 with the code. Enter one time PIN")
            call = self.fake("twilio").wait_for_message()
            self.assertEqual(("voice", LANDLINE), (call["medium"], call["to"]))
            person.types(re.sub(r"\D", "", call["body"]))
            person.gets_in()
        self.assert_texts(0)
        line = self.logged("accepted reason=right-code user=alice")
        self.assertIn("the number is a landline", line)
        self.assertIn("called instead", line)

    def test_a_recent_sim_swap_gets_no_message_and_a_clear_line(self):
        self.gets_no_message(SWAPPED, "the SIM card was swapped lately")

    def test_voip_gets_no_message(self):
        self.more = {"voip": "refuse"}
        self.gets_no_message(VOIP, "the number is VoIP")

    def test_a_field_with_an_error_code_is_told_of_and_asked_for_again(self):
        self.start_house(users={"alice": NO_SIM_SWAP})
        for count in (1, 2):
            with self.ssh() as person:
                person.reads(PROMPT)
                person.types(self.next_text(count - 1).code)
                person.gets_in()
        self.assertEqual(2, len(self.looked_up()))
        self.assertIn("lookup: the look-up failed (sim_swap: error 60607); twilio: accepted",
                      self.logged("accepted reason=right-code user=alice"))
        self.assert_texts(2)

    def nothing_goes_out(self, reason):
        """One login at the daemon's socket; returns its log line."""
        self.keep_secret(RISKY.lstrip("+"), INVALID.lstrip("+"))
        with Client(self.machine.socket) as person:
            person.hello("alice")
            self.assertEqual((UNAVAILABLE, reason), person.verdict())
        self.assertEqual(1, len(self.looked_up()))
        self.assertEqual([], self.fake("twilio").messages())
        return self.logged(f"unavailable reason={reason} user=alice")

    def test_a_number_that_is_not_valid_gets_no_message(self):
        self.start_daemon(users={"alice": INVALID})
        line = self.nothing_goes_out("number-failed")
        self.assertIn("lookup: the number is not valid", line)

    def test_a_number_at_risk_of_pumping_gets_no_message(self):
        self.fields = "pumping-risk"
        self.start_daemon(users={"alice": RISKY})
        line = self.nothing_goes_out("number-failed")
        self.assertIn("lookup: the number is at risk of SMS pumping", line)

    def test_a_risk_that_nobody_asked_about_stands_in_nobodys_way(self):
        self.start_daemon(users={"alice": RISKY})
        with Client(self.machine.socket) as person:
            person.hello("alice")
            person.prompt()
        self.assert_texts(1)

    def test_where_a_look_up_is_required_its_failure_gets_no_message(self):
        self.more = {"lookup_required": "yes"}
        self.start_daemon()
        self.fake("twilio").misbehave("status-503", count=1)
        line = self.nothing_goes_out("provider-failed")
        self.assertIn("lookup: the look-up failed (HTTP 503)", line)

    def test_where_it_is_not_required_its_failure_stands_in_nobodys_way(self):
        self.start_daemon()
        self.fake("twilio").misbehave("status-503", count=1)
        with Client(self.machine.socket) as person:
            person.hello("alice")
            person.prompt()
            person.answers(self.next_text().code)
            self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        self.assertEqual([503], [one["status"] for one in self.looked_up()])

    def test_status_shows_who_is_in_cooldown_behind_a_look_up(self):
        # Only messages fail there.
        self.more = {"base_url": self.fake("twilio").base_url + "/!status-503"}
        self.start_daemon(["twilio", "telnyx"])
        for login in range(3):
            with Client(self.machine.socket) as person:
                person.hello("alice", service=f"service{login}", flags=FIRST_PROVED)
                person.prompt()
                person.answers(self.next_text(after=login, provider="telnyx").code)
                self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        self.assertEqual(1, len(self.looked_up()))
        self.assertIn("state=open", self.logged("kind=provider-state provider=twilio"))
        end = time.monotonic() + 5  # soon, and not at once
        status = ""
        while "in cooldown since" not in status:
            self.assertLess(time.monotonic(), end, status)
            status = run(self.machine.build / "sms2fa", "status")
        self.assertRegex(status, r"(?m)^twilio +in cooldown since .*, 3 failures in a row$")
        self.assertRegex(status, r"(?m)^telnyx +in use$")


class RequiredLookup(GetsNoMessage):
    @property
    def settings_of_provider(self):
        return {"lookup": "line-type, sim-swap", "lookup_required": "yes",
                "lookup_url": self.fake("twilio").base_url}

    def test_a_field_with_an_error_code_gets_no_message(self):
        self.gets_no_message(NO_SIM_SWAP, "the look-up failed (sim_swap: error 60607)",
                             "provider-failed")


class Gateway(Scenario):
    """`type = http`: conf/gateways/kannel.conf, with the address of the fake."""

    provider = "kannel"

    def provider_section(self, name):
        fake = self.fake(name)
        return section(f"provider {name}", {
            "type": "http", "method": "GET", "ca_file": fake.ca_file,
            "url": f"{fake.base_url}/gateway/kannel/cgi-bin/sendsms", "query.username": "sms2fa",
            "query.password": "your-password", "query.to": "{to}", "query.text": "{text}",
            "success_status": "202", "success_match": "Accepted for delivery"})

    def test_its_code_lets_in(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            self.assertEqual("+353851234567", text.to)
            person.types(text.wrong_code)
            person.sees("Wrong code, 2 tries left.")
            person.reads(PROMPT)
            person.types(text.code)
            person.gets_in()
        self.assertIn("provider=kannel", self.logged("accepted reason=right-code user=alice"))
        self.assert_texts(1)

    def test_when_it_refuses_nobody_gets_in(self):
        self.start_house()
        self.fake("kannel").misbehave("status-403")
        with self.ssh() as person:
            person.is_denied()
        self.assertIn("kannel: credentials (HTTP 403", self.logged("reason=provider-failed user=alice"))
