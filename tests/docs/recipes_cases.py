# SPDX-License-Identifier: Apache-2.0
"""What a change costs: HACKING.md's recipes, applied to one copy of the checkout that is then built and run."""

import os
import pathlib
import re
import subprocess
import tempfile

from docs_case import DocsCase
from manual import ROOT
from recipes import command, factor, key, provider
from recipes.tree import Tree

SOURCES = pathlib.Path(__file__).parent / "recipes"
# What runs the toys is of this test, and no part of a recipe: where it goes, and what it links.
RUNNERS = {"recipe_run": ("programs", "run.cc", "sms2fa_providers"),
           "factor_run": ("tests/support", "factor/run.cc", "sms2fa_fakes")}
CONFIGURATION = """[delivery]
providers = mine
[provider mine]
type = toy
greeting = {greeting}
[code]
toys = {toys}
"""


class RecipesTest(DocsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = tempfile.TemporaryDirectory(dir="/var/tmp")
        cls.addClassCleanup(place.cleanup)
        cls.tree = Tree(ROOT, place.name)
        cls.touched = {}
        for recipe in (key, provider, command, factor):
            recipe.apply(cls.tree)
            cls.touched[recipe] = cls.tree.touched()
        for name, (folder, source, library) in RUNNERS.items():
            cls.tree.add(f"{folder}/{name}.cc", SOURCES / source)
            with open(cls.tree.place / folder / "CMakeLists.txt", "a", encoding="utf-8") as file:
                file.write(f"add_executable({name} {name}.cc)\ntarget_link_libraries({name} PRIVATE {library})\n")
        cls.made = cls.tree.place / "build"
        cls.compile()

    @classmethod
    def compile(cls):
        """Only what runs the toys, without optimization."""
        environment = {**os.environ, "CCACHE_BASEDIR": str(cls.tree.place), "CCACHE_NOHASHDIR": "1"}
        for words in (["-S", cls.tree.place, "-B", cls.made, "-G", "Ninja", "-DSMS2FA_COMPILE_FAST=ON",
                       "-DCMAKE_CXX_FLAGS=-O0 -Wno-cpp"],
                      ["--build", cls.made, "-j", str(os.cpu_count()), "--target", "described", "sms2fa", *RUNNERS]):
            done = subprocess.run(["cmake", *words], capture_output=True, text=True, check=False, env=environment)
            assert done.returncode == 0, done.stdout + done.stderr

    def run_with(self, **values):
        path = self.tree.place / "sms2fa.conf"
        path.write_text(CONFIGURATION.format(**values), encoding="utf-8")
        path.chmod(0o640)
        done = subprocess.run([self.made / "recipe_run", path], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr.replace(f"{path}:", "")

    def test_they_touch_few_files(self):
        for recipe, files in self.touched.items():
            name = recipe.__name__.rsplit(".", maxsplit=1)[-1]
            print(f"\n{name}: {len(files)} files ({', '.join(files)})")
            with self.subTest(name):
                self.assertLessEqual(len(files), recipe.MOST_FILES)

    def test_hacking_names_the_files(self):
        text = (ROOT / "HACKING.md").read_text(encoding="utf-8")
        for recipe, files in self.touched.items():
            name = recipe.__name__.rsplit(".", maxsplit=1)[-1]
            said = re.search(rf"\*\*Add a {name}\*\*(.*?)\n(?:\*\*|## )", text, re.DOTALL)[1]
            for path in map(pathlib.Path, files):
                with self.subTest(name, path=path):
                    self.assertIn(f"`{path.parent}/", said)
                    self.assertIn(re.sub(r"^\d+_", "N_", path.name).replace("toy", "NAME"), said)

    def test_the_toys_run(self):
        self.assertEqual(self.run_with(greeting="Moin", toys=4), "4 toys\nmine: Moin from a toy\n")
        self.assertEqual(self.run_with(greeting="a b", toys=6),
                         "5: greeting: must be printable ASCII without blanks\n"
                         "7: toys: must be a number from 1 to 5\n")

    def sms2fa(self, *words):
        return subprocess.run([self.made / "sms2fa", *words], capture_output=True, text=True, check=False)

    def test_the_toy_command_runs(self):
        done = self.sms2fa("toy", "alice", "--dry-run")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "A toy for alice, or so.\n", ""))
        self.assertIn("which user? Write: sms2fa toy USER\n", self.sms2fa("toy").stderr)
        self.assertIn("unknown command tyo; did you mean toy?", self.sms2fa("tyo").stderr)

    def test_the_toy_command_is_described(self):
        self.assertIn("\n  toy USER      give USER a toy\n", self.sms2fa("--help").stdout)
        self.assertEqual(self.sms2fa("toy", "--help").stdout, """\
usage: sms2fa toy USER [--dry-run] [--config FILE]

Says that USER has a toy.
  --dry-run      only pretend
  --config FILE  configuration (default /etc/sms2fa/sms2fa.conf)

example: sms2fa toy alice
""")
        page = (self.made / "man/sms2fa.8.scd").read_text(encoding="utf-8")
        self.assertIn("\n## sms2fa toy USER [--dry-run] [--config FILE]\n\nSays that USER has a toy.\n", page)
        for name, row in (("sms2fa", '      options="--dry-run --config=FILE --help"\n      operands="USER"\n'),
                          ("_sms2fa", '      options="--dry-run --config=FILE --help"\n      operands="USER"\n'),
                          ("sms2fa.fish", "__sms2fa_command toy' -l dry-run -d 'only pretend'\n")):
            self.assertIn(row, (self.made / "completions" / name).read_text(encoding="utf-8"))

    def test_somebody_logs_in_with_the_toy_factor(self):
        done = subprocess.run([self.made / "factor_run"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 test(s)", done.stdout + done.stderr)

    def test_the_toys_are_described(self):
        shipped = (self.made / "conf/sms2fa.conf").read_text(encoding="utf-8")
        self.assertRegex(shipped, r"(?m)^;toys = 2 +; how many toys there are$")
        self.assertIn(";[provider toy]\n;type = toy", shipped)
        self.assertRegex(shipped, "(?m)^;greeting = Hello +; what it says$")
        page = (self.made / "man/sms2fa.conf.5.scd").read_text(encoding="utf-8")
        self.assertIn("\n*toys* = 2\n\thow many toys there are, 1 to 5.\n", page)
        self.assertIn("\n*greeting* = Hello\n\twhat it says.\n", page)
        self.assertRegex(page, r"\n\t\*twilio\*, .*\*http\*, \*toy\* or \*outbox\*\. Mandatory\.")
