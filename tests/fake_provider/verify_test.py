# SPDX-License-Identifier: Apache-2.0
"""The fake provider makes codes and checks them, and stands for other gateways."""

import json
import urllib.parse

from case import TELNYX, TWILIO, ProviderCase, exchange
from fake_provider import telnyx_verify, twilio_verify

SERVICE = f"/v2/Services/{twilio_verify.SERVICE_SID}"
NUMBER = "+353851234567"


class VerifyTest(ProviderCase):
    def twilio_verify(self, path, **form):
        return self.ask("POST", f"{SERVICE}/{path}", TWILIO, urllib.parse.urlencode(form))

    def telnyx_verify(self, path, **changes):
        body = {"verify_profile_id": telnyx_verify.PROFILE_ID} | changes
        return self.ask("POST", f"/v2/verifications/{path}", TELNYX, json.dumps(body))

    def test_twilio_checks_its_code(self):
        status, answer = self.twilio_verify("Verifications", To=NUMBER, Channel="sms")
        self.assertEqual((status, answer["status"]), (201, "pending"))
        again = self.twilio_verify("Verifications", To=NUMBER, Channel="call")[1]
        first, second = self.provider.messages()
        self.assertEqual((again["sid"], second["code"], second["medium"]),
                         (answer["sid"], first["code"], "voice"))
        wrong = "000000" if first["code"] != "000000" else "000001"
        for code, word in ((wrong, "pending"), (first["code"], "approved")):
            status, answer = self.twilio_verify("VerificationCheck", To=NUMBER, Code=code)
            self.assertEqual((status, answer["status"]), (200, word))
        status, answer = self.twilio_verify("VerificationCheck", To=NUMBER, Code=first["code"])
        self.assertEqual((status, answer["code"]), (404, 20404))

    def test_twilio_counts_sends_and_checks(self):
        for _ in range(5):
            sid = self.twilio_verify("Verifications", To=NUMBER, Channel="sms")[1]["sid"]
        status, headers, body = exchange(
            self.connection, "POST", f"{SERVICE}/Verifications", TWILIO,
            urllib.parse.urlencode({"To": NUMBER, "Channel": "sms"}))
        self.assertEqual((status, headers["Retry-After"], json.loads(body)["code"]),
                         (429, "600", 60203))
        answers = [self.twilio_verify("VerificationCheck", VerificationSid=sid, Code="12345")
                   for _ in range(6)]
        self.assertEqual([status for status, _ in answers], [200] * 5 + [429])
        self.assertEqual(answers[-1][1]["code"], 60202)

    def test_twilio_refuses(self):
        for code, form in ((60200, {"To": "1"}), (60200, {"Channel": "fax"}),
                           (60205, {"To": "+15005550009"}), (60605, {"To": "+15005550003"}),
                           (60410, {"To": "+15005550004"})):
            with self.subTest(form):
                form = {"To": NUMBER, "Channel": "sms"} | form
                self.assertEqual(self.twilio_verify("Verifications", **form)[1]["code"], code)
        self.assertEqual(self.ask("GET", SERVICE, TWILIO)[0], 200)
        self.assertEqual(self.ask("GET", SERVICE, TELNYX)[0], 401)
        self.assertEqual(self.ask("GET", SERVICE + "1", TWILIO)[0], 404)

    def test_telnyx_checks_its_code(self):
        check = f"by_phone_number/{urllib.parse.quote(NUMBER)}/actions/verify"
        status, answer = self.telnyx_verify("sms", phone_number=NUMBER, timeout_secs=300)
        self.assertEqual((status, answer["data"]["status"]), (200, "pending"))
        code = self.provider.messages()[0]["code"]
        for tried, word in (("x", "rejected"), (code, "accepted")):
            status, answer = self.telnyx_verify(check, code=tried)
            self.assertEqual((status, answer["data"]["response_code"]), (200, word))
        self.assertEqual(self.telnyx_verify(check, code=code)[0], 404)
        self.assertEqual(self.telnyx_verify("call", phone_number=NUMBER)[1]["data"]["type"], "call")
        self.assertEqual(self.telnyx_verify("sms", phone_number="1")[0], 422)
        self.assertEqual(self.telnyx_verify("sms", verify_profile_id="x")[0], 400)

    def test_looks_numbers_up(self):
        fields = "?Fields=line_type_intelligence,sim_swap,sms_pumping_risk"

        def look_up(number, query=fields, headers=TWILIO):
            return self.ask("GET", f"/v2/PhoneNumbers/{urllib.parse.quote(number)}{query}", headers)

        self.assertEqual(look_up("+353851230009")[1]["line_type_intelligence"]["type"], "landline")
        self.assertTrue(look_up("+353851230029")[1]["sim_swap"]["last_sim_swap"]
                        ["swapped_in_period"])
        self.assertEqual(look_up("+353851230039")[1]["sms_pumping_risk"]["sms_pumping_risk_score"],
                         90)
        for end, field in ((4, "sim_swap"), (5, "line_type_intelligence"), (6, "sms_pumping_risk")):
            answer = look_up(f"+3538512300{end}9")[1]
            self.assertEqual([name for name in answer
                              if isinstance(answer[name], dict) and answer[name]["error_code"]],
                             [field])
            self.assertNotIn(True, [isinstance(value, (str, bool)) for value in answer[field].values()])
        self.assertIsNone(look_up(NUMBER, "?Fields=sim_swap")[1]["line_type_intelligence"])
        for number in ("+1", "+353851230079"):
            self.assertFalse(look_up(number)[1]["valid"])
        self.assertTrue(look_up(NUMBER)[1]["valid"])
        self.assertEqual(look_up(NUMBER, "?Fields=carrier")[0], 400)
        self.assertEqual(look_up(NUMBER, headers=TELNYX)[0], 401)

    def test_other_gateways_check_what_they_get(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        page = "/gateway/txtdrop/send.php"
        for body, said in (("phone=353851234567&message=1", "sent"), ("phone=1", "missing"),
                           ("phone=%2B353851234567&message=1", "missing")):
            status, _, answer = exchange(self.connection, "POST", page, form, body)
            self.assertEqual((status, said in answer.decode()), (200, True))
        self.assertEqual(len(self.provider.messages()), 1)
        for path, status in (("/gateway/kannel/cgi-bin/sendsms", 403), ("/gateway/none/x", 404),
                             ("/gateway/freemobile/sendmsg?user=12345678&pass=your-key", 400)):
            self.assertEqual(exchange(self.connection, "GET", path, {})[0], status)
