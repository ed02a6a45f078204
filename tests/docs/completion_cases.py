# SPDX-License-Identifier: Apache-2.0
"""What bash offers after sms2fa."""

import re
import subprocess

from docs_case import DocsCase
from manual import ROOT, command_sources


class CompletionTest(DocsCase):
    def offered(self, *words):
        """For the last of the words."""
        script = (f". {ROOT}/conf/completions/sms2fa; COMP_WORDS=(\"$@\"); "
                  "COMP_CWORD=$(($# - 1)); _sms2fa; printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", script, "bash", str(self.build / "sms2fa"), *words],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return [line for line in done.stdout.splitlines() if line]

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

    def test_an_unknown_command(self):
        self.assertEqual(self.offered("frobnicate", "--"), [])
