# SPDX-License-Identifier: Apache-2.0
"""What the build writes from the rows of the code: the shipped configuration, what shells complete, and the parts of
the manual about keys, commands and options."""

import pathlib
import re
import subprocess
import tempfile

import manual
from docs_case import DocsCase
from manual import ROOT

TEMPLATE = ROOT / "man/sms2fa.conf.5.scd.in"
COMMANDS = ROOT / "man/sms2fa.8.scd.in"
COMPLETIONS = {"bash": "sms2fa", "zsh": "_sms2fa", "fish": "sms2fa.fish"}


class DescribedTest(DocsCase):
    def describe(self, *words):
        return subprocess.run([self.build / "sms2fa_describe", *words], capture_output=True, text=True,
                              check=False)

    def changed(self, change, to, without="", what="manual", template=TEMPLATE):
        """What the generator makes of a template with one change."""
        text = template.read_text(encoding="utf-8").replace(without, "")
        self.assertEqual(text.count(change), 1, change)
        with tempfile.TemporaryDirectory(dir="/run") as place:
            path = pathlib.Path(place) / "page"
            path.write_text(text.replace(change, to), encoding="utf-8")
            return self.describe(*what.split(), path)

    def refusal(self, change, to, **template):
        done = self.changed(change, to, **template)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        return done.stderr.removeprefix("sms2fa_describe: ").splitlines()

    def test_nobody_edits_what_is_written(self):
        for words, name in ((["configuration"], "conf/sms2fa.conf"),
                            (["manual", TEMPLATE], "man/sms2fa.conf.5.scd"),
                            (["commands", COMMANDS], "man/sms2fa.8.scd"),
                            *((["completion", shell, ROOT / f"conf/completions/{name}.in"], f"completions/{name}")
                              for shell, name in COMPLETIONS.items())):
            with self.subTest(name):
                done = self.describe(*words)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual((self.build / name).read_text(encoding="utf-8"), done.stdout)
                self.assertFalse((ROOT / name).exists() or (ROOT / "conf" / name).exists(),
                                 "a second copy, kept by hand")

    def test_the_manual_shows_the_defaults_of_the_file(self):
        shown, section = {}, None
        for line in (self.build / "conf/sms2fa.conf").read_text(encoding="utf-8").splitlines():
            if found := re.match(r";?\[(\w+)", line):
                section = found[1]
            elif found := re.match(r";([a-z_]+) = (.*?)(?:\s+;.*)?$", line):
                shown.setdefault((section, found[1]), found[2])
        compared = 0
        for section, text in manual.sections(manual.page("sms2fa.conf.5")).items():
            for key, default in manual.keys(text).items():
                if default and not default.startswith("@"):
                    self.assertEqual(shown[section.split()[0], key], default)
                    compared += 1
        self.assertGreater(compared, 30)

    def test_every_key_is_explained(self):
        """In the page, or where it says nothing, by its row."""
        self.assertEqual(self.refusal("*users_file*\n", "The file of users:\n"),
                         ["[directory] users_file is not explained"])
        done = self.changed("*virtual_users* = _SERVICE_, ...\n", "Some users are virtual:\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\n*virtual_users* = _VALUE_\n\tservices whose users need no account on this machine.\n\n"
                      "## [limits]\n", done.stdout)
        done = self.changed("*gecos_field*\n\tWhich field", "Field\n\tWhich field", ", counted from 1 (@bounds@)")
        self.assertIn("\n*gecos_field* = 3\n\tcounted from 1; 3 is the office phone that chfn sets, 1 to 9.\n",
                      done.stdout)

    def test_no_key_is_invented_or_explained_twice(self):
        self.assertEqual(self.refusal("*gecos_field*\n", "*gecos_number*\n"),
                         ["[directory] gecos_number is no key",
                          "[directory] has @bounds@ where there are none"])
        self.assertEqual(self.refusal("*users_file*\n", "*gecos_field*\n\n*users_file*\n"),
                         ["[directory] lacks @bounds@ below *gecos_field* = 3",
                          "[directory] gecos_field is explained twice"])
        self.assertEqual(self.refusal("## [store]", "## [state]")[0], "there is no section [state]")

    def test_defaults_and_bounds_are_not_written_by_hand(self):
        self.assertEqual(self.refusal("*lockout*\n", "*lockout* = 30m\n"),
                         ["[limits] lockout has a default, and shows a kind of value"])
        self.assertEqual(self.refusal("*countries* = _CC_, ...\n", "*countries*\n"),
                         ["[limits] countries has no default; show a kind of value"])
        self.assertEqual(self.refusal("How long such a change waits, @bounds@.", "How long such a change waits."),
                         ["[enroll] lacks @bounds@ below *number_change_delay* = 24h"])

    def test_commands_and_options_are_not_invented_or_explained_twice(self):
        page = {"what": "commands", "template": COMMANDS}
        self.assertEqual(self.refusal("## sms2fa log\n", "## sms2fa protocol\n", **page),
                         ["there is no command protocol"])
        self.assertEqual(self.refusal("## sms2fa log\n", "## sms2fa try\n", **page), ["sms2fa try is explained twice"])
        self.assertEqual(self.refusal("*--output*\n", "*--outcome*\n", **page), ["there is no option --outcome"])
        self.assertEqual(self.refusal("*--output*\n", "*--json*\n", **page), ["--json is explained twice"])

    def test_what_the_page_leaves_out_the_rows_say(self):
        page = {"what": "commands", "template": COMMANDS}
        done = self.changed("## sms2fa log\n", "Of the log:\n", **page)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\n## sms2fa log [USER] [--lines N] [--config FILE] [--json]\n\nShows the newest verdicts ",
                      done.stdout.split("# OPTIONS")[0])
        done = self.changed("*--socket*\n", "The socket\n", **page)
        self.assertIn("\n*--socket* _PATH_\n\tThe daemon's socket (default: as the module takes it).\n", done.stdout)
        self.assertIn("\n*--lines* _N_, *-n*\n\tHow many (default 50, at most 10000).\n", done.stdout)
        self.assertIn("\n*--for* _TIME_\n\tOf *bypass*: how long it is good for (default 15m, at most 1d)."
                      " Of *invite*: how long it is good for (default 7d, at most 30d).\n", done.stdout)
        self.assertIn("\n*--first* *password*|*pin*|*key*\n", done.stdout)

    def test_scripts_have_a_place_for_the_rows(self):
        for shell, name in COMPLETIONS.items():
            with self.subTest(shell):
                page = {"what": f"completion {shell}", "template": ROOT / f"conf/completions/{name}.in"}
                self.assertEqual(self.refusal("@rows@\n", "", **page), ["the script has no line for the rows"])
        self.assertEqual(self.describe("completion", "csh", COMMANDS).stderr, "sms2fa_describe: bash, zsh or fish?\n")
