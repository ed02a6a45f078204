# SPDX-License-Identifier: Apache-2.0
"""safety.md 8: kill -9 of `sms2fa rotate-key` at any point; what people have enrolled stays theirs.

A point is an entry into or a return from one of its system calls, from the moment it opens the key file
until its end.
"""

import collections
import os
import subprocess

import wallet
from attempts import HERE, Told, walk
from house import KEY_FILE, House, require
from stops import Tracee

NAME = "rotate-key, killed"
# A test in which the key never changed would show nothing.
SEEN = collections.Counter()


class KeyHouse(House):
    """Begins each point with the key that its template was sealed with."""

    def __init__(self, machine):
        super().__init__(machine)
        with open(KEY_FILE, encoding="ascii") as file:
            self.first_key = file.read()

    def reset(self):
        super().reset()
        self.machine.write_trusted(KEY_FILE, self.first_key)

    def key(self):
        with open(KEY_FILE, encoding="ascii") as file:
            return file.read()


prepare = KeyHouse


def start_rotation(house):
    """Returns (pid, go): it waits until something is written to `go`."""
    reader, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.read(reader, 1)
            null = os.open("/dev/null", os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            os.closerange(3, 200)
            os.execv(house.machine.build / "sms2fa", ["sms2fa", "rotate-key"])
        finally:
            os._exit(127)
    os.close(reader)
    return pid, go


def run(house, kill_at):
    """Returns how many stops there were."""
    house.reset()
    pid, go = start_rotation(house)
    tracee = Tracee(pid)
    os.write(go, b".")
    os.close(go)
    stops = tracee.run_to_its_end(os.path.basename(KEY_FILE), kill_at)
    require(stops is not None, "the key file was never opened")
    require(kill_at or tracee.status == 0, f"rotate-key failed: {tracee.status:#x}")
    return stops


def points(house):
    return range(1, run(house, 0) + 1)


def check(house, point):
    """Raises Failed."""
    run(house, point)
    SEEN["new key"] += house.key() != house.first_key
    SEEN["old key"] += house.key() == house.first_key
    lets_in(house, "app")
    done = subprocess.run([house.machine.build / "sms2fa", "rotate-key"], capture_output=True,
                          text=True, check=False)
    require(done.returncode == 0, f"the next rotation failed: {done.stdout}{done.stderr}")
    # The app's step is used up; what is sealed must open all the same.
    require("sealed with it: 1" in done.stdout, done.stdout)
    house.check_integrity()


def lets_in(house, way):
    pid = house.start()
    later = Told()
    walk(house, later, wallet.OWNER, HERE, [way])
    house.stop(pid)
    require(later.accepted == [wallet.OWNER], f"no login by {way} afterwards")
