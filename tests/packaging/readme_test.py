# SPDX-License-Identifier: Apache-2.0
"""The README's two commands in a clean Debian: what git knows is there, and nothing else.

usage: readme_test.py

`./dev demo` installs what it misses, builds everything and logs in; `./dev test` is cut down to `quick`
here, the build of every test and the unit tests. Needs root, a mirror and half an hour. The last line is `N passed, N failed, N skipped`.
"""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "support"))

import unittest_report  # noqa: E402
from clean_debian import PLACE, enter, inside, make_debian  # noqa: E402

CHECKOUT = "/root/sms2fa"


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make_debian("ca-certificates,sudo")
        known = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT,
                               capture_output=True, check=True).stdout
        (PLACE / CHECKOUT[1:]).mkdir()
        subprocess.run(["xargs", "-0", "cp", "--parents", "--no-dereference", "-t",
                        PLACE / CHECKOUT[1:]], cwd=ROOT, input=known, check=True)

    def do(self, command, more):
        """Runs a command that the README has, with words more; returns what it said."""
        self.assertIn(f"\n    {command}\n", (ROOT / "README.md").read_text(encoding="utf-8"))
        said = inside("sh", "-c", f"cd {CHECKOUT} && exec {command} {more}")
        print(said[-2000:])
        return said

    def test_1_the_demo_reaches_a_login(self):
        self.do("sudo ./dev demo", "--auto")

    def test_2_the_tests_pass(self):
        self.assertRegex(self.do("sudo ./dev test", "quick"), r"\n\d{2,} passed, 0 failed, \d+ skipped\n$")


if __name__ == "__main__":
    enter()
    unittest_report.run_and_exit(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
