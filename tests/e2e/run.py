# SPDX-License-Identifier: Apache-2.0
"""The end-to-end tests: real sshd, sudo and su on a private machine, and fake providers.

usage: run.py BUILD [PATTERN...]

BUILD holds pam_sms2fa.so and sms2fad. With patterns, only the tests whose name holds one of them
run. The last line is `N passed, N failed, N skipped`; the exit status is 0 only when no test
failed and at least one passed.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import scenario  # noqa: E402
import unittest_report  # noqa: E402


def prepare(build):
    scenario.Scenario.machine = scenario.make_machine(build)


if __name__ == "__main__":
    unittest_report.main(__doc__, HERE, "*_test.py", prepare)
