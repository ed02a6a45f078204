# SPDX-License-Identifier: Apache-2.0
"""docs/SAFETY.md names tests: each file must be there, and hold what stands behind the colon.

Prints one `docs/SAFETY.md:LINE: what is wrong` each and exits 1 when there is any.
"""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
TABLE = TESTS.parent / "docs" / "SAFETY.md"
REFERENCE = re.compile(
    r"`((?:unit|pam|e2e|torture|fuzz|fake_provider|cli|sandbox|lint)/[^`:]+)(?::(\w+))?`")


def complaints():
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("|") and not line.startswith("|---") and "shown by" not in line:
            if not REFERENCE.search(line):
                yield number, "a promise without a test"
        for path, name in REFERENCE.findall(line):
            files = list(TESTS.glob(path))
            if not files:
                yield number, f"there is no tests/{path}"
            elif name and not any(re.search(rf"\b{name}\b", file.read_text(encoding="utf-8"))
                                  for file in files):
                yield number, f"tests/{path} has no {name}"


def main():
    found = list(complaints())
    for number, what in found:
        print(f"docs/SAFETY.md:{number}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
