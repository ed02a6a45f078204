# SPDX-License-Identifier: Apache-2.0
"""The command line program, on a private machine with real users, a daemon and fake providers.

usage: cli_test.py BUILD [PATTERN...]

BUILD holds sms2fa, sms2fad and pam_sms2fa.so. With patterns, only the tests whose name holds one of
them run. The last line is `N passed, N failed, N skipped`; the exit status is 0 only when no test
failed and at least one passed.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parent / "e2e")]

import program  # noqa: E402
import unittest_report  # noqa: E402


if __name__ == "__main__":
    unittest_report.main(__doc__, HERE, "*_cases.py", program.ProgramCase.set_up)
