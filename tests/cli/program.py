# SPDX-License-Identifier: Apache-2.0
"""The base of the command line tests: a machine, and the program run as whoever."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import pexpect

from fake_provider import FakeProvider, telnyx, twilio
from private_machine import PrivateMachine

CONFIGURATION = "/etc/sms2fa/sms2fa.conf"
USERS_FILE = "/etc/sms2fa/users.conf"
USERS = """\
[users]
alice = +353851234567
bob = +447400123456
[user tom]
methods = totp
"""
SECRETS = (twilio.AUTH_TOKEN, telnyx.API_KEY)
NUMBERS = ("353851234567", "447400123456")

OK, NEGATIVE, USAGE, NOINPUT, NOUSER = 0, 1, 64, 66, 67
UNAVAILABLE, TEMPFAIL, NOPERM, CONFIG = 69, 75, 77, 78


class ProgramCase(unittest.TestCase):
    machine: PrivateMachine = None

    @classmethod
    def set_up(cls, build):
        """Called once, before the first test."""
        machine = cls.machine = PrivateMachine(build)
        for name in ("alice", "bob"):
            machine.add_user(name, "password of " + name)
        machine.add_user("tom", "password of tom", "--shell", "/usr/sbin/nologin")
        # Where everybody may run it, whatever the build's folder allows.
        cls.program = str(machine.state / "sms2fa")
        shutil.copy(machine.build / "sms2fa", cls.program)
        os.chmod(cls.program, 0o755)
        cls.outbox = machine.state / "outbox"

    def setUp(self):
        self.machine.write_trusted(USERS_FILE, USERS)
        self.make_outbox()
        self.configure()

    def make_outbox(self, mode=0o700, owner="_sms2fa"):
        shutil.rmtree(self.outbox, ignore_errors=True)
        self.outbox.mkdir()
        self.outbox.chmod(mode)
        shutil.chown(self.outbox, owner)

    def configure(self, more="", providers="outbox"):
        """The configuration: the outbox, and whatever `more` says."""
        return self.machine.write_trusted(CONFIGURATION, f"""\
[delivery]
providers = {providers}

[provider outbox]
type = outbox
directory = {self.outbox}

[directory]
users_file = {USERS_FILE}
{more}

[store]
type = memory
""")

    def run_program(self, *arguments, user=None, expect=None, **options):
        """Runs it to its end. No secret and no whole number may ever come out."""
        if user:
            options |= {"user": user, "group": user, "extra_groups": []}
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False, **options)
        for secret in (*SECRETS, *NUMBERS):
            self.assertNotIn(secret, done.stdout + done.stderr)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def json_of(self, *arguments, expect=OK, **options):
        """The one JSON object that it prints."""
        done = self.run_program(*arguments, "--json", expect=expect, **options)
        answer = json.loads(done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertEqual((answer["command"], answer["ok"], answer["exit_code"]),
                         (arguments[0], expect == OK, expect))
        return answer

    def in_terminal(self, *arguments, user=None, **options):
        command = [self.program, *arguments]
        if user:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
        child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=60, **options)
        self.addCleanup(child.close, force=True)
        return child

    def end_of(self, child):
        """What it still says, and its exit status, or the negative number of the signal."""
        child.expect(pexpect.EOF)
        child.close()
        return child.before, (child.exitstatus if child.signalstatus is None
                              else -child.signalstatus)

    def under_systemd(self):
        """From now on this machine looks as if systemd ran it."""
        systemd = pathlib.Path("/run/systemd/system")
        systemd.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, systemd.parent)

    def fake(self, name, certificate="good"):
        directory = self.machine.state / name  # kept: its certificates take a moment to make
        return self.enterContext(FakeProvider(directory, certificate=certificate))


def provider_section(kind, fake, **changes):
    settings = {"twilio": {"account_sid": twilio.ACCOUNT_SID, "auth_token": twilio.AUTH_TOKEN,
                           "from": twilio.FROM_NUMBER, "base_url": fake.base_url},
                "telnyx": {"api_key": telnyx.API_KEY, "from": telnyx.FROM_NUMBER,
                           "base_url": fake.base_url + "/v2"}}[kind]
    # Where _sms2fa may read it, too.
    ca_file = pathlib.Path("/etc/sms2fa", f"{kind}-ca.pem")
    ca_file.write_bytes(pathlib.Path(fake.ca_file).read_bytes())
    ca_file.chmod(0o644)
    settings = {"type": kind} | settings | {"ca_file": ca_file} | changes
    return f"[provider {kind}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())


def newest_text(outbox):
    return sorted(outbox.glob("*.txt"))[-1].read_text().split("\n\n", 1)[1].strip()


def code_in(text):
    return re.search(r"\b[0-9]{6}\b", text)[0]
