# SPDX-License-Identifier: Apache-2.0
"""sms2fa check and doctor where only some of a program's PAM services ask for a code."""

import pathlib

from doctor_cases import PAM, PASSWORD, PASSWORD_THEN_CODE, DoctorCase
from program import CONFIG, OK

ROOT_OR_PASSWORD = ["auth sufficient pam_rootok.so", *PASSWORD]
ROOT_OR_BOTH = ["auth sufficient pam_rootok.so", *PASSWORD_THEN_CODE]
SUDO_I = ("error: 'sudo -i' lets in without a code: its PAM service is sudo-i, and /etc/pam.d/sudo-i "
          "does not ask for one, as /etc/pam.d/sudo:2 does; add there, too: auth requisite ")


class PamFamilyTest(DoctorCase):
    def setUp(self):
        super().setUp()
        self.keep(pathlib.Path("/etc/sudoers"))
        self.keep(PAM / "other")
        self.machine.allow_sudo("alice")
        self.write("su", ROOT_OR_PASSWORD)
        self.write("su-l", ROOT_OR_PASSWORD)
        self.start_daemon()

    def both(self, *says, expect=CONFIG):
        """What check and doctor say; without `says`, that they have nothing against the families."""
        for command in ("check", "doctor"):
            said = self.run_program(command, expect=expect).stdout
            for text in says:
                self.assertIn(text, said)
            self.assertEqual("lets in without a code" in said, bool(says), said)

    def test_sudo_alone(self):
        self.write("sudo", PASSWORD_THEN_CODE)
        self.both(SUDO_I)
        self.write("sudo-i", PASSWORD_THEN_CODE)
        self.both(expect=OK)

    def test_sudo_i_alone(self):
        self.write("sudo-i", PASSWORD_THEN_CODE)
        self.both("error: 'sudo' lets in without a code: its PAM service is sudo, and /etc/pam.d/sudo "
                  "does not ask for one, as /etc/pam.d/sudo-i:2 does; ")

    def test_sudo_i_without_a_file(self):
        self.write("sudo", PASSWORD_THEN_CODE)
        self.write("other", PASSWORD)
        (PAM / "sudo-i").unlink()
        self.both("its PAM service is sudo-i, and there is no /etc/pam.d/sudo-i, as ")
        # A file without auth lines is one that libpam looks past, too.
        self.write("sudo-i", PASSWORD[1:])
        self.both(SUDO_I)
        for others in (PASSWORD_THEN_CODE, ["auth required pam_deny.so"]):
            self.write("other", others)
            self.both(expect=OK)

    def test_sudo_i_that_lets_nobody_in(self):
        self.write("sudo", PASSWORD_THEN_CODE)
        self.write("sudo-i", ["auth requisite pam_deny.so", *PASSWORD])
        self.both(expect=OK)

    def test_services_that_sudoers_names(self):
        sudoers = pathlib.Path("/etc/sudoers")
        before = sudoers.read_text()
        self.write("sudo", PASSWORD_THEN_CODE)
        sudoers.write_text("Defaults pam_login_service = sudo\n" + before)
        self.both(expect=OK)
        sudoers.write_text("Defaults pam_login_service = case-shells\n" + before)
        self.write("case-shells", PASSWORD)
        self.both("its PAM service is case-shells, and /etc/pam.d/case-shells does not ask for one")

    def test_su_alone(self):
        self.write("su", ROOT_OR_BOTH)
        self.both("error: 'su -' lets in without a code: its PAM service is su-l, and /etc/pam.d/su-l "
                  "does not ask for one, as /etc/pam.d/su:3 does; ")
        self.write("su-l", ["auth include su"])
        self.both(expect=OK)

    def test_others_stand_alone(self):
        self.write("sshd", PASSWORD)
        self.write("login", PASSWORD_THEN_CODE)
        for command in ("check", "doctor"):
            self.assertNotIn("lets in without a code", self.run_program(command).stdout)
