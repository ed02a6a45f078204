# SPDX-License-Identifier: Apache-2.0
"""A name server that takes every question and answers none. One provider needs it, the other not."""

import pathlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from fake_provider import telnyx, twilio
from protocol import ACCEPTED, Client
from scenario import NUMBERS, Scenario, section

RESOLV_CONF = pathlib.Path("/etc/resolv.conf")
NAME = "provider.nameless.example"
# A connection, its name included, gets a third of the usual 8 s. The C library asks twice, 5 s each.
FAILED_OVER = 4.0
UNDISTURBED = 1.5
TWICE_ASKED = 10.0


class SilentNameServer(Scenario):
    provider = "twilio"

    def setUp(self):
        super().setUp()
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.server.close)
        self.server.bind(("127.0.0.1", 53))
        self.server.setblocking(False)
        # It may be a link to where nothing is: the private machine has a /run of its own.
        RESOLV_CONF.unlink(missing_ok=True)
        RESOLV_CONF.write_text("nameserver 127.0.0.1\n")
        self.addCleanup(RESOLV_CONF.write_text, "")

    def provider_section(self, name):
        """Both are one fake with one authority, so that one delivery thread serves both."""
        fake = self.fake("twilio")
        account = {"type": "telnyx", "api_key": telnyx.API_KEY, "from": telnyx.FROM_NUMBER,
                   "base_url": f"https://{NAME}:{fake.port}/v2"}
        if name == "twilio":
            account = {"type": "twilio", "account_sid": twilio.ACCOUNT_SID, "base_url": fake.base_url,
                       "auth_token": twilio.AUTH_TOKEN, "from": twilio.FROM_NUMBER}
        return section(f"provider {name}", account | {"ca_file": fake.ca_file})

    def was_asked(self):
        """Whether anybody has asked for the name since the last time."""
        asked = False
        try:
            while True:
                asked = NAME.split(".", maxsplit=1)[0].encode() in self.server.recv(512) or asked
        except BlockingIOError:
            return asked

    def logs_in(self, user, service="sshd"):
        """Returns the seconds until the prompt."""
        began = time.monotonic()
        with Client(self.machine.socket) as person:
            person.hello(user, service=service)
            person.prompt()
            took = time.monotonic() - began
            text, = [one for one in self.texts()
                     if (one.service, one.to) == (service, NUMBERS[user])]
            person.answers(text.code)
            self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        return took

    def test_a_login_fails_over_and_so_does_another_beside_it(self):
        self.start_daemon(["nameless", "twilio"])
        with ThreadPoolExecutor() as both:
            alice = both.submit(self.logs_in, "alice")
            time.sleep(1)
            bob = both.submit(self.logs_in, "bob")
        self.assertTrue(self.was_asked())
        print(f"[{alice.result():.1f} s and {bob.result():.1f} s] ", end="", flush=True)
        self.assertLess(alice.result(), FAILED_OVER)
        self.assertLess(bob.result(), FAILED_OVER)
        line = self.logged("accepted reason=right-code user=alice")
        self.assertIn("provider=twilio", line)
        self.assertIn("nameless: failing", line)

    def test_who_needs_another_provider_waits_for_nothing(self):
        """The daemon itself asks for the name all the time: it wants a warm connection."""
        self.start_daemon(["twilio", "nameless"], limits={
            f"sends_per_{whom}": "100/1h" for whom in ("number", "user", "source")})
        took = []
        end = time.monotonic() + TWICE_ASKED
        while time.monotonic() < end:
            took.append(self.logs_in("alice", f"service{len(took)}"))
            time.sleep(0.3)
        self.assertTrue(self.was_asked())
        print(f"[at most {max(took):.2f} s] ", end="", flush=True)
        self.assertLess(max(took), UNDISTURBED)
