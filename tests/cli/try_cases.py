# SPDX-License-Identifier: Apache-2.0
"""sms2fa try, against the daemon and against impostors."""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

import pexpect

from program import (CONFIGURATION, NEGATIVE, NOPERM, OK, UNAVAILABLE, USERS_FILE, ProgramCase, code_in,
                     newest_text)

PROMPT = r"Enter one time PIN \(r = resend\): "


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def wrong(code):
    return f"{(int(code) + 1) % 10 ** 6:06}"


class TryTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.start()

    def start(self, more=""):
        self.configure(more)
        self.daemon = self.machine.start_daemon(CONFIGURATION)
        self.addCleanup(self.stop)

    def stop(self):
        if self.daemon.poll() is None:
            self.machine.stop(self.daemon)

    def hide_answers(self, more=""):
        self.stop()
        self.start("[message]\necho = no\n" + more)

    def test_accepted(self):
        for user in (None, "alice"):
            child = self.in_terminal("try", "alice", user=user)
            child.expect(r"Code sent by SMS to \*{8}67 \(ref [A-Z]\d\)\.\r\n" + PROMPT)
            child.sendline(code_in(newest_text(self.outbox)))
            said, status = self.end_of(child)
            self.assertIn("Accepted: the second factor of alice works.", said)
            self.assertEqual(status, OK)
        self.machine.log.wait_for("service=sms2fa")

    def test_wrong_codes(self):
        child = self.in_terminal("try", "bob")
        child.expect(PROMPT)
        bad = wrong(code_in(newest_text(self.outbox)))
        child.sendline(bad)
        child.expect("Wrong code, 2 tries left. " + PROMPT)
        child.sendline(bad)
        child.expect("Wrong code, 1 try left. " + PROMPT)
        child.sendline(bad)
        said, status = self.end_of(child)
        self.assertIn("Denied (no-tries-left).", said)
        self.assertEqual(status, NEGATIVE)

    def test_without_a_terminal(self):
        done = self.run_program("try", "alice", expect=NEGATIVE, input="")
        self.assertIn("Denied: no answer was given.", done.stdout)
        code = code_in(newest_text(self.outbox))
        # What follows a line is for the next question.
        done = self.run_program("try", "alice", expect=OK, input=f"{wrong(code)}\r\n{code}\nx\n")
        self.assertRegex(done.stdout, r"Wrong code, 2 tries left\..*\nAccepted")
        self.assertEqual(done.stderr, "")

    def test_it_says_when_it_only_pretends(self):
        """Root before the first question, everybody at the end."""
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n[user bob]\nmethods = totp\n")
        self.stop()
        self.start()
        for user, reason in (("mallory", "unknown-user"), ("bob", "not-enrolled")):
            for caller in (None, *(["bob"] if user == "bob" else [])):
                with self.subTest(user=user, caller=caller):
                    done = self.run_program("try", user, user=caller, expect=NEGATIVE, input="0000000\n" * 3)
                    warned = done.stdout.startswith(
                        f"warning: {user} cannot log in at this moment ({reason}), so sms2fad only pretends to "
                        f"send a code\n")
                    self.assertEqual(warned, caller is None, done.stdout)
                    self.assertTrue(done.stdout.endswith(
                        f"\nDenied ({reason}): sms2fad only pretended, as it does to everybody whom it lets in "
                        f"by no code.\n"), done.stdout)
        self.assertEqual(list(self.outbox.iterdir()), [])
        # And not to others.
        done = self.run_program("try", "alice", expect=NEGATIVE, input="0000000\n" * 3)
        self.assertNotIn("pretend", done.stdout)
        self.assertIn("Denied (no-tries-left).", done.stdout)

    def test_an_endless_line_is_cut(self):
        done = self.run_program("try", "alice", expect=NEGATIVE, input="1" * 100_000 + "\n\0\n")
        self.assertIn("Wrong code, 2 tries left", done.stdout)

    def test_another_user(self):
        done = self.run_program("try", "bob", user="alice", expect=NOPERM)
        self.assertIn("you may only try yourself, not bob\n  Root may", done.stderr)
        self.run_program("try", "nobody-at-all", user="alice", expect=NOPERM)
        self.assertEqual(list(self.outbox.iterdir()), [])

    def test_no_daemon(self):
        self.stop()
        for path in (self.machine.socket, "/run/nowhere.sock"):
            done = self.run_program("try", "alice", "--socket", path, expect=UNAVAILABLE)
            self.assertIn(f"no daemon at {path}: ", done.stderr)
            self.assertIn("Start it: sudo sms2fad\n", done.stderr)
        self.under_systemd()
        done = self.run_program("try", "alice", expect=UNAVAILABLE)
        self.assertIn("Start it: sudo systemctl enable --now sms2fad.socket\n", done.stderr)

    def test_provider_down(self):
        self.outbox.chmod(0o755)
        done = self.run_program("try", "alice", expect=UNAVAILABLE, input="")
        self.assertIn("could not do its part (provider-failed)", done.stderr)

    def test_hidden_answers(self):
        self.hide_answers()
        child = self.in_terminal("try", "alice")
        child.expect(PROMPT)
        self.assertFalse(echoes(child.child_fd))
        code = code_in(newest_text(self.outbox))
        child.sendline(code)
        said, status = self.end_of(child)
        self.assertNotIn(code, said)
        self.assertEqual(said, "\r\nAccepted: the second factor of alice works.\r\n")
        self.assertEqual(status, OK)

    def in_shell(self, *arguments):
        """The program in a shell that outlives it, on a terminal that can be looked at."""
        shell = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], encoding="utf-8", timeout=60,
                              env=os.environ | {"PS1": "ready> "})
        self.addCleanup(shell.close, force=True)
        shell.expect("ready> ")
        # Bash's own line editing would set the terminal right after every command.
        shell.sendline("set +o emacs; set +o vi; PS1='go''> '")
        shell.expect("go> ")
        shell.sendline(" ".join([self.program, *arguments]))
        return shell

    def test_signals_restore_the_terminal(self):
        self.hide_answers("[limits]\nsends_per_number = 60/10m\n")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number):
                # The shell outlives the program, so the terminal can be looked at.
                script = 'trap : INT QUIT; "$@"; echo "status $?"; read -r _'
                shell = pexpect.spawn("bash", ["-c", script, "bash", self.program, "try", "alice"],
                                      encoding="utf-8", timeout=60)
                self.addCleanup(shell.close, force=True)
                shell.expect(PROMPT)
                self.assertFalse(echoes(shell.child_fd))
                children = pathlib.Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text()
                if number == signal.SIGINT:
                    shell.sendintr()
                else:
                    os.kill(int(children), number)
                shell.expect(f"status {128 + number}")
                self.assertTrue(echoes(shell.child_fd))

    def test_stop_and_go_on(self):
        self.hide_answers()
        shell = self.in_shell("try", "alice")
        shell.expect(PROMPT)
        shell.sendcontrol("z")
        shell.expect("go> ")
        self.assertTrue(echoes(shell.child_fd))
        shell.sendline("fg")
        shell.expect(PROMPT)
        self.assertFalse(echoes(shell.child_fd))
        shell.sendline(code_in(newest_text(self.outbox)))
        shell.expect("Accepted: ")
        shell.expect("go> ")
        self.assertTrue(echoes(shell.child_fd))

    def test_the_daemon_ends_while_somebody_thinks(self):
        child = self.in_terminal("try", "alice")
        child.expect(PROMPT)
        began = time.monotonic()
        self.stop()
        said, status = self.end_of(child)
        self.assertRegex(said, r"sms2fa: sms2fad (could not do its part|broke off)")
        self.assertEqual(status, UNAVAILABLE)
        self.assertLess(time.monotonic() - began, 5)


