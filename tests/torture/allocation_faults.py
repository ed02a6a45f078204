# SPDX-License-Identifier: Apache-2.0
"""safety.md 9: out of memory at any allocation of one attempt in the daemon.

Nobody gets in without the right code, there is a verdict or a closed connection, the daemon lives on
and serves the next one. A point is an allocation that fails, alone or with all that follow it.
"""

import mmap
import os
import struct

from attempts import HERE, LEAVES, THERE, Told, other_code, walk
from house import require
from place import Place

NAME = "the daemon, out of memory at an allocation"
SCENARIOS = {
    LEAVES: [],
    "right code": ["wrong", "right"],
    "wrong codes": ["wrong", "wrong", "wrong"],
}
NEVER = 1 << 40


class MemoryPlace(Place):
    """With failing_allocations.so in its daemon."""

    def __init__(self, machine):
        path = machine.state / "allocations"
        path.write_bytes(bytes(24))
        super().__init__(machine, {
            "LD_PRELOAD": str(machine.build / "tests" / "failing_allocations.so"),
            "SMS2FA_TEST_ALLOCATIONS": str(path)})
        self._file = os.open(path, os.O_RDWR)
        self._plan = mmap.mmap(self._file, 24)

    def arm(self, first, and_later):
        # Counting begins with the last number to be written.
        self._plan[8:24] = struct.pack("=qq", and_later, 0)
        self._plan[:8] = struct.pack("=q", first)

    def disarm(self):
        """Returns how many allocations there were."""
        self._plan[:8] = bytes(8)
        return struct.unpack("=q", self._plan[16:24])[0]


prepare = MemoryPlace


def run(place, scenario, first, and_later):
    """Returns (told, user, whether a message went out, allocations)."""
    told, user = Told(), place.new_user()
    before = len(place.house.codes())
    place.arm(first, and_later)
    try:
        walk(place.house, told, user, HERE, SCENARIOS[scenario])
    except ConnectionError:
        pass  # a closed connection denies
    made = place.disarm()
    return told, user, len(place.house.codes()) > before, made


def points(place):
    for scenario in SCENARIOS:
        run(place, scenario, NEVER, False)  # the first one allocates what stays
        *_, made = run(place, scenario, NEVER, False)
        for number in range(1, made + 1):
            yield scenario, number, False
            yield scenario, number, True


def check(place, point):
    """Raises Failed."""
    told, user, was_sent, _ = run(place, *point)
    status = place.status_if_ended()
    require(status is None, f"the daemon died: {status}")
    require(not told.accepted or told.tried_right, "accepted without the right code")
    # Where the machine has no memory to say that there is such an account, nobody is sent a code and nothing is judged.
    _, recorded = place.house.wrong_answers(user)
    require(recorded >= told.wrong.get(user, 0) or not was_sent, "an answer was judged and not recorded")
    later = Told()
    ending = walk(place.house, later, user, THERE, ["right"])
    require(later.accepted, f"a later login does not work: {ending}")
