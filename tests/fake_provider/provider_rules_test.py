# SPDX-License-Identifier: Apache-2.0
"""The fake provider checks and answers what the providers document."""

import json
import urllib.parse

from case import MESSAGES, FORM, JSON, TWILIO, TELNYX, ProviderCase, basic
from fake_provider import telnyx, twilio


class TwilioTest(ProviderCase):
    def test_accepts_a_message(self):
        status, answer = self.twilio(ValidityPeriod="300")
        self.assertEqual(status, 201)
        self.assertRegex(answer["sid"], r"^SM[0-9a-f]{32}$")
        self.assertEqual((answer["status"], answer["body"], answer["error_code"]),
                         ("queued", FORM["Body"], None))
        self.assertEqual(self.provider.wait_for_message(), {
            "provider": "twilio", "to": FORM["To"], "from": FORM["From"], "body": FORM["Body"],
            "id": answer["sid"], "validity_period": 300})
        path = MESSAGES.replace(".json", f"/{answer['sid']}.json")
        statuses = [self.ask("GET", path, TWILIO)[1]["status"] for _ in range(3)]
        self.assertEqual(statuses, ["queued", "delivered", "delivered"])

    def test_accepts_an_api_key_and_a_messaging_service(self):
        form = {"To": FORM["To"], "Body": "1", "MessagingServiceSid": twilio.MESSAGING_SERVICE_SID}
        status, answer = self.twilio(form, {"Authorization": basic(twilio.API_KEY_SID,
                                                                   twilio.API_KEY_SECRET)})
        self.assertEqual((status, answer["status"], answer["from"]), (201, "accepted", None))
        [message] = self.provider.messages()
        self.assertEqual((message["messaging_service_sid"], message["validity_period"]),
                         (twilio.MESSAGING_SERVICE_SID, 36000))

    def test_refuses_other_credentials(self):
        for value in ("", "Basic", "Basic !", TELNYX["Authorization"],
                      basic(twilio.ACCOUNT_SID, "x"), basic(twilio.API_KEY_SID, twilio.AUTH_TOKEN)):
            with self.subTest(value):
                self.assert_twilio_error(self.twilio(headers={"Authorization": value}), 401, 20003)
        other = MESSAGES.replace(twilio.ACCOUNT_SID, twilio.API_KEY_SID)
        self.assert_twilio_error(self.ask("POST", other, TWILIO, "To=1"), 401, 20003)

    def test_checks_parameters(self):
        for code, changes in (
                (21604, {"To": ""}), (21211, {"To": "0851234567"}), (21211, {"To": "353851234567"}),
                (21211, {"To": "+1555"}), (21602, {"Body": ""}), (21617, {"Body": "x" * 1601}),
                (21603, {"From": ""}),
                (21603, {"MessagingServiceSid": twilio.MESSAGING_SERVICE_SID}),
                (21703, {"From": "", "MessagingServiceSid": "MG" + "0" * 32}),
                (90007, {"ValidityPeriod": "0"}), (90007, {"ValidityPeriod": "36001"}),
                (90007, {"ValidityPeriod": "5m"}), (21266, {"To": twilio.FROM_NUMBER}),
                (21211, {"To": "+15005550001"}), (21612, {"To": "+15005550002"}),
                (21408, {"To": "+15005550003"}), (21610, {"To": "+15005550004"}),
                (21614, {"To": "+15005550009"}), (21212, {"From": "+15005550001"}),
                (21606, {"From": "+15005550007"}), (21611, {"From": "+15005550008"}),
                (21606, {"From": "+353861234567"})):
            with self.subTest(changes):
                self.assert_twilio_error(self.twilio(**changes), 400, code)
        unescaped = urllib.parse.urlencode(FORM).replace("%2B353", "+353")
        self.assert_twilio_error(self.ask("POST", MESSAGES, TWILIO, unescaped), 400, 21211)
        twice = urllib.parse.urlencode(FORM) + "&To=%2B353861234567"
        self.assert_twilio_error(self.ask("POST", MESSAGES, TWILIO, twice), 400, 20001)
        self.assert_twilio_error(self.twilio(headers={"Content-Type": "text/plain"}), 400, 21604)
        self.assertEqual(self.twilio(Body="x" * 1600, ValidityPeriod="1")[0], 201)

    def test_knows_its_resources(self):
        missing = MESSAGES.replace(".json", "/SM" + "0" * 32 + ".json")
        self.assert_twilio_error(self.ask("GET", missing, TWILIO), 404, 20404)
        self.assert_twilio_error(self.ask("GET", "/2010-04-01/Other.json", TWILIO), 404, 20404)
        self.assert_twilio_error(self.ask("PUT", MESSAGES, TWILIO), 405, 20004)


