# SPDX-License-Identifier: Apache-2.0
"""Crowds at the daemon's socket: whatever strangers and ordinary users hold open, those who prove a
first factor, and those from elsewhere, still get their prompt."""

import pwd

from protocol import ENROLL, FIRST_PROVED, UNAVAILABLE, Client
from scenario import Scenario

ROOMY = {"sends_per_source": "1000/1h", "sends_per_number": "1000/1h", "sends_per_user": "1000/1h",
         "sends_per_host": "1000/1h"}


class Crowds(Scenario):
    def setUp(self):
        super().setUp()
        self.start_daemon(limits=ROOMY)

    def connect(self, uid=0):
        client = Client(self.machine.socket, uid)
        self.addCleanup(client.close)
        return client

    def client(self, user, **hello):
        client = self.connect()
        client.hello(user, **hello)
        return client

    def gets_a_prompt(self, user, **hello):
        self.assertIn("PIN", self.client(user, **hello).prompt())

    def crowd_at(self, addresses, each):
        """Strangers at their prompts; those who are turned away leave."""
        held = []
        for address in addresses:
            for number in range(each):
                client = self.client(f"stranger{number}", service="sshd", rhost=address)
                if client.next_is_a_prompt():
                    held.append(client)
        return held

    def assert_all_others_get_in(self):
        self.gets_a_prompt("alice", service="sshd", rhost="198.51.100.7")
        self.gets_a_prompt("bob", service="sudo", tty="/dev/pts/1", ruser="bob")
        self.gets_a_prompt("bob", service="sudo", tty="/dev/pts/1", ruser="bob", flags=FIRST_PROVED)
        self.gets_a_prompt("alice", service="sshd", rhost="192.0.2.1", flags=FIRST_PROVED)

    def test_one_address_closes_nobody_else_out(self):
        held = self.crowd_at(["192.0.2.1"], 64)
        self.assertEqual(8, len(held))
        self.assert_all_others_get_in()

    def test_nor_do_many_networks(self):
        self.crowd_at([f"192.0.{network}.{host}" for network in range(8) for host in (1, 2)], 8)
        self.assert_all_others_get_in()
        self.assertIn("reason=busy", self.logged("its place went to a login from elsewhere"))

    def test_four_open_prompts_for_alice_leave_her_the_fifth(self):
        held = [self.client("alice", service="sshd", rhost="192.0.2.1") for _ in range(4)]
        for client in held:
            client.prompt()
        self.assertEqual((UNAVAILABLE, "busy"),
                         self.client("alice", service="sshd", rhost="192.0.2.1").verdict())
        self.gets_a_prompt("alice", service="sshd", rhost="198.51.100.7")
        self.gets_a_prompt("alice", service="sshd", rhost="192.0.2.1", flags=FIRST_PROVED)

    def test_silent_connections_of_many_uids(self):
        held = [self.connect(100_000 + uid) for uid in range(20) for _ in range(4)]
        self.assertEqual(80, len(held))
        self.assert_all_others_get_in()
        for flags in (0, ENROLL):
            alice = self.connect(pwd.getpwnam("alice").pw_uid)
            alice.hello("alice", flags=flags)
            self.assertTrue(alice.next_is_a_prompt())

    def test_a_crowd_of_callers_of_su(self):
        held = []
        for caller in ("mallory", "carol"):
            for tty in range(20):
                client = self.client(f"u{tty}", service="su", tty=f"/dev/pts/{tty}", ruser=caller)
                if client.next_is_a_prompt():
                    held.append(client)
        self.assertEqual(16, len(held))
        self.assert_all_others_get_in()

    def test_refusals_are_told_under_the_name_of_who_asked_for_them(self):
        carol = pwd.getpwnam("carol").pw_uid
        for _ in range(100):
            with Client(self.machine.socket, carol) as client:
                client.hello("alice", service="sshd")
                client.verdict()
        told = [line for line in self.verdicts() if "reason=foreign-peer" in line]
        self.assertEqual(10, len(told))
        for line in told:
            self.assertIn(" user=carol typed=alice ", line)
