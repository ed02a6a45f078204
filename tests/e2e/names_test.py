# SPDX-License-Identifier: Apache-2.0
"""One account, one name: with name services that take names in any case, every spelling meets the
account's own record, lock, budget and enrolment; and names that have no account."""

import os
import pathlib
import pwd
import re
import subprocess

from protocol import ACCEPTED, DENIED, ENROLL, FIRST_PROVED, Client
from scenario import CONFIGURATION, NUMBERS, Scenario

SWITCH = pathlib.Path("/etc/nsswitch.conf")


class Names(Scenario):
    def setUp(self):
        super().setUp()
        self.library = {"LD_LIBRARY_PATH": str(self.machine.build / "tests/nss")}
        kept = SWITCH.read_text(encoding="utf-8")
        self.addCleanup(SWITCH.write_text, kept, encoding="utf-8")
        SWITCH.write_text(re.sub(r"(?m)^passwd:.*$", "passwd: files folding", kept), encoding="utf-8")

    def start(self, **sections):
        self.configure(**sections)
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon(environment=self.library)
        self.machine.log.wait_for("]: ready", since)

    def client(self, user, uid=0, **hello):
        client = Client(self.machine.socket, uid)
        self.addCleanup(client.close)
        client.hello(user, **{"service": "sshd"} | hello)
        return client

    def command(self, *words):
        return subprocess.run([self.machine.build / "sms2fa", *words, "--config", CONFIGURATION],
                              capture_output=True, text=True, check=False,
                              env=os.environ | self.library)

    def test_another_spelling_meets_the_record_and_is_logged(self):
        self.start(code={"unenrolled": "allow"})
        client = self.client("ALICE", rhost="192.0.2.1")
        self.assertIn("********67", client.prompt())
        client.answers(self.next_text().code)
        self.assertEqual((ACCEPTED, "right-code"), client.verdict())
        self.logged("accepted reason=right-code user=alice typed=ALICE ")

    def test_it_goes_on_with_the_same_challenge(self):
        self.start()
        self.client("alice", rhost="192.0.2.1").prompt()
        self.assertIn("ago", self.client("Alice", rhost="192.0.2.1").prompt())
        self.assert_texts(1)

    def test_it_has_the_same_budget(self):
        self.start(limits={"sends_per_user": "2/1h"})
        for number, name in enumerate(("alice", "aLICE")):
            self.client(name, rhost=f"192.0.2.{number}", flags=FIRST_PROVED).prompt()
        self.assertEqual((DENIED, "over-budget"),
                         self.client("ALICe", rhost="198.51.100.1", flags=FIRST_PROVED).verdict())

    def test_it_has_the_same_lock(self):
        self.start(limits={"wrong_before_lockout": "3"})
        for number, name in enumerate(("alice", "ALICE", "Alice")):
            client = self.client(name, rhost="192.0.2.1", service=f"s{number}", flags=FIRST_PROVED)
            client.prompt()
            client.answers(self.next_text(number).wrong_code)
            self.assertIn("Wrong code", client.prompt())
            client.close()
        self.logged("notice kind=locked user=alice ")
        status = self.command("status", "aLiCe")
        self.assertIn("locked", status.stdout)
        self.assertEqual(0, self.command("unlock", "ALICE").returncode)
        self.assertNotIn("locked", self.command("status", "alice").stdout)

    def test_it_enrolls_as_the_account(self):
        self.start()
        uid = pwd.getpwnam("alice").pw_uid
        client = self.client("ALICE", uid=uid, service="sms2fa-enroll", flags=ENROLL)
        # She holds a number, and proves it before anything else.
        self.assertTrue(client.next_is_a_prompt())
        self.assertEqual(NUMBERS["alice"], self.next_text().to)

    def test_it_is_not_let_in_as_somebody_unenrolled(self):
        self.start(code={"unenrolled": "allow"})
        self.assertEqual((ACCEPTED, "unenrolled"), self.client("CAROL").verdict())
        self.logged("accepted reason=unenrolled user=carol typed=CAROL ")
        # A name without an account is nobody who has enrolled nothing.
        self.client("mallory").prompt()

    def test_a_record_that_no_account_has(self):
        self.start(users=NUMBERS | {"Alice2": NUMBERS["alice"]}, code={"unenrolled": "allow"})
        client = self.client("Alice2")
        self.assertNotIn("********67", client.prompt())
        client.close()
        self.logged('denied reason=nss user=Alice2 ')
        self.assert_texts(0)

    def test_virtual_users(self):
        self.start(users=NUMBERS | {"mailbox": NUMBERS["bob"]}, directory={"virtual_users": "dovecot"})
        self.assertIn("********23", self.client("mailbox", service="dovecot").prompt())
        self.assertNotIn("********23", self.client("mailbox", service="sshd").prompt())