class TelnyxTest(ProviderCase):
    def test_accepts_a_message(self):
        status, answer = self.telnyx()
        data = answer["data"]
        self.assertEqual((status, data["text"], data["to"][0]["phone_number"],
                          data["to"][0]["status"]), (200, JSON["text"], JSON["to"], "queued"))
        self.assertEqual(self.provider.messages(), [{
            "provider": "telnyx", "to": JSON["to"], "from": JSON["from"], "body": JSON["text"],
            "id": data["id"], "validity_period": None}])
        path = f"/v2/messages/{data['id']}"
        statuses = [self.ask("GET", path, TELNYX)[1]["data"]["to"][0]["status"] for _ in range(2)]
        self.assertEqual(statuses, ["queued", "delivered"])

    def test_accepts_an_alphanumeric_sender(self):
        named = {"from": "My Host 1", "messaging_profile_id": telnyx.MESSAGING_PROFILE_ID}
        self.assertEqual(self.telnyx(**named)[0], 200)
        self.assertEqual(self.telnyx(**named, to="+18765550100")[0], 200)  # Jamaica
        self.assertEqual([message["messaging_profile_id"] for message in self.provider.messages()],
                         [telnyx.MESSAGING_PROFILE_ID] * 2)

    def test_checks_parameters(self):
        profile = {"messaging_profile_id": telnyx.MESSAGING_PROFILE_ID}
        named = {"from": "Host"} | profile
        for status, code, changes in (
                (422, "10004", {"to": None}), (422, "10004", {"text": ""}),
                (422, "10004", {"from": None}), (400, "40310", {"to": "0851234567"}),
                (400, "40310", {"to": ["+353851234567"]}), (400, "10015", {"text": 5}),
                (400, "40302", {"text": "x" * 1531}), (400, "40302", {"text": "é" * 671}),
                (400, "40305", {"from": "Host"}), (400, "40305", {"from": "+13115552369"}),
                (400, "40305", {"from": "Twelve chars"} | profile),
                (400, "40305", {"from": "12345"} | profile),
                (400, "40305", {"from": "A-B"} | profile),
                (400, "40305", named | {"messaging_profile_id": "other"}),
                (400, "40319", named | {"to": "+12125550100"}),
                (400, "40319", named | {"to": "+14165550100"}),
                (400, "40319", named | {"to": "+17875550100"})):
            with self.subTest(changes):
                self.assert_telnyx_error(self.telnyx(**changes), status, code)
        for body in ("{", "[]", '"x"', b"\xff", "[" * 10 ** 5):
            self.assert_telnyx_error(self.telnyx(body=body), 400, "10015")
        self.assert_telnyx_error(self.telnyx({"Content-Type": "text/json"}), 415, "10014")
        for value in ("", telnyx.API_KEY, f"Bearer {telnyx.API_KEY}x", TWILIO["Authorization"]):
            self.assert_telnyx_error(self.telnyx({"Authorization": value}), 401, "10009")
        self.assert_telnyx_error(self.ask("GET", "/v2/messages/0", TELNYX), 404, "10005")
