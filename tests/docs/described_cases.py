# SPDX-License-Identifier: Apache-2.0
"""What the build writes from the rows of the code: the shipped configuration, and the keys' part of the manual."""

import pathlib
import re
import subprocess
import tempfile

import manual
from docs_case import DocsCase
from manual import ROOT

TEMPLATE = ROOT / "man/sms2fa.conf.5.scd.in"


class DescribedTest(DocsCase):
    def describe(self, *words):
        return subprocess.run([self.build / "sms2fa_describe", *words], capture_output=True, text=True,
                              check=False)

    def changed(self, change, to, without=""):
        """What the generator makes of a template with one change."""
        text = TEMPLATE.read_text(encoding="utf-8").replace(without, "")
        self.assertEqual(text.count(change), 1, change)
        with tempfile.TemporaryDirectory(dir="/run") as place:
            path = pathlib.Path(place) / "page"
            path.write_text(text.replace(change, to), encoding="utf-8")
            return self.describe("manual", path)

    def refusal(self, change, to):
        done = self.changed(change, to)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        return done.stderr.removeprefix("sms2fa_describe: ").splitlines()

    def test_nobody_edits_what_is_written(self):
        for words, name in ((["configuration"], "conf/sms2fa.conf"),
                            (["manual", TEMPLATE], "man/sms2fa.conf.5.scd")):
            with self.subTest(name):
                done = self.describe(*words)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual((self.build / name).read_text(encoding="utf-8"), done.stdout)
                self.assertFalse((ROOT / name).exists(), "a second copy, kept by hand")

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
