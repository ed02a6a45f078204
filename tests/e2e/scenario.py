# SPDX-License-Identifier: Apache-2.0
"""The base of every end-to-end test: a daemon, fake providers, sshd, and what must hold always.

Each test starts what it needs, afresh. Afterwards, whatever it was about: the daemon still lived,
unless the test ended it, and stops cleanly; no process is left; no log line, from whichever
program, holds a code, a key or a whole number.
"""

import base64
import contextlib
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
import unittest
from typing import NamedTuple

from fake_provider import FakeProvider, telnyx, twilio
from login import SshLogin
from private_machine import PrivateMachine, run

CONFIGURATION = "/etc/sms2fa/sms2fa.conf"
USERS_FILE = "/etc/sms2fa/users.conf"
NUMBERS = {"alice": "+353851234567", "bob": "+447700900123"}
PREMIUM = "+19005558899"

AFTERWARDS = ["account required pam_unix.so", "session required pam_unix.so"]
PIN = ["auth required {module}", *AFTERWARDS]
PIN_THEN_PASSWORD = ["auth requisite {module}", "auth required pam_unix.so", *AFTERWARDS]
PASSWORD_THEN_PIN = ["auth requisite pam_unix.so", "auth required {module}", *AFTERWARDS]

KEYBOARD = ["KbdInteractiveAuthentication yes", "PasswordAuthentication no",
            "PubkeyAuthentication no"]

CREDENTIALS = {
    "twilio": {"account_sid": twilio.ACCOUNT_SID, "auth_token": twilio.AUTH_TOKEN,
               "from": twilio.FROM_NUMBER},
    "telnyx": {"api_key": telnyx.API_KEY, "from": telnyx.FROM_NUMBER},
}
BASE_PATH = {"twilio": "", "telnyx": "/v2"}

# A code for a login, for an enrolment, or what somebody is told without a code.
BODY = re.compile(r"web01: ((?P<code>\d{6}) is your code (for (?P<service>\S+|a local login)|to ADD a phone or app, not to log in)\. "
                  r"Ref (?P<ref>[A-Z]\d)\. Never share it\.|"
                  r"[a-z][^{}]* If you did not ask for that, tell your administrator now\.)")


class Text(NamedTuple):
    """A text message, as the phone shows it."""

    provider: str
    to: str
    body: str
    code: str
    service: str
    ref: str

    @property
    def wrong_code(self):
        return f"{(int(self.code) + 1) % 10 ** 6:06}"


def make_machine(build):
    """A machine with alice and bob, who are enrolled; carol, who is not; and eve, whose number in
    /etc/passwd is at premium rate."""
    machine = PrivateMachine(build)
    machine.passwords = {}
    for name in ("alice", "bob", "carol", "eve"):
        machine.passwords[name] = "password-" + secrets.token_hex(4)  # of no code's form
        options = ("--comment", f"Eve,,{PREMIUM}") if name == "eve" else ()
        machine.add_user(name, machine.passwords[name], *options)
    return machine


def section(name, settings):
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    return f"[{name}]\n{lines}\n"


def processes():
    """The processes of the machine but this one, without those that ended and wait for a parent."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            name, state = re.search(r"\((.*)\) (.)", (entry / "stat").read_text()).groups()
        except OSError:
            continue
        if state != "Z":
            found[int(entry.name)] = name
    return found


def kill_all_of(user):
    """Every process in this user's name."""
    uid = pwd.getpwnam(user).pw_uid
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if entry.stat().st_uid == uid:
                os.kill(int(entry.name), signal.SIGKILL)


