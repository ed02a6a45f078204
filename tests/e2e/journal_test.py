# SPDX-License-Identifier: Apache-2.0
"""Verdicts and notices in a real journald, by their fields."""

import json
import pathlib
import shutil
import subprocess
import time

from protocol import Client
from scenario import Scenario

JOURNALD = "/lib/systemd/systemd-journald"


class Journal(Scenario):
    def setUp(self):
        super().setUp()
        if not pathlib.Path(JOURNALD).exists():
            self.skipTest("systemd-journald is not installed")
        place = pathlib.Path("/run/systemd/journal")
        place.mkdir(parents=True, exist_ok=True)
        journald = subprocess.Popen([JOURNALD], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(shutil.rmtree, "/run/log/journal", ignore_errors=True)
        self.addCleanup(shutil.rmtree, place)  # the next tests' daemons are to find none
        self.addCleanup(journald.wait)
        self.addCleanup(journald.terminate)
        while not (place / "socket").exists():
            self.assertIsNone(journald.poll())
            time.sleep(0.01)

    def entries(self, *matches):
        """The journal's entries with these fields, once there are any."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            subprocess.run(["journalctl", "--sync"], check=False, capture_output=True)
            done = subprocess.run(["journalctl", "-o", "json", *matches], capture_output=True,
                                  text=True, check=True)
            if found := [json.loads(line) for line in done.stdout.splitlines()]:
                return found
            time.sleep(0.05)
        self.fail(f"no entry with {matches}")

    def test_fields_can_be_asked_for(self):
        self.start_daemon(limits={"wrong_before_lockout": 3})
        with Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", rhost="2001:db8::9")
            for _ in range(3):
                client.prompt()
                client.answers("0000000")  # no code of six digits
            client.verdict()
        [verdict] = self.entries("SMS2FA_USER=alice", "SMS2FA_VERDICT=denied")
        self.assertEqual(
            {name: verdict[name] for name in ("SMS2FA_REASON", "SMS2FA_RHOST", "SMS2FA_SERVICE",
                                              "SMS2FA_NUMBER", "SMS2FA_PROVIDER", "SMS2FA_ANSWERS",
                                              "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY")},
            {"SMS2FA_REASON": "no-tries-left", "SMS2FA_RHOST": "2001:db8::9",
             "SMS2FA_SERVICE": "sshd", "SMS2FA_NUMBER": "********67", "SMS2FA_PROVIDER": "twilio",
             "SMS2FA_ANSWERS": "3", "PRIORITY": "5", "SYSLOG_IDENTIFIER": "sms2fad",
             "SYSLOG_FACILITY": "10"})
        self.assertTrue(verdict["MESSAGE"].startswith("denied reason=no-tries-left user=alice "))
        [notice] = self.entries("SMS2FA_KIND=locked")
        self.assertEqual((notice["SMS2FA_VERDICT"], notice["SMS2FA_COUNT"], notice["PRIORITY"]),
                         ("notice", "3", "4"))
        self.assertNotEqual(notice["MESSAGE_ID"], verdict["MESSAGE_ID"])
        # Once, not in both logs.
        self.assertEqual(self.verdicts(), [])

    def test_a_hostile_name_makes_no_field(self):
        self.start_daemon()
        with Client(self.machine.socket) as client:
            client.hello("x\nSMS2FA_VERDICT=accepted", service="sshd", rhost="192.0.2.1")
            client.prompt()
            client.answers("nonsense")
            client.prompt()
        [entry] = self.entries("SMS2FA_RHOST=192.0.2.1")
        self.assertEqual((entry["SMS2FA_VERDICT"], entry["SMS2FA_USER"]),
                         ("denied", "x\\x0aSMS2FA_VERDICT=accepted"))
