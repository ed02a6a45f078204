# SPDX-License-Identifier: Apache-2.0
"""The files in conf/ as they are shipped: the configuration is valid, and Debian's stacks with each
PAM line let in whoever has both factors, in the order that it says."""

import pathlib
import re
import subprocess

from login import PROMPT, sudo
from private_machine import debians_pam
from scenario import CONFIGURATION, KEYBOARD, USERS_FILE, Scenario

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
PAM = pathlib.Path("/etc/pam.d")
KEY_THEN_PIN = ["KbdInteractiveAuthentication yes", "PasswordAuthentication no",
                "AuthenticationMethods publickey,keyboard-interactive:pam"]


class Examples(Scenario):
    def stack(self, service, name):
        """Debian's own file with the line of a fragment, where the fragment says that it goes."""
        self.addCleanup((PAM / service).write_bytes, (PAM / service).read_bytes())
        text = (CONF / "pam.d" / name).read_text(encoding="utf-8")
        [line] = re.findall("^auth .*$", text, re.M)
        place, given = re.search(r'(below|above|in place of) "(@include common-auth)"',
                                 text.replace("\n# ", " ")).groups()
        shipped = debians_pam("12")[service]
        self.assertIn(given, shipped)
        lines = {"below": [given, line], "above": [line, given], "in place of": [line]}[place]
        whole = shipped.replace(given, "\n".join(lines))
        return whole.replace("pam_sms2fa.so", "{module}").splitlines()

    def types_the_code(self, person):
        person.reads(PROMPT)
        person.types(self.next_text().code)

    def types_the_password(self, person):
        person.reads("(?i)password.*: ")
        person.types(self.machine.passwords["alice"])

    def test_the_configuration_is_valid(self):
        write = self.machine.write_trusted
        write("/etc/sms2fa/twilio.token", "0" * 32 + "\n")
        write(USERS_FILE, (CONF / "users.conf").read_text(encoding="utf-8"))
        write(CONFIGURATION, (self.machine.build / "conf/sms2fa.conf").read_text(encoding="utf-8"))
        done = subprocess.run([self.machine.build / "sms2fad", "--check"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_what_it_comments_out_is_valid_too(self):
        """Keys with their defaults, and the other providers' sections."""
        lines = (self.machine.build / "conf/sms2fa.conf").read_text(encoding="utf-8").splitlines()
        # ";key = value" is a default, "; words" is prose.
        text = "\n".join(line[1:] if re.match(";[a-z[]", line) else line for line in lines)
        write = self.machine.write_trusted
        write("/etc/sms2fa/twilio.token", "0" * 32 + "\n")
        write("/etc/sms2fa/telnyx.key", "KEY" + "0" * 32 + "\n")
        write(USERS_FILE, "[users]\n")
        write(CONFIGURATION, text + "\n")
        done = subprocess.run([self.machine.build / "sms2fad", "--check"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_sshd_pin_then_password(self):
        self.start_daemon()
        self.start_sshd(self.stack("sshd", "pin-then-password"), KEYBOARD)
        with self.ssh() as person:
            self.types_the_code(person)
            self.types_the_password(person)
            person.gets_in()

    def test_sshd_password_then_pin(self):
        self.start_daemon()
        self.start_sshd(self.stack("sshd", "password-then-pin"), KEYBOARD)
        with self.ssh() as person:
            self.types_the_password(person)
            self.types_the_code(person)
            person.gets_in()

    def test_sshd_key_then_pin(self):
        self.start_daemon()
        self.start_sshd(self.stack("sshd", "key-then-pin"), KEY_THEN_PIN)
        with self.ssh(options=[f"IdentityFile={self.alices_key()}"]) as person:
            self.types_the_code(person)
            person.gets_in()

    def test_sudo_password_then_pin(self):
        self.start_daemon()
        self.machine.pam_service("sudo", self.stack("sudo", "password-then-pin"))
        self.machine.allow_sudo("alice")
        with sudo("alice") as person:
            self.types_the_password(person)
            self.types_the_code(person)
            person.gets_in("root")

    def test_sudo_pin_then_password(self):
        self.start_daemon()
        self.machine.pam_service("sudo", self.stack("sudo", "pin-then-password"))
        self.machine.allow_sudo("alice")
        with sudo("alice") as person:
            self.types_the_code(person)
            self.types_the_password(person)
            person.gets_in("root")
