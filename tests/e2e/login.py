# SPDX-License-Identifier: Apache-2.0
"""People at terminals, in the words of what they do:

    with SshLogin(machine, "alice") as person:
        person.sees("Enter one time PIN")
        person.types(code)
        person.gets_in()

A real program runs behind each in a pseudo-terminal of its own. Whatever is not seen within the
patience fails the test and shows the whole screen.
"""

import io
import re
import time

import pexpect

PATIENCE = 30
SHELL = "this is the shell of"
WHO_AM_I = f"echo {SHELL} $(id -un)"
PROMPT = r"Enter one time PIN[^:]*: "


class Person:
    """Somebody in front of one program. `command` is a list of words."""

    # libpam's misc_conv drops what is typed between its prompt and its setting of the terminal, which a busy machine
    # draws out. People are slower than that.
    SECONDS_BEFORE_TYPING = 0.2

    def __init__(self, command, **spawn_options):
        self._screen = io.StringIO()
        self._child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=PATIENCE,
                                    codec_errors="backslashreplace", **spawn_options)
        self._child.logfile_read = self._screen
        self._child.delaybeforesend = self.SECONDS_BEFORE_TYPING

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leaves()

    @property
    def screen(self):
        """Everything that was shown until now."""
        return self._screen.getvalue()

    @property
    def pid(self):
        return self._child.pid

    def reads(self, pattern, patience=PATIENCE):
        """Waits for a regular expression; returns the match."""
        try:
            self._child.expect(pattern, timeout=patience)
        except (pexpect.TIMEOUT, pexpect.EOF) as reason:
            what = "the end came" if isinstance(reason, pexpect.EOF) else f"{patience} s passed"
            raise AssertionError(f"{what} before {pattern!r}; the screen:\n{self.screen}") from None
        return self._child.match

    def sees(self, text, patience=PATIENCE):
        """Waits for these words, however they are broken into lines, after those that were waited for before."""
        return self.reads(r"\s+".join(re.escape(word) for word in text.split(" ")), patience)

    def no_delay(self):
        """Types as soon as it is told to, for those who measure time."""
        self._child.delaybeforesend = None

    def types(self, text):
        """Types a line."""
        self._child.sendline(text)

    def presses(self, key):
        """Holds Ctrl and presses a key."""
        self._child.sendcontrol(key)

    def waits_for_the_end(self, patience=PATIENCE):
        """Returns the exit status, negative for a signal."""
        self.reads(pexpect.EOF, patience)
        self._child.close()
        status = self._child.exitstatus
        return status if status is not None else -self._child.signalstatus

    def gets_in(self, name="alice"):
        """Sees the command behind the login run, as this user, and end well."""
        self.sees(f"{SHELL} {name}")
        status = self.waits_for_the_end()
        assert status == 0, f"exit status {status}; the screen:\n{self.screen}"

    def is_denied(self, patience=PATIENCE):
        """Sees the program end without having run anything. Returns the seconds it took."""
        began = time.monotonic()
        status = self.waits_for_the_end(patience)
        assert status != 0 and SHELL not in self.screen, f"was let in:\n{self.screen}"
        return time.monotonic() - began

    def vanishes(self):
        """Is gone from one moment to the next, as on a train in a tunnel."""
        self._child.close(force=True)

    leaves = vanishes


class SshLogin(Person):
    """`ssh user@host` with the stock client; behind it, one command that tells who it runs as."""

    # ssh sets the terminal first and asks then.
    SECONDS_BEFORE_TYPING = 0.02

    def __init__(self, machine, user="alice", options=(), port=2222):
        self.user = user
        super().__init__(machine.ssh_command(user, WHO_AM_I, port=port, options=options))


class LocalLogin(Person):
    """An unprivileged user of the machine who starts a program, such as sudo or su."""

    def __init__(self, user, *command, environment=None):
        words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command]
        usual = {"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": f"/home/{user}", "USER": user,
                 "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        super().__init__(words, env=usual | (environment or {}))


def sudo(user, *options, environment=None):
    return LocalLogin(user, "sudo", *options, "sh", "-c", WHO_AM_I, environment=environment)


def su(user, target):
    return LocalLogin(user, "su", target, "-c", WHO_AM_I)
