# SPDX-License-Identifier: Apache-2.0
"""The README's two commands in clean Debians: what git knows is there, and nothing else.

usage: readme_test.py [PATTERN...]

In a clean Debian 12 and a clean Debian 13, once as root without sudo and once as somebody who may use sudo: `./dev demo`
installs what it misses, builds and logs in, and `./dev test`, cut down to `quick`, builds every test and runs the
unit tests. With patterns, only the tests whose name holds one of them. Needs root and a mirror. The last line is
`N passed, N failed, N skipped`.
"""

import pathlib
import re
import resource
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "support"))

import unittest_report  # noqa: E402
from clean_debian import PLACE, bring_checkout, enter, inside, make_debian, run  # noqa: E402

SUMMARY = r"\n\d{2,} passed, 0 failed, \d+ skipped\n$"


class Newcomer(unittest.TestCase):
    """Somebody with a checkout, in a Debian that is made when the first of its tests runs."""

    suite = checkout = ""
    packages = typing = ()

    @classmethod
    def setUpClass(cls):
        make_debian(cls.packages, cls.suite)
        bring_checkout(cls.checkout)

    @classmethod
    def tearDownClass(cls):
        run("umount", "--recursive", PLACE)

    def do(self, command, more=""):
        """Types a command that the README has, with words more; returns what types() returns."""
        self.assertIn(f"\n    {command}\n", (ROOT / "README.md").read_text(encoding="utf-8"))
        return self.types(f"{command} {more}")

    def types(self, line):
        """Returns what it said, and its seconds of time and of the processors' time."""
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        said = inside(*self.typing, "sh", "-c", f"cd {self.checkout} && exec {line}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return said, time.monotonic() - began, spent

    def demo(self):
        said, took, spent = self.do("./dev demo", "--auto")
        self.assertIn("this is the shell of alice on web01", said)
        self.assertRegex(said, r"(?m)^installing \d+ Debian packages and what they need: ")
        built = re.search(r"build/release is built, in (\d+) s", said)[1]
        print(f"{self.suite}: {took:.0f} s from the checkout to the shell, {built} s of them compiling; "
              f"{spent:.0f} s of processor time")
        self.nothing_of_root()

    def quick(self):
        said, *_ = self.do("./dev test", "quick")
        self.assertRegex(said, SUMMARY)
        self.nothing_of_root()

    def nothing_of_root(self):
        pass


class Root(Newcomer):
    """As in a container."""

    checkout = "/root/sms2fa"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert not (PLACE / "usr/bin/sudo").exists()


class User(Newcomer):
    """As on somebody's own machine, in a home that others may not enter."""

    packages, checkout = ("sudo",), "/home/dev/sms2fa"
    typing = ("runuser", "-u", "dev", "--")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        inside("useradd", "--shell", "/bin/sh", "dev")
        inside("chown", "-R", "dev:", "/home/dev")
        (PLACE / "home/dev").chmod(0o700)
        sudoers = PLACE / "etc/sudoers.d/dev"
        sudoers.write_text("dev ALL=(ALL:ALL) NOPASSWD: ALL\n")
        sudoers.chmod(0o440)

    def nothing_of_root(self):
        found = subprocess.run(["find", PLACE / self.checkout[1:], "-user", "0"],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual("", found)

    def as_root(self):
        """As people have typed it before."""
        self.types("sudo ./dev demo --auto")
        self.nothing_of_root()


class BookwormRoot(Root):
    suite = "bookworm"

    def test_1_bookworm_root_demo(self):
        self.demo()

    def test_2_bookworm_root_quick(self):
        self.quick()


class BookwormUser(User):
    suite = "bookworm"

    def test_1_bookworm_user_demo(self):
        self.demo()

    def test_2_bookworm_user_sudo_dev(self):
        self.as_root()

    def test_3_bookworm_user_quick(self):
        self.quick()


class TrixieRoot(Root):
    suite = "trixie"

    def test_1_trixie_root_demo(self):
        self.demo()

    def test_2_trixie_root_quick(self):
        self.quick()


class TrixieUser(User):
    suite = "trixie"

    def test_1_trixie_user_demo(self):
        self.demo()

    def test_2_trixie_user_sudo_dev(self):
        self.as_root()

    def test_3_trixie_user_quick(self):
        self.quick()


if __name__ == "__main__":
    enter()
    found = unittest_report.tests_of(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    unittest_report.run_and_exit(
        [test for test in found
         if len(sys.argv) == 1 or any(pattern in test.id() for pattern in sys.argv[1:])])
