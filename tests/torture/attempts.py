# SPDX-License-Identifier: Apache-2.0
"""What people do at the daemon's socket, as lists of steps, and what they were told."""

import json
import os
import time
import traceback

import protocol
from protocol import ACCEPTED, PROMPT, REASON, RESULT, TEXT, VERDICT, Client

HERE, THERE = "192.0.2.1", "192.0.2.2"

# Attempts, one after the other: user, source, and what is typed at the prompts. "right" is the code of
# the newest message, "wrong" another one, "wait" is patience until r works, and what wallet.py names comes
# from there; who has nothing more to type leaves.
LEAVES = "leaves at the first prompt"
SCENARIOS = {
    LEAVES: [("alice", HERE, [])],
    "right code": [("alice", HERE, ["right"])],
    "wrong code, then right": [("alice", HERE, ["wrong", "right"])],
    "three wrong codes": [("alice", HERE, ["wrong"] * 3)],
    "leaves and comes back": [("alice", HERE, ["wrong"]), ("alice", HERE, ["right"])],
    "r too soon, nothing, right": [("alice", HERE, ["r", "", "right"])],
    "sent again": [("alice", HERE, ["wrong", "wait", "r", "right"])],
    "stranger": [("mallory", HERE, ["wrong"] * 3)],
    "two sources": [("alice", HERE, ["right"]), ("alice", THERE, ["right"])],
    "until locked": [("alice", HERE, ["wrong"] * 3), ("alice", THERE, ["wrong", "wrong", "right"])],
    "two people": [("alice", HERE, ["wrong", "right"]), ("bob", HERE, ["wrong", "right"])],
    "wrong code, then app": [("carol", HERE, ["wrong", "app"])],
    "app, twice": [("carol", HERE, ["app"]), ("carol", THERE, ["app"])],
    "backup code, twice": [("carol", HERE, ["backup"]), ("carol", THERE, ["backup"])],
    "bypass code, twice": [("carol", HERE, ["bypass"]), ("carol", THERE, ["bypass"])],
}
CALLED_WRONG = ("Wrong code", "Too many wrong codes", "That code was used before")
FAILURES_BEFORE_LOCK = 5  # as house.py has it
RESEND_AFTER = 1  # s, as daemon_crash.py has it


class Told:
    """What people know for certain, because the daemon said so."""

    def __init__(self):
        self.wrong = {}  # user: answers that were called wrong
        self.tried_right = []  # users who typed the right code
        self.accepted = []  # users who were let in
        self.codes = []  # of the messages, the newest last
        self.spent = []  # (user, what let them in)
        self.trouble = ""  # a defect of the daemon or of the test

    def to_bytes(self):
        return json.dumps(self.__dict__).encode()

    @classmethod
    def from_bytes(cls, data):
        told = cls()
        told.__dict__.update(json.loads(data))
        return told


def other_code(code):
    return f"{(int(code) + 1) % 10 ** 6:06}"


def walk(house, told, user, rhost, steps, service="sshd"):
    """One attempt, until the daemon ends it or there is nothing more to type."""
    steps = list(steps)
    answered = False
    typed = None
    with Client(house.machine.socket, timeout=30) as client:
        client.hello(user, service=service, rhost=rhost)
        while datagram := client.receives():
            kind, fields = protocol.decode(datagram)
            text = fields.get(TEXT, b"").decode()
            if kind == VERDICT:
                assert fields[protocol.NONCE] == client.nonce
                if fields[RESULT][0] == ACCEPTED:
                    told.accepted.append(user)
                    told.spent.append((user, typed))
                return fields[REASON].decode()
            # Who comes too early is told of too many wrong codes without having answered.
            if answered and any(words in text for words in CALLED_WRONG):
                told.wrong[user] = told.wrong.get(user, 0) + 1
                answered = False
            if kind != PROMPT:
                continue
            if not steps:
                return None
            told.codes = house.codes()
            code = told.codes[-1] if told.codes else "123456"
            step = steps.pop(0)
            if step == "wait":
                time.sleep(RESEND_AFTER)
                step = steps.pop(0)
            words = {"right": code, "wrong": other_code(code), **house.codes_of(user)}
            if step != "wrong" and step in words:
                told.tried_right.append(user)
            answered = True
            typed = words.get(step, step)
            client.answers(typed)
    return None


def in_child(body):
    """Runs `body(told)` in a process of its own. Returns (pid, descriptor to read what it was told)."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    try:
        told = Told()
        try:
            body(told)
        except OSError:
            pass  # the daemon is gone, as it is meant to
        except Exception:  # pylint: disable=broad-except
            told.trouble = traceback.format_exc()
        os.write(writer, told.to_bytes())
    finally:
        os._exit(0)


def result_of(reader):
    with open(reader, "rb") as file:
        return Told.from_bytes(file.read())


def walk_all(house, scenario):
    """A body for in_child()."""
    def body(told):
        for user, rhost, steps in SCENARIOS[scenario]:
            walk(house, told, user, rhost, steps)
    return body