def field(tag, value):
    return struct.pack(">BH", tag, len(value)) + value


def message(kind, *fields):
    return bytes([2, kind]) + b"".join(fields)


class ImpostorTest(ProgramCase):
    """Whoever else may stand behind the socket. `script(connection, nonce)` plays it."""

    def listen(self, script, path="/run/impostor.sock"):
        pathlib.Path(path).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(path)
        listener.listen()
        self.addCleanup(listener.close)

        def play():
            while True:
                connection, _ = listener.accept()
                with connection:
                    first = connection.recv(4096)
                    if first[1:2] != b"\1":
                        continue  # no hello: it is asked what it knows
                    script(connection, first[5:21])
                    return

        threading.Thread(target=play, daemon=True).start()
        return path

    def answer_to(self, script, expect=UNAVAILABLE, typed=""):
        path = self.listen(script)
        return self.run_program("try", "alice", "--socket", path, expect=expect, input=typed)

    def test_hello(self):
        seen = []

        def script(connection, nonce):
            seen.append(nonce)
            connection.send(message(5, field(1, nonce), field(11, b"\1"), field(12, b"right-code")))
        self.answer_to(script, OK)
        self.answer_to(script, OK)
        self.assertEqual(len(set(seen)), 2)

    def test_a_strange_verdict(self):
        for name, fields in (
                ("another nonce", lambda nonce: [field(1, bytes(16)), field(11, b"\1")]),
                ("another verdict", lambda nonce: [field(1, nonce), field(11, b"\4")]),
                ("no word", lambda nonce: [field(1, nonce), field(11, b"\1"), field(12, b"A B")])):
            with self.subTest(name):
                done = self.answer_to(lambda connection, nonce: connection.send(
                    message(5, *fields(nonce))))
                self.assertNotIn("Accepted", done.stdout)

    def test_out_of_turn(self):
        prompt = message(2, field(9, b"\1"), field(10, b"Code: "))

        def twice(connection, nonce):
            connection.send(prompt)
            connection.send(prompt)
            connection.recv(4096)
        read, write = os.pipe()
        self.addCleanup(os.close, write)
        path = self.listen(twice)
        done = self.run_program("try", "alice", "--socket", path, expect=UNAVAILABLE, stdin=read)
        os.close(read)
        self.assertIn("broke the protocol", done.stderr)

    def test_malformed(self):
        for name, datagram in (
                ("garbage", os.urandom(64)), ("long", b"\2\2" * 4096), ("hello", message(1)),
                ("prompt styled as notice", message(2, field(9, b"\3"), field(10, b"x")))):
            with self.subTest(name):
                self.answer_to(lambda connection, nonce, sent=datagram: connection.send(sent))

    def test_goes_away_at_once(self):
        self.assertIn("the connection was closed", self.answer_to(lambda *_: None).stderr)

    def test_endless_notices(self):
        def script(connection, nonce):
            try:
                while True:
                    connection.send(message(3, field(9, b"\3"), field(10, b"wait")))
            except OSError:
                pass
        self.assertIn("too many messages", self.answer_to(script).stderr)

    def test_texts_do_no_harm(self):
        def script(connection, nonce):
            for text in ("\x1b[2Jgone", "c1 \x9b2J", "plain é", "two\nlines"):
                connection.send(message(3, field(9, b"\4"), field(10, text.encode())))
            connection.send(message(3, field(9, b"\4"), field(10, b"\xff")))
        self.assertEqual(self.answer_to(script).stdout,
                         "\\x1b[2Jgone\nc1 \\xc2\\x9b2J\nplain é\ntwo\nlines\n\\xff\n")

    def test_silence(self):
        began = time.monotonic()
        path = self.listen(lambda connection, nonce: connection.recv(1))
        self.assertIn("no answer in time",
                      self.run_program("try", "alice", "--socket", path, expect=UNAVAILABLE).stderr)
        self.assertLess(time.monotonic() - began, 20)

    def test_a_listener_that_nobody_trusts(self):
        path = "/home/alice/auth.sock"
        script = ("import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET);"
                  f"s.bind('{path}'); s.listen(); print(flush=True)\nwhile True: s.accept()[0].recv(4096)")
        listener = subprocess.Popen(["/usr/bin/python3", "-c", script], user="alice",
                                    stdout=subprocess.PIPE)
        self.addCleanup(lambda: (listener.kill(), listener.wait(), listener.stdout.close()))
        listener.stdout.readline()
        done = self.run_program("try", "alice", "--socket", path, expect=UNAVAILABLE)
        self.assertIn("belongs to neither root nor _sms2fa", done.stderr)
