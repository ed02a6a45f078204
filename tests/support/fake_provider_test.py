# SPDX-License-Identifier: Apache-2.0
"""The fake provider does what the providers document, and misbehaves as asked.

Run with: /usr/bin/python3 -m unittest tests/support/fake_provider_test.py
"""

import base64
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
sys.path.insert(0, str(SUPPORT))

from fake_provider import FakeProvider, telnyx, twilio  # noqa: E402

MESSAGES = f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}/Messages.json"
FORM = {"To": "+353851234567", "From": twilio.FROM_NUMBER, "Body": "123456 is your code: é & +"}
JSON = {"to": "+353851234567", "from": telnyx.FROM_NUMBER, "text": "123456 is your code"}


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


TWILIO = {"Authorization": basic(twilio.ACCOUNT_SID, twilio.AUTH_TOKEN),
          "Content-Type": "application/x-www-form-urlencoded"}
TELNYX = {"Authorization": f"Bearer {telnyx.API_KEY}", "Content-Type": "application/json"}


def connect(provider, context=None):
    context = context or ssl.create_default_context(cafile=provider.ca_file)
    return http.client.HTTPSConnection("localhost", provider.port, timeout=10, context=context)


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
        for path in (MESSAGES, "/v2/messages"):
            status, headers, body = self.post("too-many", path)
            self.assertEqual((status, headers["Retry-After"]), (429, "3600"))
        self.assertEqual((headers["x-ratelimit-reset"], json.loads(body)["errors"][0]["code"]),
                         ("3600", "10011"))
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


class ConnectionTest(ProviderCase):
    def test_keeps_a_connection_alive(self):
        for _ in range(3):
            self.twilio()
            self.telnyx()
        self.assertEqual((self.provider.connections, self.provider.requests), (1, 6))
        self.connection.close()
        record = self.provider.wait_for_connection()
        self.assertEqual((record["connection"], record["tls"]), (1, True))
        self.assertGreater(record["http_bytes"], 6 * 200)

    def test_no_http_byte_after_a_tls_fault(self):
        for settings in ({"certificate": "expired"}, {"certificate": "wrong-host"},
                         {"certificate": "unknown-ca"}, {"tls_max": "1.1"}):
            with self.subTest(settings), FakeProvider(**settings) as provider:
                with self.assertRaises(ssl.SSLError):
                    exchange(connect(provider), "GET", "/", {})
                record = provider.wait_for_connection()
                self.assertEqual((record["tls"], record["http_bytes"], provider.requests),
                                 (False, 0, 0))

    def test_speaks_each_version_of_tls(self):
        for newest, name in (("1.1", "TLSv1.1"), ("1.2", "TLSv1.2"), ("1.3", "TLSv1.3")):
            with self.subTest(newest), FakeProvider(tls_max=newest) as provider:
                context = ssl.create_default_context(cafile=provider.ca_file)
                context.set_ciphers("ALL:@SECLEVEL=0")
                with self.assertWarns(DeprecationWarning):
                    context.minimum_version = ssl.TLSVersion.TLSv1_1
                connection = connect(provider, context)
                self.assertEqual(exchange(connection, "GET", "/v2/messages/1", TELNYX)[0], 404)
                self.assertEqual(connection.sock.version(), name)
                connection.close()

    def test_the_certificate_is_good_for_the_address_too(self):
        with self.connection._context.wrap_socket(
                socket.create_connection(("127.0.0.1", self.provider.port)),
                server_hostname="127.0.0.1") as sock:
            self.assertEqual(sock.version(), "TLSv1.3")

    def test_counts_http_without_tls(self):
        with socket.create_connection(("127.0.0.1", self.provider.port)) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 400"))
        self.assertEqual(self.provider.wait_for_connection(),
                         {"connection": 1, "tls": False, "http_bytes": 18})

    def test_resets_before_tls(self):
        self.provider.misbehave("reset-early", count=1)
        with self.assertRaises(OSError):
            self.twilio()
        self.connection.close()
        self.assertEqual(self.twilio()[0], 201)
        self.assertEqual(self.provider.wait_for_connection(),
                         {"connection": 1, "tls": False, "http_bytes": 0})

    def test_refuses_what_is_no_http(self):
        for request in (b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"x" * 70000):
            connection = connect(self.provider)
            connection.connect()
            connection.sock.sendall(request)
            self.assertTrue(connection.sock.recv(100).startswith(b"HTTP/1.1 400"), request[:40])
            connection.close()

    def test_many_clients_at_once(self):
        def client():
            connection = connect(self.provider)
            for _ in range(25):
                exchange(connection, "POST", "/v2/messages", TELNYX, json.dumps(JSON))
            connection.close()
        with ThreadPoolExecutor(16) as pool:
            for _ in range(16):
                pool.submit(client)
        self.assertEqual(len({message["id"] for message in self.provider.messages()}), 400)
        self.assertEqual((self.provider.connections, self.provider.requests), (16, 400))

    def test_waits_for_what_does_not_come(self):
        self.assertRaises(TimeoutError, self.provider.wait_for_message, timeout=0.01)


class CommandTest(unittest.TestCase):
    def start(self, directory, *options):
        process = subprocess.Popen(
            [sys.executable, "-m", "fake_provider", "--directory", directory, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": SUPPORT})
        self.enterContext(process)
        self.addCleanup(process.kill)
        return process, json.loads(process.stdout.readline())

    def test_serves_writes_and_ends_with_its_input(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        process, ready = self.start(directory)
        self.assertEqual(ready["ca_file"], f"{directory}/ca.pem")
        context = ssl.create_default_context(cafile=ready["ca_file"])
        connection = http.client.HTTPSConnection("localhost", ready["port"], context=context)
        exchange(connection, "POST", MESSAGES, TWILIO, urllib.parse.urlencode(FORM))
        exchange(connection, "POST", "/!reset-early/v2/messages", TELNYX, json.dumps(JSON))
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)
        connection.close()
        text = {name: Path(directory, f"{name}.jsonl").read_text()
                for name in ("messages", "requests", "connections")}
        self.assertEqual(json.loads(text["messages"])["to"], FORM["To"])
        self.assertEqual([json.loads(line) for line in text["requests"].splitlines()], [
            {"method": "POST", "path": MESSAGES, "status": 201, "mode": None, "connection": 1},
            {"method": "POST", "path": "/!reset-early/v2/messages", "status": 418, "mode": None,
             "connection": 1}])
        self.assertEqual(json.loads(text["connections"])["connection"], 1)
        for secret in (twilio.AUTH_TOKEN, telnyx.API_KEY, TWILIO["Authorization"][6:]):
            self.assertNotIn(secret, "".join(text.values()))

    def test_starts_again_where_it_ended(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        process, first = self.start(directory, "--misbehave", "reset-early")
        authority = Path(first["ca_file"]).read_bytes()
        with self.assertRaises(OSError), \
                socket.create_connection(("127.0.0.1", first["port"])) as sock:
            sock.sendall(b"\x16")
            if not sock.recv(1):
                raise ConnectionResetError
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 0)
        _, second = self.start(directory, "--port", str(first["port"]), "--tls-max", "1.2")
        self.assertEqual(second, first)
        self.assertEqual(Path(second["ca_file"]).read_bytes(), authority)


if __name__ == "__main__":
    unittest.main()
