# SPDX-License-Identifier: Apache-2.0
"""The fake provider's connections, certificates and command line."""

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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from case import MESSAGES, FORM, JSON, TWILIO, TELNYX, ProviderCase, connect, exchange
from fake_provider import FakeProvider, telnyx, twilio

SUPPORT = Path(__file__).resolve().parents[1] / "support"


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
