# SPDX-License-Identifier: Apache-2.0
"""The end-to-end tests: real sshd, sudo and su on a private machine, and fake providers.

usage: run.py BUILD [PATTERN...]

BUILD holds pam_sms2fa.so and sms2fad. With patterns, only the tests whose name holds one of them
run. The last line is `N passed, N failed, N skipped`; the exit status is 0 only when no test
failed and at least one passed.
"""

import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import private_machine  # noqa: E402
import scenario  # noqa: E402


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


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    private_machine.enter()
    build, *patterns = sys.argv[1:]
    # What is tested is the same in whatever shell the tests were started.
    os.environ.clear()
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", LC_ALL="C.UTF-8",
                      TERM="dumb")
    found = tests_of(unittest.defaultTestLoader.discover(str(HERE), "*_test.py"))
    chosen = [test for test in found
              if not patterns or any(pattern in test.id() for pattern in patterns)]
    scenario.Scenario.machine = scenario.make_machine(build)
    began = time.monotonic()
    runner = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result)
    result = runner.run(unittest.TestSuite(chosen))
    # A test whose tearDown or several parts fail is still one test.
    failed = len({getattr(test, "test_case", test).id()
                  for test, _ in [*result.failures, *result.errors]})
    print(f"in {time.monotonic() - began:.0f} s")
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.stdout.flush()
    # Not sys.exit(): nothing of the fake providers' threads is worth waiting for.
    os._exit(0 if failed == 0 and result.passed > 0 else 1)


if __name__ == "__main__":
    main()
