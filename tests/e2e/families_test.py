# SPDX-License-Identifier: Apache-2.0
"""`sudo -i` is a PAM service of its own: where it was left out, that is told. Where it was not:
pam_switch_test.py."""

import pathlib
import subprocess

from login import SHELL, LocalLogin
from scenario import CONFIGURATION, PASSWORD_THEN_PIN, Scenario

PAM = pathlib.Path("/etc/pam.d")
PASSWORD = ["@include common-auth", "@include common-account"]
ERRORS_IN_CONFIGURATION = 78


class Families(Scenario):
    def setUp(self):
        super().setUp()
        for name in ("sudo", "sudo-i"):
            before = (PAM / name).read_text(encoding="utf-8")
            self.addCleanup((PAM / name).write_text, before, encoding="utf-8")
        self.machine.allow_sudo("alice")
        self.start_daemon()

    def shell(self, *command):
        """Somebody who wants a shell of root's, or bob's, and says who they are in it."""
        return self.meet(LocalLogin("alice", *command))

    def gets_a_shell(self, person, name):
        person.types(f"echo {SHELL} $(id -un); exit")
        person.gets_in(name)

    def test_sudo_alone_is_an_error(self):
        """The password alone gives a root shell there, and check and doctor say so."""
        self.machine.pam_service("sudo", PASSWORD_THEN_PIN)
        self.machine.pam_service("sudo-i", PASSWORD)
        with self.shell("sudo", "-i") as person:
            person.reads("(?i)password.*: ")
            person.types(self.machine.passwords["alice"])
            self.gets_a_shell(person, "root")
        self.assert_texts(0)
        for command in ("check", "doctor"):
            done = subprocess.run([self.machine.build / "sms2fa", command, "--config", CONFIGURATION],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(ERRORS_IN_CONFIGURATION, done.returncode, done.stdout)
            self.assertIn("error: 'sudo -i' lets in without a code: its PAM service is sudo-i",
                          done.stdout)
