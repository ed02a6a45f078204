# SPDX-License-Identifier: Apache-2.0
"""A user of the machine who does their worst at the daemon's socket, until they are killed:
bad_neighbour.py SOCKET NAME [refusals]; with the last word, only what the daemon refuses at once, as
often as can be. Run by neighbours_test.py as that user."""

import itertools
import socket
import sys

import protocol
from protocol import (ANSWER, ENROLL, ENQUIRY, FLAGS, HELLO, NONCE, SERVICE, TEXT, USER)

NONCE_BYTES = b"n" * 16


def hello(user, service, flags=0):
    return protocol.encode(HELLO, {NONCE: NONCE_BYTES, FLAGS: bytes([flags]), SERVICE: service.encode(),
                                   USER: user.encode()})


def talk(path, *datagrams):
    """Sends all, each after an answer to the one before, and leaves."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(1)
        try:
            connection.connect(path)
            for datagram in datagrams:
                connection.send(datagram)
                connection.recv(4096)
        except OSError:
            pass


def be_refused(path):
    refused = hello("alice", "sshd")
    while True:
        talk(path, refused)


def do_everything(path, name):
    held = []
    for number in itertools.count():
        talk(path)
        talk(path, protocol.encode(ENQUIRY, {NONCE: NONCE_BYTES}))
        for victim in ("alice", "bob", "root", f"nobody{number}"):
            talk(path, hello(victim, "sshd"))
        guess = protocol.encode(ANSWER, {FLAGS: b"\0", TEXT: b"000000"})
        talk(path, hello(name, f"service{number}"), guess, guess, guess)
        talk(path, hello(name, f"evil{number}.example", ENROLL), guess)
        talk(path, b"x" * 4000)
        # Some stay, silent, until there are too many.
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.setblocking(False)
        try:
            connection.connect(path)
            held.append(connection)
        except OSError:
            connection.close()
        if len(held) > 50:
            held.pop(0).close()


if __name__ == "__main__":
    if sys.argv[3:] == ["refusals"]:
        be_refused(sys.argv[1])
    do_everything(*sys.argv[1:])
