# SPDX-License-Identifier: Apache-2.0
"""safety.md 4 and 6: kill -9 of the PAM host at any point of an attempt gives no guess away.

The host is pamtester. A point is an entry into or a return from one of its system calls, from the
moment it opens the module until its end.
"""

import collections
import os
import re
import time

from attempts import HERE, LEAVES, Told, other_code, walk
from house import PATIENCE, processes_named, require
from place import Place
from stops import Tracee

NAME = "the PAM host, killed"
# A test in which nothing happened before the kill would show nothing.
SEEN = collections.Counter()
SERVICE = "torture"
TRIES = 3
SCENARIOS = {
    LEAVES: [None],
    "right code": ["right"],
    "wrong code, then right": ["wrong", "right"],
    "three wrong codes": ["wrong", "wrong", "wrong"],
    "r too soon, nothing, right": ["r", "", "right"],
    "leaves": ["wrong", None],
}


def prepare(machine):
    machine.pam_service(SERVICE, ["auth requisite {module}", "account required pam_permit.so"])
    return Place(machine)


class Person:
    """Types at a host; in a process of its own."""

    def __init__(self, house, steps, keyboard, screen):
        self._house, self._steps = house, list(steps)
        self._keyboard, self._screen = keyboard, screen
        self.told = Told()
        self.told.wrong["x"] = 0
        self._typed = False

    def sits_down(self):
        shown = ""
        while data := os.read(self._screen, 4096):
            shown += data.decode()
            # Each prompt ends so, and nothing else does.
            while (end := shown.find("): ")) >= 0:
                self._reads(shown[:end])
                shown = shown[end + 3:]
                if not self._answers():
                    return
        self._reads(shown)

    def _reads(self, text):
        self.told.wrong["x"] += self._typed and bool(re.search("Wrong code|Too many wrong", text))
        if "successfully authenticated" in text:
            self.told.accepted.append("x")

    def _answers(self):
        self.told.codes = self._house.codes()[-1:]
        step = self._steps.pop(0) if self._steps else None
        if step is None:
            return False
        code = self.told.codes[0]
        if step == "right":
            self.told.tried_right.append("x")
        word = {"right": code, "wrong": other_code(code)}.get(step, step)
        self._typed = True
        os.write(self._keyboard, word.encode() + b"\n")
        return True


def start_host(user):
    """Returns (pid, keyboard, screen, go): it waits until something is written to `go`."""
    go_reader, go = os.pipe()
    typed, keyboard = os.pipe()
    screen, shown = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.read(go_reader, 1)
            for fd, number in ((typed, 0), (shown, 1), (shown, 2)):
                os.dup2(fd, number)
            os.closerange(3, 200)
            os.execv("/usr/bin/pamtester", ["pamtester", "-I", f"rhost={HERE}", SERVICE, user,
                                            "authenticate"])
        finally:
            os._exit(127)
    for fd in (go_reader, typed, shown):
        os.close(fd)
    return pid, keyboard, screen, go


def start_person(house, steps, keyboard, screen):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        for fd in (writer, keyboard, screen):
            os.close(fd)
        return pid, reader
    try:
        os.close(reader)
        person = Person(house, steps, keyboard, screen)
        try:
            person.sits_down()
        except BrokenPipeError:
            pass
        os.write(writer, person.told.to_bytes())
    finally:
        os._exit(0)


def run(place, scenario, kill_at):
    """Returns (told, stops, user)."""
    user = place.new_user()
    pid, keyboard, screen, go = start_host(user)
    tracee = Tracee(pid)
    person, reader = start_person(place.house, SCENARIOS[scenario], keyboard, screen)
    os.write(go, b".")
    os.close(go)
    stops = tracee.run_to_its_end("/pam_sms2fa.so", kill_at)
    with open(reader, "rb") as file:
        told = Told.from_bytes(file.read())
    try:
        os.waitpid(person, 0)
    except ChildProcessError:
        pass
    require(stops is not None, "the host never opened the module")
    return told, stops, user


def points(place):
    for scenario in SCENARIOS:
        _, stops, _ = run(place, scenario, 0)
        yield from ((scenario, number) for number in range(1, stops + 1))


def check(place, point):
    """Raises Failed."""
    house = place.house
    told, _, user = run(place, *point)
    require(not processes_named("pamtester"), "a host is left")
    end = time.monotonic() + PATIENCE
    while place.descriptors() > place.idle_descriptors:
        require(time.monotonic() < end, "the daemon still waits for a host that is dead")
        time.sleep(0.001)
    wrong = told.wrong["x"]
    SEEN["answers called wrong"] += wrong
    SEEN["people let in"] += len(told.accepted)
    require(house.wrong_answers(user)[1] >= wrong, "an answer was judged and not recorded")
    # Whoever comes back guesses on until the end: the tries are those of one challenge.
    later = Told()
    if told.tried_right:
        walk(house, later, user, HERE, [told.codes[-1], "wrong", "wrong"], service=SERVICE)
        require(not (told.accepted and later.accepted), "a used code was good once more")
    else:
        walk(house, later, user, HERE, ["wrong"] * TRIES, service=SERVICE)
        require(house.wrong_answers(user)[1] <= TRIES, "more tries than there are")
        require(wrong + later.wrong.get(user, 0) <= TRIES, "more answers than there are tries")
