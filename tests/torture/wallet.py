# SPDX-License-Identifier: Apache-2.0
"""What carol has instead of a phone: an app, backup codes and a bypass code. RFC 6238's own key."""

import hashlib
import hmac
import json
import struct
import subprocess
import time

OWNER = "carol"
KEY = b"12345678901234567890"
STEP = 30  # s


def app_code(now):
    """RFC 4226 5.3 over RFC 6238's step: six digits."""
    digest = hmac.new(KEY, struct.pack(">Q", int(now) // STEP), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack_from(">L", digest, offset)[0] & 0x7FFFFFFF
    return f"{number % 10 ** 6:06}"


class Wallet:
    """Its codes are in the state that is there when it is made; the daemon need not run."""

    def __init__(self, machine):
        self._program = machine.build / "sms2fa"
        file = machine.write_trusted("/etc/users.oath", f"HOTP/T30/6 {OWNER} - {KEY.hex()}\n")
        self._run("enroll", "--import", "pam_oath", file)
        self.backup_codes = json.loads(self._run("codes", OWNER, "--json"))["codes"]
        self._bypass = json.loads(self._run("bypass", OWNER, "--for", "1d", "--reason", "torture",
                                          "--json"))["bypass"]

    def _run(self, *words):
        return subprocess.run([self._program, *words], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def codes(self):
        """{step of a scenario: what is typed now}."""
        return {"app": app_code(time.time()), "backup": self.backup_codes[0],
                "another backup": self.backup_codes[1], "bypass": self._bypass}
