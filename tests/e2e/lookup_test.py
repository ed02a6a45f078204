# SPDX-License-Identifier: Apache-2.0
"""Logins with a number that is looked up first, and through a gateway of somebody else's."""

import re

from login import PROMPT
from scenario import Scenario, section

LANDLINE = "+353851110009"
VOIP = "+353851110019"
SWAPPED = "+353851110029"
NO_SIM_SWAP = "+353851110049"


class Lookup(Scenario):
    @property
    def settings_of_provider(self):
        return {"lookup": "line-type, sim-swap", "voip": "refuse",
                "lookup_url": self.fake("twilio").base_url}

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
        self.start_house(users={"alice": SWAPPED})
        with self.ssh() as person:
            person.is_denied()
        self.assertEqual([], self.fake("twilio").messages())
        self.assertIn("lookup: the SIM card was swapped lately",
                      self.logged("reason=number-failed user=alice"))

    def test_voip_gets_no_message(self):
        self.start_house(users={"alice": VOIP})
        with self.ssh() as person:
            person.is_denied()
        self.assertEqual([], self.fake("twilio").messages())
        self.assertIn("lookup: the number is VoIP", self.logged("reason=number-failed user=alice"))

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


class RequiredLookup(Scenario):
    @property
    def settings_of_provider(self):
        return {"lookup": "line-type, sim-swap", "lookup_required": "yes",
                "lookup_url": self.fake("twilio").base_url}

    def test_a_field_with_an_error_code_gets_no_message(self):
        self.start_house(users={"alice": NO_SIM_SWAP})
        with self.ssh() as person:
            person.is_denied()
        self.assertEqual([], self.fake("twilio").messages())
        self.assertIn("lookup: the look-up failed (sim_swap: error 60607)",
                      self.logged("reason=provider-failed user=alice"))


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
