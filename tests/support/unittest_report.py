# SPDX-License-Identifier: Apache-2.0
"""Runs unittest tests, with the time each took, and closes with `N passed, N failed, N skipped`. A test that hangs ends
all of them, and the stack says where.

usage: unittest_report.py FOLDER   (its *_test.py files)
"""

import faulthandler
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import private_machine  # noqa: E402


# Twice what the slowest takes, which builds everything in another Debian beside other compilers.
LONGEST_TEST_S = 1200


class Result(unittest.TextTestResult):
    """unittest's own, with the time each test took and a count of those that passed."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed = 0
        self._began = 0.0

    def getDescription(self, test):
        return test.id()

    def startTest(self, test):
        self._began = time.monotonic()
        faulthandler.dump_traceback_later(LONGEST_TEST_S, exit=True)
        super().startTest(test)

    def addSuccess(self, test):
        self.passed += 1
        self.stream.write(f"{time.monotonic() - self._began:5.1f} s  ")
        super().addSuccess(test)


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def run_and_exit(tests):
    """Exits with 0 only when no test failed and at least one passed."""
    began = time.monotonic()
    faulthandler.dump_traceback_later(LONGEST_TEST_S, exit=True)
    runner = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result)
    result = runner.run(unittest.TestSuite(tests))
    # A test whose tearDown or several parts fail is still one test.
    failed = len({getattr(test, "test_case", test).id()
                  for test, _ in [*result.failures, *result.errors]})
    for _, reason in result.skipped:
        print(f"skipped: {reason}")
    print(f"in {time.monotonic() - began:.0f} s")
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.stdout.flush()
    # Not sys.exit(): nothing of the fake providers' threads is worth waiting for.
    os._exit(0 if failed == 0 and result.passed > 0 else 1)


def main(usage, folder, files, prepare):
    """A test program `BUILD [PATTERN...]` on a private machine: what the files in a folder hold.

    `prepare` is called with BUILD before the files are read. With patterns, only the tests run whose
    name holds one of them.
    """
    if len(sys.argv) < 2:
        sys.exit(usage)
    private_machine.enter()
    build, *patterns = sys.argv[1:]
    # What is tested is the same in whatever shell the tests were started.
    os.environ.clear()
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", LC_ALL="C.UTF-8",
                      TERM="xterm")
    prepare(build)
    found = tests_of(unittest.defaultTestLoader.discover(str(folder), files))
    run_and_exit([test for test in found
                  if not patterns or any(pattern in test.id() for pattern in patterns)])


if __name__ == "__main__":
    run_and_exit(unittest.defaultTestLoader.discover(sys.argv[1], "*_test.py"))
