# SPDX-License-Identifier: Apache-2.0
"""Prints `N passed, N failed, N skipped` for a JUnit report that ctest wrote."""

import sys
import xml.etree.ElementTree


def main(path):
    suite = xml.etree.ElementTree.parse(path).getroot()
    total, failed, skipped, disabled = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "skipped", "disabled"))
    skipped += disabled
    print(f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped")


if __name__ == "__main__":
    main(sys.argv[1])
