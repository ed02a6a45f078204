# SPDX-License-Identifier: Apache-2.0
"""Runs the fake provider for tests in other languages.

PYTHONPATH=tests/support python3 -m fake_provider --directory DIR

Prints {"port": N, "ca_file": "DIR/ca.pem"} in one line when it is ready, writes its records to
DIR, and serves until SIGTERM or until its standard input ends: give it a pipe, and it dies with
its parent. With /dev/null as its input it would end at once.
"""

import argparse
import json
import os
import signal
import sys

from . import FakeProvider
from .certificates import KINDS, TLS_VERSIONS
from .server import parse_mode


def main():
    parser = argparse.ArgumentParser(prog="fake_provider", description="A fake SMS provider.")
    parser.add_argument("--directory", required=True, help="for certificates and records")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--certificate", choices=KINDS, default="good")
    parser.add_argument("--tls-max", choices=TLS_VERSIONS, default="1.3")
    parser.add_argument("--misbehave", metavar="MODE", type=parse_mode,
                        help="play this mode, for reset-early, which no path can choose")
    parser.add_argument("--idle-timeout", type=float, metavar="SECONDS",
                        help="close a connection when no request came for so long")
    options = parser.parse_args()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with FakeProvider(options.directory, options.port, options.certificate,
                      options.tls_max) as provider:
        provider.idle_timeout = options.idle_timeout
        if options.misbehave:
            provider.misbehave(options.misbehave.text)
        print(json.dumps({"port": provider.port, "ca_file": provider.ca_file}), flush=True)
        while sys.stdin and os.read(sys.stdin.fileno(), 4096):
            pass


if __name__ == "__main__":
    main()
