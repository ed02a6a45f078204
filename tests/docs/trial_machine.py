# SPDX-License-Identifier: Apache-2.0
"""The machine on which the documents' commands are tried, and what people do there besides typing them."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import time

import pexpect
from manual import ROOT
from private_machine import PrivateMachine, run

ETC = pathlib.Path("/etc/sms2fa")
STATE = pathlib.Path("/var/lib/sms2fa")
OUTBOX = pathlib.Path("/run/outbox")
SOCKET = pathlib.Path("/run/sms2fa/auth.sock")
UNITS = pathlib.Path("/usr/lib/systemd/system")
ROOTS_PASSWORD = "password of root"
CONFIGURATION = f"""\
[delivery]
providers = twilio, telnyx
[provider twilio]
type = outbox
directory = {OUTBOX}
[provider telnyx]
type = outbox
directory = {OUTBOX}
[limits]
sends_per_number = 60/10m
"""
USERS = "[users]\nalice = +353851234567\n"
PATIENCE = 120


class Machine:
    """Private; an empty layer lies over /usr and /var/lib, so what the documents install is gone afterwards."""

    def __init__(self, build):
        self.private = PrivateMachine(build)
        self.private.add_user("alice", "password of alice")
        self.private.allow_sudo()
        run("userdel", "_sms2fa")
        run("mount", "-t", "tmpfs", "tmpfs", "/var/backups")
        for place in ("/usr", "/var/lib"):
            upper = self.private.state / place.strip("/").replace("/", "-")
            upper.mkdir()
            run("mount", "-t", "tmpfs", "tmpfs", upper)
            (upper / "upper").mkdir()
            (upper / "work").mkdir()
            run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={place},upperdir={upper}/upper,workdir={upper}/work", place)
        shutil.rmtree(ETC, ignore_errors=True)
        shutil.rmtree(STATE, ignore_errors=True)
        self.build = build
        self.daemon = None

    def shell(self, command, **environment):
        """Its exit status, and what it said."""
        command = command.replace("build/release", str(self.build))
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True,
                              check=False, timeout=PATIENCE, env=os.environ | environment)
        return done.returncode, done.stdout + done.stderr

    # People at a terminal

    def at_terminal(self, command, patience=30, **options):
        return pexpect.spawn("bash", ["-c", command], encoding="utf-8", timeout=patience, cwd=ROOT,
                             **options)

    def end_of(self, child):
        child.expect(pexpect.EOF)
        # It may have closed the terminal and not ended yet; close() would end it by a signal.
        child.wait()
        child.close()
        return child.exitstatus, child.before

    def newest_code(self):
        text = sorted(OUTBOX.glob("*.txt"))[-1].read_text(encoding="utf-8")
        return re.search(r": (\d{6}) is your code", text)[1]

    def with_code(self, command):
        """Types the code that was sent."""
        child = self.at_terminal(command)
        child.expect("Enter one time PIN")
        child.sendline(self.newest_code())
        return self.end_of(child)

    def pasted(self, command):
        """A token, a line and Ctrl-D."""
        child = self.at_terminal(command)
        child.sendline("b" * 32)
        child.sendeof()
        done = self.end_of(child)
        token = pathlib.Path(command.split()[-1])
        kept = (token.read_text(encoding="utf-8"), token.stat().st_mode & 0o777, token.group())
        return done if kept == ("b" * 32 + "\n", 0o640, "_sms2fa") else (1, kept)

    def demo_by_hand(self, command):
        """A newcomer, who mistypes the PIN first, looks around and leaves."""
        child = self.at_terminal(command, PATIENCE)
        # It may have to compile first.
        password = self.reads(child, r"password, which is: (\w+)", 20 * 60)
        child.expect("Enter one time PIN.*: ")
        code = self.reads(child, r"web01: (\d{6}) is your code for sshd\.")
        child.sendline(f"{(int(code) + 1) % 10 ** 6:06}")
        child.expect(r"Wrong code, 2 tries left\. .*: ")
        child.sendline(code)
        child.expect(r"[Pp]assword: ")
        child.sendline(password)
        child.expect(r"\$ ")
        child.sendline("id; exit")
        child.expect(r"uid=\d+\(alice\)")
        child.expect("What the administrator sees in the log:")
        child.expect(r"sms2fad\[\d+\]: accepted reason=right-code user=alice service=sshd")
        return self.end_of(child)

    def reads(self, child, pattern, patience=-1):
        child.expect(pattern, timeout=patience)
        return child.match[1]

    def enrolls(self, command):
        """Alice, who has a number on record: its code, an app, and backup codes."""
        child = self.at_terminal(f"su -s /bin/bash -c {shlex.quote(command)} alice")
        child.expect("Enter one time PIN")
        child.sendline(self.newest_code())
        child.expect("Set up an(other one| authenticator app)\\?")
        child.sendline("y")
        key = self.reads(child, r"type the key:([A-Z2-7 ]+)").replace(" ", "")
        child.expect("Enter the code that the app shows")
        child.sendline(run("oathtool", "--totp", "--base32", key).strip())
        if child.expect(["Backup codes: each lets you in once", "You have no backup codes|Make ten new ones"]) == 0:
            child.sendline("")
        else:
            child.sendline("n")
        return self.end_of(child)

    def invites(self, command):
        """Somebody who has an account and no second factor."""
        name = command.split()[2]
        self.private.add_user(name, f"password of {name}")
        done = self.shell(command)
        run("userdel", "--force", "--remove", name)
        return done

    def backs_up(self, command):
        pathlib.Path(command.split()[2]).unlink(missing_ok=True)
        return self.shell(command)

    def restores(self, command):
        """While no daemon runs, as the documents say."""
        ran = self.daemon is not None
        self.end_daemon()
        done = self.shell(command)
        if ran:
            self.in_background("sms2fad")
        for path in ETC.glob("*.before-restore"):
            path.unlink()
        return done

    # What systemd and supervisors do

    def enable(self, unit):
        """What systemctl does, where no systemd runs: the links for the next boot, and now the daemon itself."""
        status, said = self.shell(f"systemctl --root=/ enable {unit}")
        return self.in_background("sms2fad") if status == 0 else (status, said)

    def in_background(self, *command):
        """A daemon, until the next one is started."""
        self.end_daemon()
        SOCKET.unlink(missing_ok=True)
        self.daemon = self.private.start(*command, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not SOCKET.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return (0 if SOCKET.exists() else 1), "no socket"

    def end_daemon(self):
        if self.daemon is None:
            return 0
        daemon, self.daemon = self.daemon, None
        daemon.terminate()
        return daemon.wait(10)

    def reload(self):
        """The unit's own way, and whether the daemon did it."""
        unit = (UNITS / "sms2fad.service").read_text(encoding="utf-8")
        how = re.search(r"^ExecReload=(.+)$", unit, re.MULTILINE)[1]
        since = len(self.private.log.lines)
        status, said = self.shell(how, MAINPID=str(self.daemon.pid))
        if status == 0:
            self.private.log.wait_for(f"read {ETC}/sms2fa.conf again", since)
        return status, said

    # What people write themselves

    def configure(self, more=""):
        self.private.write_trusted(ETC / "sms2fa.conf", CONFIGURATION + more)
        self.private.write_trusted(ETC / "users.conf", USERS)
        OUTBOX.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(OUTBOX, "_sms2fa")

    def lock_alice(self):
        run("sqlite3", STATE / "state.db",
            "REPLACE INTO people VALUES ('alice', 10, 10, 0, 0, 0);"
            "REPLACE INTO series VALUES ('alice', x'01', 10, 1000000000000, 0)")

    def open_stack(self):
        """sshd, its settings and a console that lets root in."""
        self.private.ship_pam("12")
        pathlib.Path("/etc/ssh/sshd_config").write_text(
            "Include /etc/ssh/sshd_config.d/*.conf\nPubkeyAuthentication no\n")
        run("ssh-keygen", "-A")
        run("chpasswd", input=f"root:{ROOTS_PASSWORD}\n")
        run("sms2fa", "pam", "enable", "sshd", "--yes")

    def switches(self, command):
        """At a terminal, where the difference is shown first."""
        if self.daemon is None:
            self.in_background("sms2fad")
        run("ssh-keygen", "-A")
        child = self.at_terminal(command)
        if child.expect_exact(["Make these changes? [y/N] ", pexpect.EOF]) == 0:
            child.sendline("y")
        return self.end_of(child)
