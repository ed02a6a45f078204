# SPDX-License-Identifier: Apache-2.0
"""The ways back in for when daemon, provider or phone is gone."""

import pathlib
import signal

from login import PROMPT, WHO_AM_I, Person
from private_machine import run
from scenario import NUMBERS, PASSWORD_THEN_PIN, Scenario

ONE_TRANSACTION = ["NumberOfPasswordPrompts=1"]


class WaysBack(Scenario):
    def types_the_password(self, person):
        person.reads("(?i)password.*: ")
        person.types(self.machine.passwords["alice"])

    def test_the_line_is_taken_out_while_sshd_runs(self):
        self.start_sshd(PASSWORD_THEN_PIN)
        with self.ssh(options=ONE_TRANSACTION) as person:
            self.types_the_password(person)
            person.is_denied()
        service = pathlib.Path("/etc/pam.d/sshd")
        run("sed", "-i", "/pam_sms2fa.so/d", service)
        self.assertNotIn("pam_sms2fa", service.read_text(encoding="utf-8"))
        with self.ssh() as person:
            self.types_the_password(person)
            person.gets_in()

    def test_the_console_asks_for_no_code(self):
        """Debian's login with the stack that Debian gives it: the daemon is away and nobody notices."""
        self.start_sshd(PASSWORD_THEN_PIN)
        with Person(["login", "alice"], env={"TERM": "dumb"}) as person:
            self.types_the_password(person)
            person.reads(r"\$ ")
            person.types(WHO_AM_I + "; exit")
            person.gets_in()
        self.assertNotIn("PIN", person.screen)

    def test_a_new_phone(self):
        self.start_house()
        self.enroll(NUMBERS | {"alice": "+353 87 765 4321"})
        since = len(self.machine.log.lines)
        self.daemon.send_signal(signal.SIGHUP)
        self.machine.log.wait_for("again", since)
        with self.ssh() as person:
            person.sees("********21")
            person.reads(PROMPT)
            text = self.next_text()
            self.assertEqual(text.to, "+353877654321")
            person.types(text.code)
            person.gets_in()
