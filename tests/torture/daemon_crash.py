# SPDX-License-Identifier: Apache-2.0
"""safety.md 4: kill -9 of the daemon at any point of an attempt. Recorded >= answered, used stays used.

A point is an entry into or a return from a system call, in any thread of the daemon, from the moment
somebody connects until the last verdict.
"""

import collections
import os
import signal

from aftermath import check_restart, check_state
from attempts import RESEND_AFTER, SCENARIOS, in_child, result_of, walk_all
from house import House, require
from stops import Tracee

NAME = "the daemon, killed"

# A test in which nothing happened before the kill would show nothing.
SEEN = collections.Counter()


def prepare(machine):
    return House(machine, limits=f"resend_after = {RESEND_AFTER}s\n")


def run(house, scenario, kill_at):
    """One attempt with the daemon killed at that stop, or at the end. Returns (told, stops)."""
    house.reset()
    pid = house.start()
    tracee = Tracee(pid)
    client, reader = in_child(walk_all(house, scenario))

    def act(stop):
        if stop.number == kill_at:
            tracee.kill()

    tracee.run(client, act)
    told = result_of(reader)
    stops = tracee.stops
    if tracee.status is None:
        os.kill(pid, signal.SIGKILL)
        while tracee.status is None:
            tracee.run(pid, lambda stop: None)
    require(os.WIFSIGNALED(tracee.status) and os.WTERMSIG(tracee.status) == signal.SIGKILL,
            f"the daemon ended on its own: {tracee.status:#x}")
    return told, stops


def points(house):
    """All (scenario, number)."""
    for scenario in SCENARIOS:
        told, stops = run(house, scenario, 0)
        require(not told.trouble, told.trouble)
        yield from ((scenario, number) for number in range(1, stops + 1))


def check(house, point):
    """Raises Failed."""
    told, _ = run(house, *point)
    SEEN["answers called wrong"] += sum(told.wrong.values())
    SEEN["people let in"] += len(told.accepted)
    SEEN["messages"] += len(house.messages())
    check_state(house, told)
    check_restart(house, told)
