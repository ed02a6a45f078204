# SPDX-License-Identifier: Apache-2.0
"""The fake provider misbehaves as asked."""

import http.client
import json
import urllib.parse
import zlib

from case import MESSAGES, FORM, JSON, TWILIO, TELNYX, ProviderCase, connect, exchange
from fake_provider import telnyx, twilio


class MisbehaviourTest(ProviderCase):
    def begin(self, mode, path=MESSAGES):
        self.connection.close()
        if path == MESSAGES:
            headers, body = TWILIO, urllib.parse.urlencode(FORM)
        else:
            headers, body = TELNYX, json.dumps(JSON)
        self.connection.request("POST", f"/!{mode}{path}", body, headers)

    def post(self, mode, path=MESSAGES):
        self.begin(mode, path)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def test_refuses_as_asked(self):
        self.assert_twilio_error(self.twilio(mode="/!status-503"), 503, 20503)
        self.assert_twilio_error(self.twilio(mode="/!status-401"), 401, 20003)
        self.assert_twilio_error(self.twilio(mode="/!code-20429"), 429, 20429)
        self.assert_twilio_error(self.twilio(mode="/!code-21610"), 400, 21610)
        self.assert_telnyx_error(self.telnyx(mode="/!status-500"), 500, "10007")
        self.assert_telnyx_error(self.telnyx(mode="/!code-40300"), 400, "40300")
        status, headers, _ = self.post("too-many")
        self.assertEqual((status, headers["Retry-After"]), (429, "3600"))
        status, headers, body = self.post("too-many", "/v2/messages")
        self.assertEqual((status, headers["Retry-After"], headers["x-ratelimit-reset"],
                          json.loads(body)["errors"][0]["code"]), (429, None, "3600", "10011"))
        self.assertEqual(self.post("problem-21211")[1]["Content-Type"], "application/problem+json")
        status, answer = self.twilio(mode="/!ok-error")
        self.assertEqual((status, answer["code"]), (200, 21211))
        status, answer = self.twilio(mode="/!created-failed-30006")
        self.assertEqual((status, answer["status"], answer["error_code"]), (201, "failed", 30006))
        self.assert_twilio_error(self.twilio(mode="/!created-failed", To="+1"), 400, 21211)
        status, answer = self.telnyx(mode="/!created-failed")
        self.assertEqual((status, answer["data"]["to"][0]["status"]), (200, "sending_failed"))
        self.assertEqual(self.provider.messages(), [])

    def test_redirects_and_sees_who_follows(self):
        status, headers, _ = self.post("redirect")
        self.assertEqual((status, headers["Location"]), (307, f"/!redirected{MESSAGES}"))
        self.assertEqual(self.provider.messages(), [])
        self.assertEqual(self.twilio(mode="/!redirected")[0], 201)
        self.assertEqual(self.provider.request_records()[-1]["mode"], "redirected")

    def test_spoils_the_answer(self):
        for path, status in ((MESSAGES, 201), ("/v2/messages", 200)):
            self.assertEqual(self.post("empty", path)[::2], (status, b""))
            self.assertEqual(self.post("garbage", path)[0], 200)
            self.assertEqual(self.post("deep-json", path)[2], b"[" * 10 ** 5 + b"]" * 10 ** 5)
            answer = json.loads(self.post("wrong-type", path)[2])
            self.assertIsInstance(answer.get("sid", answer.get("data", {}).get("id")), int)
            self.assertRaises(UnicodeDecodeError, self.post("bad-utf8", path)[2].decode)
            with self.assertRaises(http.client.IncompleteRead):
                self.post("truncated", path)
            with self.assertRaises(http.client.BadStatusLine):
                self.post("not-http", path)
            with self.assertRaises(ConnectionResetError):
                self.post("reset", path)
        self.assertEqual([message.get("lost_answer") for message in self.provider.messages()],
                         [True] * 16)
        for mode in ("huge-header", "many-headers"):
            with self.assertRaises(http.client.HTTPException):
                self.post(mode)
        self.assertNotIn("lost_answer", self.provider.messages()[-1])

    def test_sends_a_gibibyte(self):
        _, headers, packed = self.post("gzip-bomb")
        self.assertEqual(headers["Content-Encoding"], "gzip")
        unpacker, size = zlib.decompressobj(31), 0
        while packed:
            size += len(unpacker.decompress(packed, 1 << 24))
            packed = unpacker.unconsumed_tail
        self.assertEqual((size, unpacker.eof, unpacker.unused_data), (1 << 30, True, b""))
        for mode, length in (("huge", str(1 << 30)), ("huge-chunked", None)):
            self.begin(mode)
            response = self.connection.getresponse()
            self.assertEqual(response.headers["Content-Length"], length)
            self.assertEqual(response.read(1 << 22), b" " * (1 << 22))

    def test_takes_its_time(self):
        self.assertEqual(self.twilio(mode="/!slow-20")[0], 201)
        for mode in ("hang", "drip"):
            self.begin(mode)
            if mode == "drip":
                self.assertEqual([self.connection.sock.recv(9) for _ in "HT"], [b"H", b"T"])
            else:
                self.connection.sock.settimeout(0.2)
                self.assertRaises(TimeoutError, self.connection.sock.recv, 1)
        self.assertEqual(len(self.provider.messages()), 3)

    def test_waits_for_company(self):
        self.begin("together-2")
        self.connection.sock.settimeout(0.2)
        self.assertRaises(TimeoutError, self.connection.sock.recv, 1)
        self.connection.sock.settimeout(60)
        waiting, self.connection = self.connection, connect(self.provider)
        self.addCleanup(waiting.close)
        self.assertEqual(self.twilio(mode="/!together-2")[0], 201)
        self.assertEqual(waiting.getresponse().status, 201)

    def test_closes_connections(self):
        self.post("close-idle")
        self.assertEqual(self.provider.wait_for_connection()["tls"], True)
        self.assertEqual(self.connection.sock.recv(1), b"")
        self.post("close-reused")
        with self.assertRaises((http.client.RemoteDisconnected, OSError)):
            self.twilio()
        self.assertEqual((self.provider.requests, len(self.provider.messages())), (2, 2))

    def test_misbehaves_for_a_while(self):
        self.provider.misbehave("status-500", count=2)
        self.assertEqual([self.twilio()[0] for _ in range(3)], [500, 500, 201])
        self.provider.misbehave("code-10011")
        self.assertEqual([self.telnyx()[0], self.telnyx(mode="/!slow-1")[0]], [429, 200])
        self.provider.behave()
        self.assertEqual(self.telnyx()[0], 200)
        for mode in ("", "status", "status-200", "status-600", "code-7", "slow", "hang-5", "x"):
            self.assertRaises(ValueError, self.provider.misbehave, mode)
        for path in (f"/!x{MESSAGES}", f"/!reset-early{MESSAGES}", "/"):
            self.assertEqual(exchange(self.connection, "GET", path, {})[0], 418)
