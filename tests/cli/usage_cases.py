# SPDX-License-Identifier: Apache-2.0
"""What the program says about itself, and how it answers typing mistakes."""

import os
import subprocess

from program import OK, UNAVAILABLE, USAGE, ProgramCase


class UsageTest(ProgramCase):
    def test_help(self):
        for arguments in (["--help"], ["-h"], ["check", "--help"], ["send", "--help"],
                          ["try", "-h"], ["send", "alice", "--help"],
                          ["enroll", "--help"], ["codes", "--help"], ["invite", "--help"], ["remove", "--help"],
                          ["rotate-key", "--help"], ["pam", "--help"], ["help"], ["help", "log"]):
            with self.subTest(arguments):
                done = self.run_program(*arguments, expect=OK)
                self.assertTrue(done.stdout.startswith("usage: sms2fa "))
                self.assertEqual(done.stdout.count("\nexample: "), 1)
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), 90)
                self.assertEqual(done.stderr, "")

    def test_help_is_an_option_and_a_command(self):
        for command in ("log", "send"):
            self.assertEqual(self.run_program("help", command, expect=OK).stdout,
                             self.run_program(command, "--help", expect=OK).stdout)
        self.assertEqual(self.run_program("help", expect=OK).stdout, self.run_program("--help", expect=OK).stdout)

    def test_version(self):
        done = self.run_program("--version", expect=OK)
        self.assertRegex(done.stdout, r"^sms2fa \d+\.\d+\.\d+\n$")

    def test_mistakes(self):
        for said, *arguments in (
                ("usage: sms2fa COMMAND",),
                ("unknown command lgo; did you mean log?", "help", "lgo"),
                ("unknown command chek; did you mean check?", "chek"),
                ("unknown command Send; did you mean send?", "Send"),
                ("unknown command frobnicate\n", "frobnicate"),
                ("unknown command \\x1b[2J", "\x1b[2J"),
                ("unknown option --hlep; did you mean --help?", "--hlep"),
                ("unknown option --jsn; did you mean --json?", "check", "--jsn"),
                ("unknown option --confg; did you mean --config?", "check", "--confg=/etc/x"),
                ("unknown option --provder; did you mean --provider?", "send", "alice", "--provder",
                 "x"),
                ("unknown option --json", "try", "alice", "--json"),
                ("unknown option -x", "check", "-x"),
                ("unknown option -n", "check", "-n", "5"),
                ("-n needs a value", "log", "-n"),
                ("--lines needs a number", "log", "-n", "0"),
                ("unknown option -x", "check", "-xj"),
                ("sms2fa pass is sms2fa bypass now", "pass", "alice"),
                ("sms2fa pass is sms2fa bypass now", "help", "pass"),
                ("--first is --init now", "rotate-key", "--first"),
                ("--config needs a value", "check", "--config"),
                ("--json takes no value", "check", "--json=yes"),
                ("unexpected argument bob", "send", "alice", "bob"),
                ("unexpected argument alice", "check", "alice"),
                ("which user? Write: sms2fa send USER", "send"),
                ("which user? Write: sms2fa try USER", "try", ""),
                ("pam_oath and gecos; did you mean pam_oath?", "enroll", "--import", "pam-oath", "f"),
                ("--import needs the files to read", "enroll", "--import", "gecos"),
                ("--dry-run is for --import", "enroll", "--dry-run"),
                ("no user's name is that long", "try", "a" * 257),
                ("--socket needs an absolute path", "try", "alice", "--socket", "auth.sock"),
                ("--socket needs an absolute path", "try", "alice", "--socket", "/" + "s" * 107)):
            with self.subTest(arguments):
                done = self.run_program(*arguments, expect=USAGE)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertIn("--help", done.stderr)

    def test_options_may_follow_the_user(self):
        self.run_program("try", "alice", "--socket", "/nowhere", expect=UNAVAILABLE)
        self.run_program("try", "--socket=/nowhere", "alice", expect=UNAVAILABLE)

    def test_closed_standard_streams(self):
        command = [self.program, "send", "alice"]
        done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *command], check=False)
        self.assertEqual(done.returncode, OK)
        [text] = self.outbox.glob("*.txt")
        self.assertTrue(text.read_text().endswith("No code inside.\n"))
        self.assertEqual(os.listdir(self.outbox), [text.name])
