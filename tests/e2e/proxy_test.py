# SPDX-License-Identifier: Apache-2.0
"""Messages through a proxy: the one that the configuration names, and no other."""

import re
import socket
import struct
import subprocess
import threading

from login import PROMPT
from scenario import Scenario

# What would steer libcurl past the configured proxy, or to another one, if it were heeded.
ENVIRONMENT = {"no_proxy": "*", "NO_PROXY": "localhost", "https_proxy": "http://127.0.0.1:9",
               "HTTPS_PROXY": "http://127.0.0.1:9", "all_proxy": "socks5h://127.0.0.1:9",
               "ALL_PROXY": "socks5h://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
SOCKS_BY_NAME = 3


class Proxy:
    """On loopback, in threads. `asked` holds what clients wanted: (host, port), as they wrote it."""

    def __init__(self):
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self):
        """From now on connections to it are refused."""
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            host, port = self.greet(client)
            self.asked.append((host, port))
            with socket.create_connection((host, port)) as server:
                self.welcome(client)
                threading.Thread(target=self._copy, args=(client, server), daemon=True).start()
                self._copy(server, client)

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class HttpProxy(Proxy):
    scheme = "http"

    @staticmethod
    def greet(client):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        host, port = re.match(rb"CONNECT ([^:]+):(\d+) HTTP/1.1\r\n", head).groups()
        return host.decode(), int(port)

    @staticmethod
    def welcome(client):
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")


class SocksProxy(Proxy):
    """RFC 1928, and names only: whoever has looked the name up before is turned away."""

    scheme = "socks5h"

    @staticmethod
    def greet(client):
        file = client.makefile("rb")
        _, methods = file.read(2)
        file.read(methods)
        client.sendall(b"\x05\x00")
        _, _, _, kind = file.read(4)
        assert kind == SOCKS_BY_NAME, "an address, not a name"
        host = file.read(file.read(1)[0])
        return host.decode(), struct.unpack("!H", file.read(2))[0]

    @staticmethod
    def welcome(client):
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))


class Surrounded(Scenario):
    def logs_in_with(self, environment):
        """The daemon in its sandbox, with this environment."""
        self.configure()
        self.daemon = self.launch_daemon(environment=environment)
        self.logged("]: ready")
        self.start_sshd()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()


class ProxyCase:
    kind = None

    def setUp(self):
        super().setUp()
        self.proxy = self.kind()
        self.addCleanup(self.proxy.close)
        self.settings_of_provider = {"proxy": f"{self.kind.scheme}://{self.proxy.address}"}

    def asked(self):
        return set(self.proxy.asked)

    def test_a_login_goes_through_it(self):
        """Whatever the environment says."""
        self.logs_in_with(ENVIRONMENT)
        self.assertEqual({("localhost", self.fake("twilio").port)}, self.asked())
        self.assertEqual(len(self.proxy.asked), self.fake("twilio").connections)

    def test_without_it_nothing_goes_out(self):
        self.proxy.close()
        self.start_house()
        with self.ssh() as person:
            person.is_denied()
        self.logged("reason=provider-failed user=alice")
        self.assertEqual(0, self.fake("twilio").connections)

    def test_a_test_message_goes_through_it(self):
        self.configure()
        said = subprocess.run([self.machine.build / "sms2fa", "send", "bob"], capture_output=True,
                              text=True, check=False, env=ENVIRONMENT, timeout=30)
        self.assertEqual(0, said.returncode, said.stderr)
        self.assertEqual([("localhost", self.fake("twilio").port)], self.proxy.asked)

    def texts(self):
        """The test message has no code."""
        return [self._text(one) for one in self.fake("twilio").messages() if "test" not in one["body"]]


class ByHttp(ProxyCase, Surrounded):
    kind = HttpProxy


class BySocks(ProxyCase, Surrounded):
    kind = SocksProxy


class OnlyFromTheEnvironment(Surrounded):
    def test_it_is_not_used(self):
        proxy = SocksProxy()
        self.addCleanup(proxy.close)
        names = {name: f"socks5h://{proxy.address}" for name in ENVIRONMENT if "no" not in name.lower()}
        self.logs_in_with(names)
        self.assertEqual([], proxy.asked)
