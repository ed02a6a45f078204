# SPDX-License-Identifier: Apache-2.0
"""What bash, zsh and fish offer after sms2fa."""

import os
import re
import subprocess
import tempfile

from docs_case import DocsCase
from manual import ROOT, command_sources

COMPLETIONS = ROOT / "conf" / "completions"
# zsh's own need a terminal: these say what it would be told.
ZSH_STUBS = """
compadd() { shift; print -l -- ${(M)@:#$PREFIX*} }
_files() { print -l -- $PREFIX*(N) }
_users() { compadd -- ${(f)"$(getent passwd | cut -d: -f1)"} }
"""


class Completion:
    """What a shell offers is the same in each: what the program says of itself."""
    syntax_check = ()

    def offered(self, *words):
        """For the last of the words."""
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(self.command(words), capture_output=True, text=True, check=False,
                                  env={"PATH": f"{self.build}:{os.environ['PATH']}", "HOME": home})
        self.assertEqual(done.stderr, "")
        return [line.split("\t")[0] for line in done.stdout.splitlines() if line]

    def test_syntax(self):
        done = subprocess.run(self.syntax_check, capture_output=True, text=True, check=False)
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

    def test_services(self):
        self.assertEqual(self.offered("pam", "en"), ["enable"])
        self.assertIn("common-auth", self.offered("pam", "enable", "common-a"))
        self.assertEqual(self.offered("pam", "enable", "sshd", "--first", "pa"), ["password"])

    def test_an_unknown_command(self):
        self.assertEqual(self.offered("frobnicate", "--"), [])


class BashCompletionTest(Completion, DocsCase):
    syntax_check = ("bash", "-n", COMPLETIONS / "sms2fa")

    def command(self, words):
        script = (f". {COMPLETIONS}/sms2fa; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _sms2fa; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        return ["bash", "-c", script, "bash", "sms2fa", *words]


class ZshCompletionTest(Completion, DocsCase):
    syntax_check = ("zsh", "-f", "-n", COMPLETIONS / "_sms2fa")

    def command(self, words):
        script = (f"{ZSH_STUBS} fpath=({COMPLETIONS}); autoload -U _sms2fa; words=(\"$@\"); "
                  "CURRENT=$#; PREFIX=$words[CURRENT]; _sms2fa")
        return ["zsh", "-f", "-c", script, "zsh", "sms2fa", *words]


class FishCompletionTest(Completion, DocsCase):
    syntax_check = ("fish", "--no-execute", COMPLETIONS / "sms2fa.fish")

    def command(self, words):
        line = " ".join(["sms2fa", *words])
        return ["fish", "--no-config", "-c",
                f"source {COMPLETIONS}/sms2fa.fish; complete -C '{line}'"]
