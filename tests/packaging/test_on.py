# SPDX-License-Identifier: Apache-2.0
"""Runs `./dev WORDS` as root in a clean Debian that has nothing but this checkout, and shows what it says.

usage: test_on.py SUITE WORDS...

SUITE is bookworm, trixie or testing. Needs root and a mirror. The exit status is that of ./dev.
"""

import sys

from clean_debian import bring_checkout, enter, keep_within, make_debian, shown_inside

if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    enter()
    suite, *words = sys.argv[1:]
    make_debian(suite=suite)
    keep_within()
    # Where accounts without rights can look at it, too.
    sys.exit(shown_inside("./dev", *words, at=bring_checkout("/srv/sms2fa")))
