# SPDX-License-Identifier: Apache-2.0
"""`sms2fa pam enable` is all that was done to sshd, sudo or su as Debian ships them: each asks for the PIN and
lets in, and after `disable` the password alone is enough again."""

import pathlib
import shutil
import subprocess

from login import PROMPT, SHELL, WHO_AM_I, LocalLogin, SshLogin
from private_machine import run
from scenario import CONFIGURATION, Scenario

PAM = pathlib.Path("/etc/pam.d")
SETTINGS = pathlib.Path("/etc/ssh/sshd_config.d")
BACKUPS = pathlib.Path("/etc/pam.d.sms2fa-backup")


class Switch:
    release = "12"
    known = 0  # messages that were read

    def setUp(self):
        super().setUp()
        for path in PAM.iterdir():
            self.addCleanup(path.write_bytes, path.read_bytes())
        self.shipped = self.machine.ship_pam(self.release)
        shutil.rmtree(SETTINGS, ignore_errors=True)
        SETTINGS.mkdir()
        self.addCleanup(shutil.rmtree, SETTINGS, ignore_errors=True)
        self.addCleanup(shutil.rmtree, BACKUPS, ignore_errors=True)
        self.addCleanup(self.machine.install_module())
        run("ssh-keygen", "-A")
        self.alices_key()
        self.machine.allow_sudo("alice")
        self.start_daemon()

    def pam(self, *words):
        done = subprocess.run([self.machine.build / "sms2fa", "pam", *words, "--yes", "--config",
                               CONFIGURATION], capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def types_the_password(self, person, user="alice"):
        person.reads("(?i)password.*: ")
        person.types(self.machine.passwords[user])

    def types_the_code(self, person):
        person.reads(PROMPT)
        person.types(self.next_text(self.known).code)
        self.known += 1

    # sshd

    def ssh_with(self, options=()):
        return self.meet(SshLogin(self.machine, "alice", options))

    def log_in(self, first):
        key = [f"IdentityFile={self.alices_key()}"] if first == "key" else ["PubkeyAuthentication=no"]
        with self.ssh_with(key) as person:
            if first == "password":
                self.types_the_password(person)
            self.types_the_code(person)
            if first == "pin":
                self.types_the_password(person)
            person.gets_in()

    def sshd_reads_again(self, text):
        """What the command told to run does to it: here by its process."""
        self.assertIn("Now run: kill -HUP $(cat ", text)
        since = len(self.machine.log.lines)
        self.sshd.send_signal(1)
        self.machine.log.wait_for("Server listening", since)

    def sshd_with(self, first):
        """From a login by the password alone to one with a PIN, and back."""
        self.sshd = self.machine.start_debians_sshd()
        self.addCleanup(self._kill, self.sshd)
        self.password_alone()
        self.sshd_reads_again(self.pam("enable", "sshd", "--first", first))
        self.log_in(first)
        self.assert_texts(1)
        self.sshd_reads_again(self.pam("disable", "sshd"))
        self.password_alone()
        self.assert_texts(1)
        self.assertEqual(self.shipped["sshd"], (PAM / "sshd").read_text(encoding="utf-8"))

    def password_alone(self):
        with self.ssh_with(["PubkeyAuthentication=no"]) as person:
            self.types_the_password(person)
            person.gets_in()

    def test_sshd_password_first(self):
        self.sshd_with("password")

    def test_sshd_pin_first(self):
        self.sshd_with("pin")

    def test_sshd_key_first(self):
        self.sshd_with("key")

    def test_neither_key_nor_password_is_enough(self):
        self.sshd = self.machine.start_debians_sshd()
        self.addCleanup(self._kill, self.sshd)
        self.sshd_reads_again(self.pam("enable", "sshd", "--first", "key"))
        with self.ssh_with(["PubkeyAuthentication=no"]) as person:
            person.is_denied()
        with self.ssh_with([f"IdentityFile={self.alices_key()}"]) as person:
            person.reads(PROMPT)
            person.types(self.machine.passwords["alice"])
            person.sees("Wrong code")

    # sudo and su

    def asked_in_either_order(self, service, user, *logins):
        """By each of the commands, and after `disable` by none. A login is a command and how it ends."""
        for first in ("password", "pin"):
            self.pam("enable", service, "--first", first)
            for command, end in logins:
                with self.subTest(first=first, command=command), self.local(command) as person:
                    if first == "pin":
                        self.types_the_code(person)
                    self.types_the_password(person, user)
                    if first == "password":
                        self.types_the_code(person)
                    end(person)
        self.pam("disable", service)
        for command, end in logins:
            with self.subTest(command=command), self.local(command) as person:
                self.types_the_password(person, user)
                end(person)
        self.assert_texts(self.known)
        for name, text in self.shipped.items():
            self.assertEqual(text, (PAM / name).read_text(encoding="utf-8"))

    def local(self, command):
        return self.meet(LocalLogin("alice", *command))

    def is_root(self, person):
        person.gets_in("root")

    def is_bob(self, person):
        person.gets_in("bob")

    def is_root_in_a_shell(self, person):
        """Where no command could be given along."""
        person.types(f"echo {SHELL} $(id -un); exit")
        person.gets_in("root")

    def test_sudo(self):
        self.asked_in_either_order("sudo", "alice", (["sudo", "sh", "-c", WHO_AM_I], self.is_root),
                                   (["sudo", "-i"], self.is_root_in_a_shell))

    def test_su(self):
        self.asked_in_either_order("su", "bob", (["su", "bob", "-c", WHO_AM_I], self.is_bob),
                                   (["su", "-", "bob", "-c", WHO_AM_I], self.is_bob))

    def test_the_password_alone_opens_none_of_them(self):
        self.pam("enable", "sudo")
        self.pam("enable", "su")
        for user, *command in (("alice", "sudo", "true"), ("alice", "sudo", "-i"), ("bob", "su", "bob"),
                               ("bob", "su", "-", "bob")):
            with self.subTest(command), self.local(command) as person:
                self.types_the_password(person, user)
                person.reads(PROMPT)
                person.presses("d")
                person.is_denied()

    def test_root_is_not_asked_by_su(self):
        self.pam("enable", "su")
        for command in (["su", "bob", "-c", WHO_AM_I], ["su", "-", "bob", "-c", WHO_AM_I]):
            self.assertEqual(f"{SHELL} bob\n", run(*command))
        self.assert_texts(0)


class OnDebian12(Switch, Scenario):
    pass


class OnDebian13(Switch, Scenario):
    release = "13"
