# SPDX-License-Identifier: Apache-2.0
"""What bash, zsh and fish offer after sms2fa."""

import os
import re
import subprocess
import tempfile

from docs_case import DocsCase
from manual import command_sources

# zsh's own need a terminal: these say what it would be told.
ZSH_STUBS = """
compadd() { shift; print -l -- ${(M)@:#$PREFIX*} }
_files() { print -l -- $PREFIX*(N) }
_users() { compadd -- ${(f)"$(getent passwd | cut -d: -f1)"} }
"""


class Completion:
    """What a shell offers is the same in each: what the program says of itself. The build has made the scripts."""

    @property
    def script(self):
        return self.build / "completions" / self.name

    def offered(self, *words):
        """For the last of the words."""
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(self.command(words), capture_output=True, text=True, check=False,
                                  env={"PATH": f"{self.build}:{os.environ['PATH']}", "HOME": home})
        self.assertEqual(done.stderr, "")
        return [line.split("\t")[0] for line in done.stdout.splitlines() if line]

    def test_syntax(self):
        done = subprocess.run([*self.syntax_check, self.script], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_commands(self):
        self.assertEqual(sorted(self.offered("")), sorted([*command_sources(), "--help", "--version"]))
        self.assertEqual(self.offered("do"), ["doctor"])

    def test_options(self):
        for command in command_sources():
            with self.subTest(command):
                usage = subprocess.run([self.build / "sms2fa", command, "--help"], text=True,
                                       capture_output=True, check=True).stdout.split("\n\n")[0]
                self.assertEqual(set(self.offered(command, "--")),
                                 {*re.findall(r"--[a-z-]+", usage), "--help"})

    def test_people_and_files(self):
        self.assertIn("root", self.offered("send", "ro"))
        self.assertEqual(self.offered("check", "ro"), [])
        self.assertIn("/etc/passwd", self.offered("check", "--config", "/etc/passw"))
        self.assertIn("pam_oath", self.offered("enroll", "--import", "pam_o"))
        self.assertIn("/etc/passwd", self.offered("enroll", "--import", "gecos", "/etc/passw"))
        self.assertIn("/etc/passwd", self.offered("enroll", "--import", "gecos", "/etc/group", "/etc/passw"))
        self.assertIn("root", self.offered("enroll", "ro"))
        self.assertIn("/etc/passwd", self.offered("restore", "/etc/passw"))

    def test_what_stands_where(self):
        """Values are no operands, and nothing is offered where the command takes nothing."""
        self.assertIn("root", self.offered("send", "--provider", "x", "--wait", "ro"))
        self.assertEqual(self.offered("send", "root", "ro"), [])
        self.assertEqual(self.offered("send", "--provider", "ro"), [])
        self.assertEqual(self.offered("log", "-n", "ro"), [])
        self.assertIn("root", self.offered("log", "-n", "5", "ro"))
        self.assertEqual(self.offered("backup", "x", "/etc/passw"), [])

    def test_services(self):
        self.assertEqual(self.offered("pam", "en"), ["enable"])
        self.assertIn("common-auth", self.offered("pam", "enable", "common-a"))
        self.assertIn("common-auth", self.offered("pam", "--first", "pin", "enable", "common-a"))
        self.assertEqual(self.offered("pam", "enable", "sshd", "--first", "pa"), ["password"])

    def test_an_unknown_command(self):
        self.assertEqual(self.offered("frobnicate", "--"), [])


class BashCompletionTest(Completion, DocsCase):
    name = "sms2fa"
    syntax_check = ("bash", "-n")

    def command(self, words):
        script = (f". {self.script}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _sms2fa; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        return ["bash", "-c", script, "bash", "sms2fa", *words]


class ZshCompletionTest(Completion, DocsCase):
    name = "_sms2fa"
    syntax_check = ("zsh", "-f", "-n")

    def command(self, words):
        script = (f"{ZSH_STUBS} fpath=({self.script.parent}); autoload -U _sms2fa; words=(\"$@\"); "
                  "CURRENT=$#; PREFIX=$words[CURRENT]; _sms2fa")
        return ["zsh", "-f", "-c", script, "zsh", "sms2fa", *words]


class FishCompletionTest(Completion, DocsCase):
    name = "sms2fa.fish"
    syntax_check = ("fish", "--no-execute")

    def command(self, words):
        line = " ".join(["sms2fa", *words])
        return ["fish", "--no-config", "-c",
                f"source {self.script}; complete -C '{line}'"]
