# SPDX-License-Identifier: Apache-2.0
"""The README's first command in a clean Debian: what git knows is there, and nothing else.

usage: readme_test.py

`./dev demo` installs what it misses, builds everything and logs in. Needs root, a mirror and ten
minutes. The last line is `N passed, N failed, N skipped`.
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
    def setUp(self):
        make_debian("ca-certificates,sudo")
        known = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT,
                               capture_output=True, check=True).stdout
        (PLACE / CHECKOUT[1:]).mkdir()
        subprocess.run(["xargs", "-0", "cp", "--parents", "--no-dereference", "-t",
                        PLACE / CHECKOUT[1:]], cwd=ROOT, input=known, check=True)

    def test_the_demo_reaches_a_login(self):
        self.assertIn("\n    sudo ./dev demo\n", (ROOT / "README.md").read_text(encoding="utf-8"))
        print(inside("sh", "-c", f"cd {CHECKOUT} && exec sudo ./dev demo --auto")[-2000:])


if __name__ == "__main__":
    enter()
    unittest_report.run_and_exit(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
