# SPDX-License-Identifier: Apache-2.0
"""safety.md 4, 6 and 9 on a whole machine: hosts that are stopped or starved by who started them, a
state that somebody else has locked, no system log, no descriptors left."""

import os
import signal
import sqlite3
import time

from login import PROMPT, SHELL, WHO_AM_I, LocalLogin, Person
from protocol import ACCEPTED, Client
from scenario import AFTERWARDS, PIN, Scenario


class StoppedHost(Scenario):
    """safety.md 6: the caller stops the host process."""

    def stopped_at_the_prompt(self, **configuration):
        self.start_daemon(**configuration)
        self.machine.pam_service("host", [PIN[0], *AFTERWARDS])
        person = self.meet(Person(["pamtester", "host", "alice", "authenticate"]))
        person.reads(PROMPT)
        os.kill(person.pid, signal.SIGSTOP)
        return person, self.next_text()

    def test_others_log_in_meanwhile_and_it_goes_on_later(self):
        person, text = self.stopped_at_the_prompt()
        with Client(self.machine.socket) as other:
            other.hello("bob")
            other.prompt()
            other.answers(self.next_text(after=1).code)
            self.assertEqual((ACCEPTED, "right-code"), other.verdict())
        person.types(text.code)
        os.kill(person.pid, signal.SIGCONT)
        person.sees("successfully authenticated")

    def test_until_the_code_has_expired_is_too_long(self):
        person, text = self.stopped_at_the_prompt(code={"lifetime": "1s"})
        self.logged("denied reason=expired user=alice")
        person.types(text.code)
        os.kill(person.pid, signal.SIGCONT)
        self.assertNotEqual(0, person.waits_for_the_end())
        self.assertNotIn("successfully", person.screen)


class StarvedHost(Scenario):
    """safety.md 6: the caller limits the host process."""

    LIMITS = ("-n 3", "-n 4", "-n 5", "-n 6", "-n 7", "-n 10", "-v 4000", "-v 8000", "-v 16000", "-v 30000",
              "-s 64", "-f 0", "-u 1", "-l 0", "-d 100")

    def test_no_limit_lets_a_wrong_code_in(self):
        self.start_daemon(limits={"wrong_before_lockout": "100", "sends_per_source": "100/1h",
                                  "sends_per_number": "100/1h"})
        self.machine.pam_service("sudo", PIN)
        self.machine.allow_sudo("alice")
        for limit in self.LIMITS:
            limited = ["sh", "-c", f"ulimit {limit}; exec sudo sh -c '{WHO_AM_I}'"]
            with self.subTest(limit), LocalLogin("alice", *limited) as person:
                while True:
                    if person.reads(rf"{PROMPT}|\Z|{SHELL}")[0] == "":
                        break
                    self.assertNotIn(SHELL, person.screen)
                    person.types("000000")
        self.assertFalse([line for line in self.verdicts() if "accepted" in line])


class LockedState(Scenario):
    """safety.md 4: another process keeps the state write-locked for 30 s."""

    def test_denied_while_it_lasts_and_well_afterwards(self):
        self.start_house()
        holder = sqlite3.connect(self.state / "state.db", isolation_level=None)
        self.addCleanup(holder.close)
        holder.execute("BEGIN IMMEDIATE")
        locked_at = time.monotonic()
        for after in (0, 5, 28):
            time.sleep(max(0, locked_at + after - time.monotonic()))
            with Client(self.machine.socket) as client:
                began = time.monotonic()
                client.hello("alice")
                self.assertEqual("store-failed", client.verdict()[1])
                self.assertLess(time.monotonic() - began, 10)
        time.sleep(max(0, locked_at + 30 - time.monotonic()))
        self.assert_texts(0)
        holder.execute("ROLLBACK")
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()


class NoSystemLog(Scenario):
    """safety.md 9: syslog is absent."""

    def test_logins_go_on_and_denials_stay_denials(self):
        self.start_house()
        os.rename("/dev/log", "/dev/log.away")
        self.addCleanup(os.rename, "/dev/log.away", "/dev/log")
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code)
            person.sees("2 tries left")
            person.types(text.code)
            person.gets_in()
        with self.ssh("mallory", ["NumberOfPasswordPrompts=1"]) as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("123456")
            person.is_denied()


class NoDescriptors(Scenario):
    """safety.md 9: EMFILE. More connections than the daemon may have descriptors."""

    def test_a_flood_denies_and_when_it_is_over_people_log_in(self):
        self.configure(limits={"logins_at_once": "1000", "logins_per_user": "500"})
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon(command=[
            "prlimit", "--nofile=48:48", self.machine.build / "sms2fad", "--config",
            "/etc/sms2fa/sms2fa.conf", *self.machine.socket_options])
        self.machine.log.wait_for("ready", since)
        crowd = []

        def joins(user, patience):
            """Whether whoever comes to the crowd is asked, and not closed or left waiting."""
            crowd.append(Client(self.machine.socket, timeout=patience))
            crowd[-1].hello(user)
            try:
                return crowd[-1].next_is_a_prompt()
            except TimeoutError:
                return False

        for _ in range(60):
            crowd.append(Client(self.machine.socket, timeout=1))
            crowd[-1].hello("carol")
        # Those of the flood who are denied leave descriptors to others. One by one, until none is left.
        for client in list(crowd):
            try:
                client.next_is_a_prompt()
            except TimeoutError:  # not accepted, as all after it
                break
        while joins("carol", 1):
            self.assertLess(len(crowd), 120)
        self.assertFalse(joins("alice", 3))
        self.assertIsNone(self.daemon.poll())
        self.assert_texts(0)
        for client in crowd:
            client.close()
        end = time.monotonic() + 10
        while True:
            with Client(self.machine.socket) as client:
                client.hello("alice", rhost=str(time.monotonic()))
                try:
                    client.prompt()
                    break
                except (AssertionError, ValueError):
                    self.assertLess(time.monotonic(), end, "it never recovered")
        with Client(self.machine.socket) as client:
            client.hello("bob")
            client.prompt()
            client.answers(self.next_text(after=len(self.texts()) - 1).code)
            self.assertEqual((ACCEPTED, "right-code"), client.verdict())