class Scenario(unittest.TestCase):
    machine: PrivateMachine = None  # run.py makes the one
    provider = "twilio"
    settings_of_provider = {}  # on top of the usual ones
    certificate = "good"  # of the fakes

    def setUp(self):
        self.since = len(self.machine.log.lines)
        self.fakes = {}
        self.secrets = set()
        self.daemon = None
        self.sshd = None
        self.state = self.machine.state / "sms2fa"  # the daemon makes it, afresh in each test
        shutil.rmtree(self.state, ignore_errors=True)
        self.daemon_errors = self.machine.state / "sms2fad.stderr"
        self.daemon_errors.write_text("")
        self.addCleanup(self._check_leftovers)

    def fake(self, name):
        """The fake provider that goes by this name, started at the first call."""
        if name not in self.fakes:
            directory = self.machine.state / name  # kept: its certificates take a moment to make
            self.fakes[name] = FakeProvider(directory, certificate=self.certificate).__enter__()
            self.addCleanup(self.close_fake, name)
        return self.fakes[name]

    def close_fake(self, name):
        """From now on connections to it are refused. Its messages count no more."""
        if name in self.fakes:
            self.fakes.pop(name).__exit__()

    def provider_section(self, name):
        fake = self.fake(name)
        usual = {"type": name, **CREDENTIALS[name], "ca_file": fake.ca_file,
                 "base_url": fake.base_url + BASE_PATH[name]}
        return section(f"provider {name}", usual | self.settings_of_provider)

    def configure(self, providers=None, users=NUMBERS, **sections):
        """Writes the daemon's files. `limits={"lockout": "5m"}` and the like add to the sections."""
        names = providers or [self.provider]
        sections["delivery"] = {"providers": ", ".join(names)} | sections.get("delivery", {})
        sections = {"store": {"path": self.state / "state.db"}} | sections
        text = "".join(section(name, settings) for name, settings in sections.items())
        text += "".join(self.provider_section(name) for name in names)
        self.machine.write_trusted(CONFIGURATION, text)
        self.enroll(users)

    def enroll(self, users):
        self.machine.write_trusted(USERS_FILE, section("users", users))

    def launch_daemon(self, *, command=None, environment=None):
        """Starts the daemon without waiting for it."""
        words = command or [self.machine.build / "sms2fad", "--config", CONFIGURATION,
                            *self.machine.socket_options]
        with open(self.daemon_errors, "a", encoding="utf-8") as errors:
            process = self.machine.start(
                *words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                env=os.environ | (environment or {}))
        self.addCleanup(self._kill, process)
        return process

    def start_daemon(self, providers=None, **sections):
        self.configure(providers, **sections)
        since = len(self.machine.log.lines)
        daemon = self.launch_daemon()
        while not any("]: ready" in line for line in self.machine.log.lines[since:]):
            self.assertIsNone(daemon.poll(), self.daemon_errors.read_text())
            time.sleep(0.01)
        self.daemon = daemon
        return daemon

    def start_sshd(self, pam=PIN, settings=KEYBOARD):
        self.machine.pam_service("sshd", pam)
        self.sshd = self.machine.start_sshd(settings)
        self.addCleanup(self._kill, self.sshd)

    def start_house(self, pam=PIN, **configuration):
        """What most tests need: daemon and sshd."""
        self.start_daemon(**configuration)
        self.start_sshd(pam)

    def alices_key(self):
        key = self.machine.state / "alices_key"
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            run("install", "-d", "-o", "alice", "-m", "700", "/home/alice/.ssh")
            shutil.copy(f"{key}.pub", "/home/alice/.ssh/authorized_keys")
            shutil.chown("/home/alice/.ssh/authorized_keys", "alice")
        return key

    def ssh(self, user="alice", options=()):
        return self.meet(SshLogin(self.machine, user, options))

    def meet(self, person):
        """This person leaves when the test ends, if not before."""
        self.addCleanup(person.leaves)
        return person

    # Looking

    def texts(self):
        """All text messages until now, in the providers' order."""
        return [self._text(message) for fake in self.fakes.values() for message in fake.messages()
                if message.get("medium") != "voice"]

    def next_text(self, after=0, provider=None):
        """The first text message after the first `after` ones."""
        return self._text(self.fake(provider or self.provider).wait_for_message(after))

    def _text(self, message):
        parts = BODY.fullmatch(message["body"])
        self.assertIsNotNone(parts, message["body"])
        return Text(message["provider"], message["to"], message["body"], **parts.groupdict())

    def logged(self, text, timeout=30):
        """Waits for a log line of this test that holds `text`; returns it."""
        return self.machine.log.wait_for(text, self.since, timeout)

    def verdicts(self):
        """The daemon's verdict lines until now."""
        return [line for line in self.machine.log.lines[self.since:]
                if re.search(r"sms2fad\[\d+\]: (accepted|exempt|denied|unavailable) reason=", line)]

    def assert_texts(self, count):
        self.assertEqual(count, len(self.texts()), self.texts())

    # Secrets

    def keep_secret(self, *words):
        """From now on no log line may tell them, whatever else the test is about."""
        self.secrets.update(word.replace(dash, "") for word in words for dash in ("", "-", " "))

    def assert_not_kept(self, *words):
        """The state's files hold none of these words, nor what spells them otherwise."""
        files = {path.name: path.read_bytes() for path in self.state.glob("state.db*")}
        self.assertLessEqual({"state.db", "state.db-wal"}, set(files))
        self.assertIn(b"carol", b"".join(files.values()), "looked into the wrong files")
        for word in words:
            plain = word if isinstance(word, bytes) else word.encode()
            spelled = [plain, plain.replace(b"-", b""), plain.hex().encode(),
                       base64.b32encode(plain).rstrip(b"="), base64.b64encode(plain).rstrip(b"=")]
            for name, content in files.items():
                told = [way for way in spelled if way.lower() in content.lower()]
                self.assertFalse(told, f"{name} holds {told}")

    # Ending

    def stop_daemon(self):
        daemon, self.daemon = self.daemon, None
        return self.machine.stop(daemon)

    def wait_for_the_end_of(self, name):
        """Of all processes whose name begins so."""
        end = time.monotonic() + 30
        while any(each.startswith(name) for each in processes().values()):
            self.assertLess(time.monotonic(), end, f"{name} does not end")
            time.sleep(0.02)

    def _kill(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()

    def tearDown(self):
        if self.daemon is not None:
            self.assertIsNone(self.daemon.poll(), "the daemon ended on its own")
            self.assertEqual(0, self.stop_daemon())
        self._check_secrecy()

    def _check_secrecy(self):
        lines = self.machine.log.lines[self.since:] + self.daemon_errors.read_text().splitlines()
        secret = {message["to"].lstrip("+") for fake in self.fakes.values()
                  for message in fake.messages()}
        secret |= {number.lstrip("+") for number in [*NUMBERS.values(), PREMIUM]}
        secret |= {text.code for text in self.texts() if text.code}
        secret |= {twilio.AUTH_TOKEN, telnyx.API_KEY} | self.secrets
        # The fakes' ids are drawn, and one of thousands has somebody's digits in it.
        drawn = [message.get("id", "") for fake in self.fakes.values() for message in fake.messages()]
        for line in lines:
            shown = line
            for message_id in drawn:
                shown = shown.replace(message_id, "")
            told = [word for word in secret if word.lower() in shown.lower()]
            self.assertFalse(told, f"a log line tells {told}: {line}")

    def _check_leftovers(self):
        # The last clean-up to run. What still goes down has a moment to do so.
        end = time.monotonic() + 2
        while (left := processes()) and time.monotonic() < end:
            time.sleep(0.02)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self._reap()
        self.assertFalse(left, "processes were left")

    def _reap(self):
        # As the first process of the machine this one inherits orphans.
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
