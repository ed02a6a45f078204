# SPDX-License-Identifier: Apache-2.0
"""Who guesses from elsewhere, through a real sshd, costs the owner at a usual place nothing."""

import json
import subprocess

from login import PROMPT
from protocol import DENIED, FIRST_PROVED, Client
from scenario import CONFIGURATION, Scenario

SPACIOUS = {f"sends_per_{what}": "1000/1h" for what in ("number", "user", "source", "host")}
HOME, ELSEWHERE = "127.0.0.2", "127.0.0.3"


class Series(Scenario):
    strangers = 0

    def start(self, **limits):
        self.start_house(limits=SPACIOUS | limits)

    def at(self, place):
        return self.ssh(options=[f"BindAddress={place}", "NumberOfPasswordPrompts=1"])

    def logs_in(self, place):
        """Returns what was on the screen."""
        sent = len(self.texts())
        with self.at(place) as person:
            person.reads(PROMPT)
            person.types(self.next_text(after=sent).code)
            person.gets_in()
            return person.screen

    def guesses(self, times, flags=0):
        """Each from an address of its own; returns the reasons of the refusals."""
        reasons = []
        for _ in range(times):
            self.strangers += 1
            with Client(self.machine.socket) as client:
                client.hello("alice", service="sshd", rhost=f"203.0.113.{self.strangers}",
                             flags=flags)
                for _ in range(3):
                    client.prompt()
                    client.answers("000000")
                verdict, reason = client.verdict()
                self.assertEqual(DENIED, verdict)
                reasons.append(reason)
        return reasons

    def status(self):
        done = subprocess.run([self.machine.build / "sms2fa", "status", "alice", "--json",
                               "--config", CONFIGURATION], capture_output=True, text=True,
                              check=False)
        return json.loads(done.stdout)

    def test_strangers_lock_out_strangers_and_the_owner_hears_of_it_at_home(self):
        self.start()
        self.assertNotIn("elsewhere", self.logs_in(HOME))
        for flags in (0, FIRST_PROVED):
            self.assertIn("locked", self.guesses(8, flags))
        self.assertIn("20 wrong codes from elsewhere since your last login.", self.logs_in(HOME))
        self.assertNotIn("elsewhere", self.logs_in(HOME))
        with self.at(ELSEWHERE) as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("000000")
            person.is_denied()
        self.assertIn("rhost=127.0.0.3", self.logged("denied reason=locked user=alice service=sshd "
                                                     "rhost=127.0.0.3"))
        series = {each["series"]: each for each in self.status()["series"]}
        for name in ("strangers", "unproven"):
            self.assertEqual(10, series[name]["wrong"])
            self.assertGreater(series[name]["locked_for_s"], 0)
        self.assertNotIn("locked_for_s", series["familiar"])

    def test_the_owners_logins_forgive_no_guess(self):
        self.start(lockout="1s", wrong_before_lockout=100)
        self.logs_in(HOME)
        reasons = []
        for _ in range(4):
            reasons += self.guesses(8, FIRST_PROVED)
            self.logs_in(HOME)
        reasons += self.guesses(2, FIRST_PROVED)
        self.assertEqual(["no-tries-left", "share-spent"], reasons[-2:])
        self.assertEqual(99, self.status()["year"]["from_elsewhere"])
        self.logged("notice kind=share-spent user=alice")
        done = subprocess.run([self.machine.build / "sms2fa", "unlock", "alice", "--reason",
                               "it was the auditors", "--config", CONFIGURATION],
                              capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("it was the auditors", self.logged("notice kind=unlocked user=alice"))
        self.assertEqual(0, self.status()["year"]["from_elsewhere"])
        self.logs_in(ELSEWHERE)
