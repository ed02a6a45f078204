# SPDX-License-Identifier: Apache-2.0
"""The command line program, on a private machine with real users, a daemon and fake providers.

usage: cli_test.py BUILD [PATTERN...]

BUILD holds sms2fa, sms2fad and pam_sms2fa.so. With patterns, only the tests whose name holds one of
them run. The last line is `N passed, N failed, N skipped`; the exit status is 0 only when no test
failed and at least one passed.
"""

import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parent / "e2e")]

import private_machine  # noqa: E402
import program  # noqa: E402
import unittest_report  # noqa: E402


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    private_machine.enter()
    build, *patterns = sys.argv[1:]
    os.environ.clear()
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8", TERM="xterm")
    program.ProgramCase.set_up(build)
    found = tests_of(unittest.defaultTestLoader.discover(str(HERE), "*_cases.py"))
    chosen = [test for test in found
              if not patterns or any(pattern in test.id() for pattern in patterns)]
    unittest_report.run_and_exit(chosen)


if __name__ == "__main__":
    main()
