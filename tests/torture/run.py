# SPDX-License-Identifier: Apache-2.0
"""Ends programs, and lets their system calls fail, at every point of an attempt.

usage: run.py BUILD [--all] [--seed N] [--sample N] [PATTERN...]

Without --all, each part takes a sample of its points; the seed that chose it is printed, and --seed
repeats it. With patterns, only the parts whose module name holds one of them. The last line is
`N passed, N failed`: a point is one.
"""

import argparse
import collections
import importlib
import os
import pathlib
import random
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e"), str(HERE.parent / "support")]

import private_machine  # noqa: E402
from attempts import LEAVES  # noqa: E402
from house import Failed  # noqa: E402

# Module, and points in a sample.
PARTS = {"daemon_crash": 150, "host_crash": 100, "rotation_crash": 30, "call_faults": 40,
         "allocation_faults": 600}
MOST_SHOWN = 10


def is_blind(part, points):
    """Whether more is done than to leave at the first prompt, and no more of it is seen; or never one of the ends.

    How much there is to see depends on the machine's libraries; so it is held against what the same machine does.
    """
    if not points:
        return True
    if not isinstance(points[0], tuple):
        return not all(part.SEEN.values())
    seen = collections.Counter(scenario for scenario, *_ in points)
    least = seen.pop(LEAVES, 0)
    return least == 0 or max(seen.values()) <= least


def run_part(machine, name, options, seed):
    part = importlib.import_module(name)
    place = part.prepare(machine)
    began = time.monotonic()
    every = list(part.points(place))
    most = len(every) if options.all else options.sample or PARTS[name]
    size = min(most, len(every))
    chosen = every if options.all else random.Random(seed).sample(every, size)
    failed = 0
    for point in chosen:
        try:
            part.check(place, point)
        except Failed as reason:
            failed += 1
            if failed <= MOST_SHOWN:
                print(f"FAILED {name} {point}: {reason}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            if failed <= MOST_SHOWN:
                print(f"FAILED {name} {point}: {traceback.format_exc()}", flush=True)
    place.close()
    print(f"{part.NAME}: {size} of {len(every)} points, {failed} failed, "
          f"{time.monotonic() - began:.0f} s", flush=True)
    if seen := getattr(part, "SEEN", None):
        print("  before the end: " + ", ".join(f"{count} {what}" for what, count in seen.items()),
              flush=True)
    if is_blind(part, every):
        print(f"FAILED {name}: it sees no more of any attempt than of one that is left at once")
        failed += 1
    return size - min(failed, size), failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("build")
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--sample", type=int)
    private_machine.enter()
    options = parser.parse_intermixed_args()
    os.environ.clear()
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", LC_ALL="C.UTF-8")
    seed = random.SystemRandom().randrange(10 ** 6) if options.seed is None else options.seed
    print(f"--seed {seed}" if not options.all else "all points", flush=True)
    machine = private_machine.PrivateMachine(options.build)
    for user in ("alice", "bob", "carol"):
        machine.add_user(user, f"secret of {user}")
    passed = failed = 0
    for name in PARTS:
        if not options.patterns or any(pattern in name for pattern in options.patterns):
            good, bad = run_part(machine, name, options, seed)
            passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    sys.stdout.flush()
    os._exit(0 if failed == 0 and passed > 0 else 1)


if __name__ == "__main__":
    main()
