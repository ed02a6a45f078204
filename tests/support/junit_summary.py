# SPDX-License-Identifier: Apache-2.0
"""Prints `N passed, N failed, N skipped` for a JUnit report that ctest wrote.

usage: junit_summary.py REPORT SKIPPED_CASES

A binary counts as one test. What is skipped counts by the case, for a binary that passed may have
skipped some of its cases.
"""

import sys
import xml.etree.ElementTree


def main(path, skipped_cases):
    suite = xml.etree.ElementTree.parse(path).getroot()
    total, failed, skipped, disabled = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "skipped", "disabled"))
    skipped += disabled
    print(f"{total - failed - skipped} passed, {failed} failed, "
          f"{max(skipped, int(skipped_cases))} skipped")


if __name__ == "__main__":
    main(*sys.argv[1:])
