# SPDX-License-Identifier: Apache-2.0
"""Every key of [limits], in the file that an administrator writes: each test would fail if the
daemon ignored its key. Times are read from what people are told, not waited for."""

import json
import re
import subprocess
import time

from protocol import ACCEPTED, DENIED, FIRST_PROVED, UNAVAILABLE, Client
from scenario import CONFIGURATION, Scenario

NOT_YET = "Not yet: r works in "


class Limits(Scenario):
    def client(self, user="alice", rhost="192.0.2.1", service="sshd", flags=FIRST_PROVED):
        client = Client(self.machine.socket)
        self.addCleanup(client.close)
        client.hello(user, service=service, rhost=rhost, flags=flags)
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
        self.assert_log_blames(key, "over-budget")
        self.assert_texts(2)

    def assert_log_blames(self, key, reason):
        """Waits for the one verdict of this reason in `sms2fa log`: its line names the key."""
        log = [self.machine.build / "sms2fa", "log", "--config", CONFIGURATION]
        end = time.monotonic() + 30
        while True:
            shown = subprocess.run(log, capture_output=True, text=True, check=True).stdout
            if f" {reason}" in shown:
                break
            self.assertLess(time.monotonic(), end, shown)
        self.assertRegex(shown, rf"(?m) {reason}\s+{key}$")
        told = subprocess.run([*log, "--json"], capture_output=True, text=True, check=True).stdout
        self.assertEqual([key], [each.get("limit") for each in json.loads(told)["verdicts"]
                                 if each["reason"] == reason])

    def status(self, user):
        done = subprocess.run([self.machine.build / "sms2fa", "status", user, "--json",
                               "--config", CONFIGURATION], capture_output=True, text=True,
                              check=False)
        return json.loads(done.stdout)

    def test_every_key_has_a_test_here(self):
        section = (self.machine.build / "conf/sms2fa.conf").read_text(encoding="utf-8").split("[limits]")[1].split("\n[")[0]
        keys = re.findall(r"(?m)^;?([a-z_]+) = ", section)
        self.assertGreaterEqual(len(keys), 11)
        for key in keys:
            self.assertTrue(hasattr(self, f"test_{key}"), key)

    def test_sends_per_code(self):
        self.start_daemon(limits={"sends_per_code": 1})
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

    def test_sends_per_host_per_day(self):
        self.start_daemon(limits={"sends_per_host_per_day": 2})
        for user in ("alice", "bob"):
            self.starts(user=user)
        self.assertEqual((DENIED, "over-budget"), self.verdict(service="su"))
        self.logged('detail="sends_per_host_per_day is used up"')
        self.assert_log_blames("sends_per_host_per_day", "over-budget")
        self.assert_texts(2)

    def test_who_has_proved_nothing_leaves_half_to_those_who_have(self):
        self.start_daemon(limits={"sends_per_host": "4/10m"})
        for user in ("alice", "bob"):
            self.starts(user=user, flags=0)
        for user in ("alice", "mallory"):
            self.assertEqual(DENIED, self.verdict(user=user, flags=0, rhost="192.0.2.9")[0])
        self.logged('detail="the unproven share of sends_per_host is used up"')
        self.starts(service="su")
        self.assert_texts(3)

    def test_wrong_before_lockout(self):
        self.start_daemon(limits={"wrong_before_lockout": 2})
        self.verdict("000001", "000002", "000003")
        self.logged("notice kind=locked user=alice")
        self.assertEqual((DENIED, "locked"), self.verdict("000001", "000002", "000003", rhost="192.0.2.2"))

    def test_lockout(self):
        self.start_daemon(limits={"wrong_before_lockout": 3, "lockout": "7m"})
        self.verdict("000001", "000002", "000003")
        self.assertIn(self.status("alice")["locked_for_s"], range(400, 421))

    def test_wrong_before_disable(self):
        self.start_daemon(limits={"wrong_before_lockout": 2, "wrong_before_disable": 2})
        self.verdict("000001", "000002", "000003")
        self.logged("notice kind=disabled user=alice")
        self.assertEqual((DENIED, "disabled"), self.verdict("000001", "000002", "000003", rhost="192.0.2.2"))

    def test_countries(self):
        self.start_daemon(limits={"countries": "US, GB"})
        self.assertEqual((DENIED, "foreign-number"), self.verdict("000001", "000002", "000003"))
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

    def test_logins_per_user(self):
        self.start_daemon(limits={"logins_per_user": 1})
        first = self.client()
        first.prompt()
        self.assertEqual((UNAVAILABLE, "busy"), self.verdict(service="sudo"))
        self.logged('detail="logins_per_user is used up"')
        self.assert_log_blames("logins_per_user", "busy")
        self.client("bob").prompt()

    def test_logins_at_once(self):
        self.start_daemon(limits={"logins_at_once": 1})
        first = self.client(flags=0)
        first.prompt()
        self.assertEqual((UNAVAILABLE, "busy"), self.verdict(user="bob", flags=0))
        self.assert_log_blames("logins_at_once", "busy")
        # Who has proven a first factor has places of their own.
        proven = Client(self.machine.socket)
        self.addCleanup(proven.close)
        proven.hello("bob", service="sshd", rhost="192.0.2.1", flags=FIRST_PROVED)
        proven.prompt()
