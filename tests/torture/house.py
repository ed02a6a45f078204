# SPDX-License-Identifier: Apache-2.0
"""A real daemon with the outbox provider and the SQLite store, quick to begin again from the same state."""

import os
import pathlib
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import traceback

import wallet

CONFIGURATION = "/etc/sms2fa/sms2fa.conf"
SETTINGS = """\
[delivery]
providers = outbox

[provider outbox]
type = outbox
directory = {outbox}

[directory]
users_file = /etc/sms2fa/users.conf

[store]
path = {state}/state.db
key_file = {key}

[limits]
wrong_before_lockout = 5
"""
USERS = "[users]\nalice = +353 85 123 4567\nbob = +44 7700 900123\n"
KEY_FILE = "/etc/sms2fa/store.key"
# Not a time anything has to be done in: when it has passed, something hangs.
PATIENCE = 30


class Failed(Exception):
    """What was promised did not hold."""


def require(condition, what):
    if not condition:
        raise Failed(what)


class House:
    """On a private machine. The state is in the memory file system that /run is: whatever is killed,
    the kernel's cache stays."""

    def __init__(self, machine, limits="", users=USERS):
        self.machine = machine
        self.state = machine.state / "torture"
        self.outbox = machine.state / "outbox"
        self._template = machine.state / "template"
        self._errors = machine.state / "sms2fad.stderr"
        machine.write_trusted(KEY_FILE, secrets.token_hex(32) + "\n")
        machine.write_trusted(CONFIGURATION, SETTINGS.format(
            outbox=self.outbox, state=self.state, key=KEY_FILE) + limits)
        machine.write_trusted("/etc/sms2fa/users.conf", users)
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.outbox, ignore_errors=True)
        shutil.rmtree(self._template, ignore_errors=True)
        pid = self.start()
        self.stop(pid)
        self._wallet = wallet.Wallet(machine)
        self.state.rename(self._template)
        self._owner = self._template.stat()

    def reset(self):
        """As new: nothing was counted, nothing sent."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(mode=0o700)
        for file in self._template.iterdir():
            shutil.copy(file, self.state / file.name)
        for path in (self.state, *self.state.iterdir()):
            os.chown(path, self._owner.st_uid, self._owner.st_gid)
        for message in self.outbox.iterdir():
            message.unlink()

    def start(self, environment=None, program="sms2fad"):
        """Returns the pid of a daemon that is ready."""
        address = str(self.machine.state / "notify")
        pathlib.Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(address)
            os.chmod(address, 0o666)
            pid = os.fork()
            if pid == 0:
                self._become_daemon(program, {"NOTIFY_SOCKET": address, **(environment or {})})
            ready.settimeout(0.05)
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    if ready.recv(100).startswith(b"READY=1"):
                        return pid
                except TimeoutError:
                    ended, status = os.waitpid(pid, os.WNOHANG)
                    require(not ended, f"the daemon did not start ({status:#x}): {self.said()}")
                    require(time.monotonic() < end, "the daemon is not ready")

    def said(self):
        """The last of what the daemon has logged."""
        return self._errors.read_text(errors="replace")[-2000:] if self._errors.exists() else ""

    def _become_daemon(self, program, environment):
        try:
            errors = os.open(self._errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            null = os.open("/dev/null", os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.dup2(errors, 2)
            os.closerange(3, 200)
            path = str(self.machine.build / program)
            os.execve(path, [path, "--config", CONFIGURATION, *self.machine.socket_options],
                      {"PATH": "/usr/bin:/bin", **environment})
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(127)

    def stop(self, pid):
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        require(os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0,
                f"the daemon did not end well: {status:#x}")

    def close(self):
        """For those who start daemons themselves there is nothing left to end."""

    def messages(self):
        """The texts that left, the newest last."""
        return [path.read_text() for path in sorted(self.outbox.glob("*.txt"))]

    def codes(self):
        bodies = [message.split("\n\n", 1)[1].split() for message in self.messages()]
        return [next(word for word in words if word.isdigit() and len(word) == 6)
                for words in bodies]

    def codes_of(self, user):
        """What this user has beside messages; see Wallet.codes()."""
        return self._wallet.codes() if user == wallet.OWNER else {}

    def query(self, statement):
        """The rows of a query to a state that nobody else uses, once it is found sound."""
        with sqlite3.connect(self.state / "state.db") as database:
            return database.execute(statement).fetchall()

    def check_integrity(self):
        require(self.query("PRAGMA integrity_check") == [("ok",)], "integrity_check is not ok")

    def wrong_answers(self, user):
        """(consecutive failures, failures of the last day), as the state has them."""
        consecutive = self.query(f"SELECT since_right FROM people WHERE name = '{user}'")
        attempts = self.query(f"SELECT count(*) FROM attempts WHERE user = '{user}'")
        return (consecutive[0][0] if consecutive else 0), attempts[0][0]

    def is_locked(self, user):
        return self.query(f"SELECT max(locked_until_ms) > store_ms FROM series, clock "
                          f"WHERE user = '{user}'") == [(1,)]

    def messages_reserved(self):
        return self.query("SELECT count(*) FROM sends WHERE pretended = 0")[0][0]


def processes_named(*names):
    """The pids of processes of these names that have not ended."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        name, state = text[text.index("(") + 1:text.rindex(")")], text.rsplit(") ", 1)[1][0]
        if name in names and state != "Z":
            found.append(int(entry.name))
    return found
