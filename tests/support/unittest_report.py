# SPDX-License-Identifier: Apache-2.0
"""Runs unittest tests and closes with `N passed, N failed, N skipped`.

usage: unittest_report.py FOLDER   (its *_test.py files)
"""

import os
import pathlib
import sys
import unittest


def run_and_exit(tests):
    """Exits with 0 only when no test failed and at least one passed."""
    result = unittest.TextTestRunner(sys.stdout, verbosity=2).run(unittest.TestSuite(tests))
    # A test may fail in several of its subtests, and is one test.
    failed = len({id(getattr(test, "test_case", test))
                  for test, _ in [*result.failures, *result.errors]})
    skipped = len(result.skipped)
    passed = max(result.testsRun - failed - skipped, 0)
    for _, reason in result.skipped:
        print(f"skipped: {reason}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.stdout.flush()
    # Not sys.exit(): nothing of the fake providers' threads is worth waiting for.
    os._exit(0 if failed == 0 and passed > 0 else 1)


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    run_and_exit(unittest.defaultTestLoader.discover(sys.argv[1], "*_test.py"))
