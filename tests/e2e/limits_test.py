# SPDX-License-Identifier: Apache-2.0
"""Every key of [limits], in the file that an administrator writes: each test would fail if the
daemon ignored its key. Times are read from what people are told, not waited for."""

import json
import pathlib
import re
import subprocess

from protocol import ACCEPTED, DENIED, UNAVAILABLE, Client
from scenario import CONFIGURATION, Scenario

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "conf" / "sms2fa.conf"
NOT_YET = "Not yet: r works in "


class Limits(Scenario):
    def client(self, user="alice", rhost="192.0.2.1", service="sshd"):
        client = Client(self.machine.socket)
        self.addCleanup(client.close)
        client.hello(user, service=service, rhost=rhost)
        return client

    def verdict(self, *answers, **who):
        client = self.client(**who)
        for answer in answers:
            client.prompt()
            client.answers(answer)
        return client.verdict()

    def starts(self, **who):
        """An attempt that gets as far as a prompt, and then leaves."""
        with self.client(**who) as client:
            client.prompt()

    def runs_dry(self, key, first, second, third):
        """With the key at two messages, the third login is refused, and says for what."""
        self.start_daemon(limits={key: "2/10m"})
        for who in (first, second):
            self.starts(**who)
        self.assertEqual((DENIED, "over-budget"), self.verdict(**third))
        self.logged(f'detail="{key} is used up"')
        self.assert_texts(2)

    def status(self, user):
        done = subprocess.run([self.machine.build / "sms2fa", "status", user, "--json",
                               "--config", CONFIGURATION], capture_output=True, text=True,
                              check=False)
        return json.loads(done.stdout)

    def test_every_key_has_a_test_here(self):
        section = EXAMPLE.read_text().split("[limits]")[1].split("\n[")[0]
        keys = re.findall(r"(?m)^;?([a-z_]+) = ", section)
        self.assertGreaterEqual(len(keys), 11)
        for key in keys:
            self.assertTrue(hasattr(self, f"test_{key}"), key)

    def test_sends_per_attempt(self):
        self.start_daemon(limits={"sends_per_attempt": 1})
        client = self.client()
        self.assertNotIn("resend", client.prompt())
        client.answers("r")
        self.assertIn("No more messages for this code", client.prompt())

    def test_resend_after(self):
        self.start_daemon(limits={"resend_after": "90s"})
        client = self.client()
        client.prompt()
        client.answers("r")
        self.assertRegex(client.prompt(), NOT_YET + "(90|8[0-9]) s")

    def test_sends_per_number(self):
        self.runs_dry("sends_per_number", {"service": "sshd"}, {"service": "sudo"},
                      {"service": "su"})

    def test_sends_per_user(self):
        self.runs_dry("sends_per_user", {"service": "sshd"}, {"service": "sudo"}, {"service": "su"})

    def test_sends_per_source(self):
        self.runs_dry("sends_per_source", {"user": "alice"}, {"user": "bob"}, {"service": "su"})

    def test_sends_per_source_of_one_ipv6_network(self):
        self.runs_dry("sends_per_source", {"rhost": "2001:db8:1:2::1"},
                      {"rhost": "2001:db8:1:2:ffff::2", "user": "bob"},
                      {"rhost": "2001:db8:1:2::3", "service": "su"})

    def test_sends_per_source_of_other_ipv6_networks(self):
        self.start_daemon(limits={"sends_per_source": "1/10m"})
        for i in range(3):
            self.starts(rhost=f"2001:db8:1:{i}::1")
        self.assert_texts(3)

    def test_sends_per_source_of_ipv4_in_ipv6_clothes(self):
        self.runs_dry("sends_per_source", {"rhost": "192.0.2.1"},
                      {"rhost": "::ffff:192.0.2.1", "user": "bob"},
                      {"rhost": "::ffff:c000:201", "service": "su"})

    def test_sends_per_host(self):
        self.runs_dry("sends_per_host", {"user": "alice"}, {"user": "bob", "rhost": "192.0.2.2"},
                      {"user": "alice", "rhost": "192.0.2.3", "service": "su"})

    def test_failures_before_lock(self):
        self.start_daemon(limits={"failures_before_lock": 2})
        self.verdict("x1", "x2", "x3")
        self.logged("notice kind=locked user=alice")
        self.assertEqual((DENIED, "locked"), self.verdict("x1", "x2", "x3", rhost="192.0.2.2"))

    def test_lock(self):
        self.start_daemon(limits={"failures_before_lock": 3, "lock": "7m"})
        self.verdict("x1", "x2", "x3")
        self.assertIn(self.status("alice")["locked_for_s"], range(400, 421))

    def test_failures_before_disable(self):
        self.start_daemon(limits={"failures_before_lock": 2, "failures_before_disable": 2})
        self.verdict("x1", "x2", "x3")
        self.logged("notice kind=disabled user=alice")
        self.assertEqual((DENIED, "disabled"), self.verdict("x1", "x2", "x3", rhost="192.0.2.2"))

    def test_countries(self):
        self.start_daemon(limits={"countries": "US, GB"})
        self.assertEqual((DENIED, "foreign-number"), self.verdict("x1", "x2", "x3"))
        self.assert_texts(0)
        client = self.client("bob")
        client.prompt()
        client.answers(self.next_text().code)
        self.assertEqual((ACCEPTED, "right-code"), client.verdict())

    def test_without_countries_every_number_on_record_is_fine(self):
        self.start_daemon()
        for user in ("alice", "bob"):
            self.starts(user=user)
        self.assert_texts(2)

    def test_attempts_per_user(self):
        self.start_daemon(limits={"attempts_per_user": 1})
        first = self.client()
        first.prompt()
        self.assertEqual((UNAVAILABLE, "busy"), self.verdict(service="sudo"))
        self.client("bob").prompt()

    def test_attempts_at_once(self):
        self.start_daemon(limits={"attempts_at_once": 1})
        first = self.client()
        first.prompt()
        # Nobody is there to say why.
        self.assertEqual(b"", self.client("bob").receives())
        self.logged("turned away a connection")
