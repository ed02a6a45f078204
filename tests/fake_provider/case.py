# SPDX-License-Identifier: Apache-2.0
"""What the tests of the fake provider share."""

import base64
import http.client
import json
import ssl
import unittest
import urllib.parse

from fake_provider import FakeProvider, telnyx, twilio

MESSAGES = f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}/Messages.json"
CALLS = MESSAGES.replace("Messages", "Calls")
TEXML_CALLS = f"/v2/texml/Accounts/{telnyx.ACCOUNT_ID}/Calls"
SCRIPT = ('<Response><Say language="en-US">1. 2.</Say><Pause length="1"/>'
          '<Say language="en-US">1. 2.</Say></Response>')
CALL_FORM = {"To": "+353851234567", "From": twilio.FROM_NUMBER, "Twiml": SCRIPT,
             "Timeout": "30", "TimeLimit": "90"}
CALL_JSON = {"To": "+353851234567", "From": telnyx.FROM_NUMBER, "Texml": SCRIPT,
             "ApplicationSid": telnyx.TEXML_APPLICATION_ID, "Timeout": 30, "TimeLimit": 90}
FORM = {"To": "+353851234567", "From": twilio.FROM_NUMBER, "Body": "123456 is your code: é & +"}
JSON = {"to": "+353851234567", "from": telnyx.FROM_NUMBER, "text": "123456 is your code"}


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


TWILIO = {"Authorization": basic(twilio.ACCOUNT_SID, twilio.AUTH_TOKEN),
          "Content-Type": "application/x-www-form-urlencoded"}
TELNYX = {"Authorization": f"Bearer {telnyx.API_KEY}", "Content-Type": "application/json"}


def connect(provider, context=None):
    context = context or ssl.create_default_context(cafile=provider.ca_file)
    return http.client.HTTPSConnection("localhost", provider.port, timeout=60, context=context)


def exchange(connection, method, path, headers, body=None):
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


class ProviderCase(unittest.TestCase):
    def setUp(self):
        self.provider = self.enterContext(FakeProvider())
        self.connection = connect(self.provider)
        self.addCleanup(self.connection.close)

    def ask(self, method, path, headers, body=None):
        status, _, answer = exchange(self.connection, method, path, headers, body)
        return status, json.loads(answer)

    def twilio(self, form=None, headers=None, mode="", **changes):
        form = urllib.parse.urlencode(FORM | changes if form is None else form)
        return self.ask("POST", mode + MESSAGES, TWILIO | (headers or {}), form)

    def telnyx(self, headers=None, mode="", body=None, **changes):
        body = json.dumps(JSON | changes) if body is None else body
        return self.ask("POST", f"{mode}/v2/messages", TELNYX | (headers or {}), body)

    def assert_twilio_error(self, answer, status, code):
        self.assertEqual(answer[1].keys(), {"code", "message", "more_info", "status"})
        self.assertEqual((answer[0], answer[1]["status"], answer[1]["code"]),
                         (status, status, code))
        self.assertEqual(self.provider.messages(), [])

    def assert_telnyx_error(self, answer, status, code):
        self.assertEqual((answer[0], answer[1]["errors"][0]["code"]), (status, code))
        self.assertEqual(self.provider.messages(), [])
