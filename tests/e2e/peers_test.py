# SPDX-License-Identifier: Apache-2.0
"""Whoever may connect to the socket, which is everybody: who is heard, and what bad bytes do."""

import contextlib
import os
import pathlib
import pwd
import random
import socket
import subprocess

import protocol
from protocol import (ABOUT, ACCEPTED, ANSWER, DENIED, ENQUIRY, FIRST_PROVED, FLAGS, HELLO, NONCE, SERVICE,
                      TEXT, UNAVAILABLE, USER, Client)
from scenario import Scenario


def uid_of(name):
    return pwd.getpwnam(name).pw_uid


class Peers(Scenario):
    def client(self, user=None):
        client = Client(self.machine.socket, uid_of(user) if user else 0)
        self.addCleanup(client.close)
        return client

    def test_root_speaks_for_anybody(self):
        self.start_daemon()
        client = self.client()
        client.hello("alice", rhost="192.0.2.1")
        self.assertIn("********67", client.prompt())
        client.answers(self.next_text().code)
        self.assertEqual((ACCEPTED, "right-code"), client.verdict())

    def test_a_user_speaks_for_himself(self):
        self.start_daemon()
        client = self.client("alice")
        client.hello("alice")
        self.assertIn("********67", client.prompt())
        client.answers(self.next_text().code)
        self.assertEqual((ACCEPTED, "right-code"), client.verdict())

    def test_a_user_who_names_another_is_denied(self):
        self.start_daemon()
        for name in ("bob", "root", "mallory", "ALICE"):
            with self.subTest(name):
                client = self.client("alice")
                client.hello(name)
                self.assertEqual((DENIED, "foreign-peer"), client.verdict())
        line = self.logged("denied reason=foreign-peer user=alice typed=bob")
        self.assertIn(f"uid {uid_of('alice')}", line)
        self.assert_texts(0)

    def test_anybody_may_ask_for_the_version(self):
        self.start_daemon()
        version = subprocess.run([self.machine.build / "sms2fa", "--version"], capture_output=True,
                                 text=True, check=True).stdout.split()[-1]
        for user in (None, "bob"):
            client = self.client(user)
            client.sends(protocol.encode(ENQUIRY, {NONCE: client.nonce}))
            self.assertEqual((ABOUT, {NONCE: client.nonce, TEXT: version.encode()}),
                             protocol.decode(client.receives()))
            self.assertEqual(b"", client.receives())
        self.assert_texts(0)
        client = self.client()
        client.hello("alice")
        client.prompt()

    def test_a_full_house_turns_even_root_away_and_opens_again(self):
        self.start_daemon(limits={"logins_at_once": "2"})
        first, second = self.client(), self.client()
        for client, name in ((first, "alice"), (second, "bob")):
            client.hello(name, flags=FIRST_PROVED)
            client.prompt()
        third = self.client()
        third.hello("carol", flags=FIRST_PROVED)
        self.assertEqual((UNAVAILABLE, "busy"), third.verdict())
        self.assertIn("Too many logins at once", third.notices[0])
        first.answers(self.next_text().wrong_code)
        first.prompt()
        first.close()
        self.logged("denied reason=wrong-code user=alice")
        fourth = self.client()
        fourth.hello("carol", flags=FIRST_PROVED)
        fourth.prompt()

    def test_a_user_cannot_fill_the_house(self):
        self.start_daemon(limits={"logins_per_user": "2"})
        crowd = [self.client("bob") for _ in range(10)]
        for client in crowd[:2]:
            client.hello("bob")
            client.prompt()
        self.assertEqual(b"", crowd[9].receives())
        client = self.client()
        client.hello("alice")
        self.assertIn("********67", client.prompt())
        self.logged("too many attempts at once")

    def test_descriptors_sent_along_go_nowhere(self):
        self.start_daemon()
        hello = protocol.encode(HELLO, {NONCE: b"n" * 16, FLAGS: b"\0", SERVICE: b"test",
                                        USER: b"alice"})
        client = self.client()
        sent = self.machine.state / "sent-along"
        with open(sent, "w+b") as file:
            socket.send_fds(client._socket, [hello], [file.fileno()] * 10)
        client.prompt()
        self.assertNotIn(str(sent), self.open_files())

    def open_files(self):
        """What the daemon's descriptors stand for; others of them come and go meanwhile."""
        found = []
        for link in pathlib.Path(f"/proc/{self.daemon.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(link))
        return found


class BadBytes(Scenario):
    HELLO_FIELDS = {NONCE: b"n" * 16, FLAGS: b"\0", SERVICE: b"test", USER: b"alice"}

    def setUp(self):
        super().setUp()
        self.start_daemon()

    def ends_the_connection(self, *datagrams):
        with Client(self.machine.socket, timeout=4) as client:
            for datagram in datagrams:
                client.sends(datagram)
            self.assertEqual(b"", client.receives())

    def tearDown(self):
        # Whatever came, the next one is served.
        with Client(self.machine.socket) as client:
            client.hello("bob")
            self.assertIn("********23", client.prompt())
        super().tearDown()

    def hello(self, **changes):
        fields = self.HELLO_FIELDS | {getattr(protocol, name): value
                                      for name, value in changes.items()}
        return protocol.encode(HELLO, {tag: fields[tag] for tag in sorted(fields)
                                       if fields[tag] is not None})

    def test_malformed_hellos(self):
        good = self.hello()
        bad = {
            "no user": self.hello(USER=None), "empty user": self.hello(USER=b""),
            "long user": self.hello(USER=b"u" * 257), "NUL in user": self.hello(USER=b"ali\0ce"),
            "long service": self.hello(SERVICE=b"s" * 65), "short nonce": self.hello(NONCE=b"n"),
            "long rhost": self.hello(RHOST=b"r" * 257), "a field of another type":
            self.hello(TEXT=b"123456"), "unknown tag": good + b"\x63\0\0",
            "trailing byte": good + b"\0", "cut off": good[:-1],
            "unknown type": b"\2\x0b" + good[2:],
            "a daemon's type": protocol.encode(protocol.VERDICT, {
                NONCE: b"n" * 16, protocol.RESULT: b"\1", protocol.REASON: b""}),
            "out of order": protocol.encode(HELLO, dict(reversed(self.HELLO_FIELDS.items()))),
            "twice": good + protocol.encode(HELLO, {USER: b"bob"})[2:],
        }
        for name, datagram in bad.items():
            with self.subTest(name):
                self.ends_the_connection(datagram)
        self.assert_texts(0)
        self.logged("no hello (a malformed message)")

    def test_oversized(self):
        self.ends_the_connection(self.hello() + b"x" * 5000)
        self.ends_the_connection(b"\2\1" + b"x" * 60000)
        self.assert_texts(0)

    def test_garbage(self):
        dice = random.Random(7)
        for size in (1, 2, 3, 16, 100, 4096):
            self.ends_the_connection(b"\2" + dice.randbytes(size - 1))

    def test_silence(self):
        self.ends_the_connection()
        self.logged("no hello (no answer in time)")

    def test_a_hasty_goodbye(self):
        for _ in range(20):
            Client(self.machine.socket).close()

    def test_an_answer_before_hello(self):
        self.ends_the_connection(protocol.encode(ANSWER, {FLAGS: b"\0", TEXT: b"123456"}))
        self.assert_texts(0)

    def test_an_answer_before_the_prompt(self):
        # PROTOCOL.md: whoever receives a message that is not due closes the connection.
        self.fake(self.provider).misbehave("slow-200")
        with Client(self.machine.socket) as client:
            client.hello("alice")
            client.answers("123456")
            while (datagram := client.receives()):
                kind, fields = protocol.decode(datagram)
                self.assertNotIn(b"Wrong code", fields.get(TEXT, b""))
                if kind == protocol.VERDICT:
                    self.assertEqual(DENIED, fields[protocol.RESULT][0])

    def test_hello_twice(self):
        with Client(self.machine.socket) as client:
            client.hello("alice")
            client.prompt()
            client.hello("bob")
            self.assertEqual((DENIED, "bad-request"), client.verdict())

    def test_hostile_names_stay_one_line_in_the_log(self):
        for user in ("ali\nce", "\x1b[31mroot", "%n%s%n", "a b=c", "ＡＬＩＣＥ", "x" * 256):
            with self.subTest(user), Client(self.machine.socket) as client:
                client.hello(user, rhost="evil\nhost\r", tty="\x1b[2J")
                for _ in range(3):
                    client.prompt()
                    client.answers("123456")
                self.assertEqual(DENIED, client.verdict()[0])
        for line in self.machine.log.lines[self.since:]:
            self.assertTrue(line.isprintable(), ascii(line))

    def test_hostile_answers(self):
        for answer in ("\x1b[2J", "%n" * 200, "１２３４５６", "9" * 511, "'; drop table users; --"):
            with self.subTest(answer), Client(self.machine.socket) as client:
                client.hello("alice", rhost=str(len(answer)), flags=FIRST_PROVED)
                client.prompt()
                client.answers(answer)
                self.assertIn("Wrong code", client.prompt())

    def test_an_answer_that_is_too_long(self):
        with Client(self.machine.socket) as client:
            client.hello("alice")
            client.prompt()
            client.answers("9" * 512)
            self.assertEqual((DENIED, "bad-request"), client.verdict())
