# SPDX-License-Identifier: Apache-2.0
"""The fake provider speaks calls, and tells what became of calls and messages."""

import json
import urllib.parse

from case import (CALL_FORM, CALL_JSON, CALLS, MESSAGES, SCRIPT, TELNYX, TEXML_CALLS, TWILIO,
                  ProviderCase)
from fake_provider import telnyx, twilio


class CallsTest(ProviderCase):
    def twilio_call(self, mode="", **changes):
        return self.ask("POST", mode + CALLS, TWILIO, urllib.parse.urlencode(CALL_FORM | changes))

    def telnyx_call(self, mode="", path=TEXML_CALLS, **changes):
        body = {name: value for name, value in (CALL_JSON | changes).items() if value is not None}
        return self.ask("POST", mode + path, TELNYX, json.dumps(body))

    def words(self, path, headers, *places):
        answers = []
        for _ in range(5):
            answer = self.ask("GET", path, headers)[1]
            for place in places:
                answer = answer[place]
            answers.append(answer)
        return answers

    def test_records_what_is_said(self):
        for make in (self.twilio_call, self.telnyx_call):
            status, answer = make()
            self.assertEqual(answer["status"], "queued")
            call = self.provider.messages()[-1]
            self.assertEqual((status, answer.get("sid", answer.get("call_sid"))),
                             (201 if call["provider"] == "twilio" else 200, call["id"]))
            self.assertEqual(
                [call[name] for name in ("medium", "to", "body", "said", "language", "timeout",
                                         "time_limit")],
                ["voice", "+353851234567", "1. 2.", ["1. 2.", None, "1. 2."], "en-US", 30, 90])

    def test_takes_the_older_form_of_a_texml_call(self):
        path = f"/v2/texml/calls/{telnyx.TEXML_APPLICATION_ID}"
        status, answer = self.telnyx_call(path=path, ApplicationSid=None)
        self.assertEqual((status, answer["call_sid"]), (200, self.provider.messages()[0]["id"]))

    def test_checks_parameters(self):
        for code, changes in (
                (21604, {"To": ""}), (21217, {"To": "0851234567"}), (21210, {"From": ""}),
                (21212, {"From": "+15005550001"}), (21215, {"To": "+15005550003"}),
                (21219, {"To": "+15005550004"}), (20001, {"Timeout": "long"}),
                (21205, {"Twiml": ""}), (21205, {"Twiml": "<Response>"}), (21205, {"Url": "x"}),
                (21205, {"Twiml": "<Response><Dial>+1</Dial></Response>"}),
                (21205, {"Twiml": "<Response><Say> </Say></Response>"}),
                (21205, {"Twiml": SCRIPT.replace("1.", "1" * 2000)})):
            with self.subTest(changes):
                self.assert_twilio_error(self.twilio_call(**changes), 400, code)
        for status, code, changes in (
                (422, "10004", {"ApplicationSid": None}), (422, "10016", {"To": "0851234567"}),
                (422, "10002", {"From": "+1"}), (422, "10032", {"Timeout": 4}),
                (422, "10032", {"TimeLimit": 29}), (422, "10015", {"Texml": "<Say/>"}),
                (400, "10015", {"Url": "x"})):
            with self.subTest(changes):
                self.assert_telnyx_error(self.telnyx_call(**changes), status, code)
        other = TEXML_CALLS.replace(telnyx.ACCOUNT_ID, "other")
        self.assert_telnyx_error(self.telnyx_call(path=other), 404, "10005")

    def test_follows_calls(self):
        sid = self.twilio_call()[1]["sid"]
        calls = ["queued", "ringing", "in-progress", "completed", "completed"]
        self.assertEqual(self.words(CALLS.replace(".json", f"/{sid}.json"), TWILIO, "status"), calls)
        self.assertEqual(self.ask("GET", MESSAGES.replace(".json", f"/{sid}.json"), TWILIO)[0], 404)
        sid = urllib.parse.quote(self.telnyx_call()[1]["call_sid"], "")
        self.assertEqual(self.words(f"{TEXML_CALLS}/{sid}", TELNYX, "status"), calls)
        sid = self.twilio_call()[1]["sid"]
        path = "/!undelivered" + CALLS.replace(".json", f"/{sid}.json")
        self.assertEqual(self.words(path, TWILIO, "status")[2:], ["no-answer"] * 3)

    def test_follows_messages_as_told(self):
        self.provider.deliver_as("queued", "sent", "undelivered", error=30005)
        path = MESSAGES.replace(".json", f"/{self.twilio()[1]['sid']}.json")
        answers = [self.ask("GET", path, TWILIO)[1] for _ in range(3)]
        self.assertEqual([(one["status"], one["error_code"]) for one in answers],
                         [("queued", None), ("sent", None), ("undelivered", 30005)])
        self.provider.deliver_as()
        path = f"/!undelivered-40012/v2/messages/{self.telnyx()[1]['data']['id']}"
        answers = [self.ask("GET", path, TELNYX)[1]["data"] for _ in range(3)]
        self.assertEqual([one["to"][0]["status"] for one in answers],
                         ["queued", "sent", "delivery_failed"])
        self.assertEqual(answers[-1]["errors"][0]["code"], "40012")

    def test_empties_a_message_once_it_is_finished(self):
        path = MESSAGES.replace(".json", f"/{self.twilio()[1]['sid']}.json")

        def empty(body="Body="):
            return self.ask("POST", path, TWILIO, body)

        self.assertEqual(empty()[1]["code"], 20009)
        for _ in range(2):
            self.ask("GET", path, TWILIO)
        self.assertEqual(empty("Body=x")[1]["code"], 20001)
        self.assertEqual((empty()[0], empty()[1]["code"]), (200, 20009))
        self.assertEqual(self.ask("GET", path, TWILIO)[1]["body"], "")

    def test_knows_its_accounts(self):
        path = MESSAGES.replace("/Messages", "")
        self.assertEqual(self.ask("GET", path, TWILIO)[1]["status"], "active")
        self.assertEqual(self.ask("GET", path, TELNYX)[0], 401)
        self.assertEqual(self.ask("GET", path.replace(twilio.ACCOUNT_SID, "AC1"), TWILIO)[0], 401)
        self.assertEqual(self.ask("GET", "/v2/balance", TELNYX)[0], 200)
        self.assertEqual(self.ask("GET", "/v2/balance", TWILIO)[0], 401)
