# SPDX-License-Identifier: Apache-2.0
"""Every command of the README and the manual is run, and every example is parsed.

The machine is private, and an empty layer lies over /usr, so that what the README installs is gone afterwards.
A line that nothing here knows is a failure: whoever writes a command says what becomes of it.
"""

import pathlib
import re
import shutil
import signal
import subprocess
import time

import commands
import pexpect
from docs_case import DocsCase
from manual import ROOT
from private_machine import PrivateMachine, run

ETC = pathlib.Path("/etc/sms2fa")
OUTBOX = pathlib.Path("/run/outbox")
SOCKET = pathlib.Path("/run/sms2fa/auth.sock")
CONFIGURATION = f"""\
[delivery]
providers = twilio, telnyx
[provider twilio]
type = outbox
directory = {OUTBOX}
[provider telnyx]
type = outbox
directory = {OUTBOX}
"""

# What is run by another part of the tests: where, and the words that run it there.
ELSEWHERE = {
    "sudo ./dev demo": ("dev", 'suite "demo" run_step demo --auto'),
    "./dev demo": ("dev", 'suite "demo" run_step demo --auto'),
    "./dev demo --auto": ("dev", 'suite "demo" run_step demo --auto'),
    "sudo ./dev test": ("dev", "test) test_all"),
    "./dev build": ("dev", "compile release"),
    "sudo ./dev deb": ("dev", "test_deb"),
}

# What is shown and not typed.
SHOWN = (
    r"\$ ssh alice@web01", r"Code sent by SMS to \*{8}\d\d \(ref [A-Z]\d\)\. .*:",
    r"sms2fad\[\d+\]: denied reason=.*",
    r"auth requisite pam_sms2fa\.so \[socket=PATH\] \[debug\]",
)


class Machine:
    """Where the commands run, in the order of the README."""

    def __init__(self, build):
        self.private = PrivateMachine(build)
        self.private.add_user("alice", "password of alice")
        self.private.allow_sudo()
        run("userdel", "_sms2fa")
        for place in ("/usr", "/var/lib"):
            upper = self.private.state / place.strip("/").replace("/", "-")
            upper.mkdir()
            run("mount", "-t", "tmpfs", "tmpfs", upper)
            (upper / "upper").mkdir()
            (upper / "work").mkdir()
            run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={place},upperdir={upper}/upper,workdir={upper}/work", place)
        shutil.rmtree(ETC, ignore_errors=True)
        shutil.rmtree("/var/lib/sms2fa", ignore_errors=True)
        self.build = build

    def shell(self, command):
        """Its exit status, and what it said."""
        command = command.replace("build/release", str(self.build))
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True,
                              check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def newest_code(self):
        text = sorted(OUTBOX.glob("*.txt"))[-1].read_text(encoding="utf-8")
        return re.search(r": (\d{6}) is your code", text)[1]

    def with_code(self, command):
        """Types the code that was sent."""
        child = pexpect.spawn("bash", ["-c", command], encoding="utf-8", timeout=30)
        child.expect("Enter one time PIN")
        child.sendline(self.newest_code())
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus, child.before

    def enable(self, unit):
        """What systemctl does, where no systemd runs: the links for the next boot, and now the daemon itself."""
        status, said = self.shell(f"systemctl --root=/ enable {unit}")
        return self.in_background("sms2fad") if status == 0 else (status, said)

    def in_background(self, command):
        """A daemon, until the next one is started."""
        if getattr(self, "daemon", None):
            self.daemon.terminate()
            self.daemon.wait(10)
        SOCKET.unlink(missing_ok=True)
        self.daemon = self.private.start(*command.split(), stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not SOCKET.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return (0 if SOCKET.exists() else 1), "no socket"

    def configure(self):
        """What people write themselves; what was copied is theirs to fill in."""
        self.private.write_trusted(ETC / "sms2fa.conf", CONFIGURATION)
        self.private.write_trusted(ETC / "users.conf", "[users]\nalice = +353851234567\n")
        OUTBOX.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(OUTBOX, "_sms2fa")

    def lock_alice(self):
        run("sqlite3", "/var/lib/sms2fa/state.db",
            "REPLACE INTO users VALUES ('alice', 10, 1000000000000, 0)")

    def open_stack(self):
        """sshd, its settings and a console that lets root in."""
        shutil.copy(ROOT / "conf/pam.d/sshd-password-then-pin", "/etc/pam.d/sshd")
        pathlib.Path("/etc/ssh/sshd_config").write_text(
            "UsePAM yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication no\n"
            "PubkeyAuthentication no\n")
        run("ssh-keygen", "-A")
        run("chpasswd", input="root:password of root\n")


class CommandsTest(DocsCase):
    machine: Machine = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machine = Machine(cls.build)
        lines, cls.inline = commands.readme()
        cls.lines = lines

    def typed(self, line):
        """What becomes of a command, as (exit status, output)."""
        machine = self.machine
        bare = line.removeprefix("sudo ")
        if line in ELSEWHERE:
            file, words = ELSEWHERE[line]
            return (0 if words in (ROOT / file).read_text(encoding="utf-8") else 1), file
        if bare == "sms2fad":
            return machine.in_background("sms2fad")
        if bare == "systemctl enable --now sms2fad.socket":
            return machine.enable("sms2fad.socket")
        if bare == "systemctl enable --now sms2fa-metrics.timer":
            return machine.shell("systemctl --root=/ enable sms2fa-metrics.timer")
        if bare == "systemctl reload sms2fad":
            machine.daemon.send_signal(signal.SIGHUP)
            return machine.daemon.poll() or 0, "the daemon ended"
        if re.match(r"sms2fa try \w+$", bare) or "pamtester" in bare:
            return machine.with_code(line)
        if bare == "sms2fa check":
            machine.configure()
        if bare.startswith("sms2fa unlock"):
            machine.lock_alice()
        if "--output /var/lib/prometheus" in bare:
            pathlib.Path("/var/lib/prometheus/node-exporter").mkdir(parents=True, exist_ok=True)
        if bare.startswith("sms2fa doctor"):
            machine.open_stack()
        return machine.shell(line)

    def is_shown(self, line):
        return any(re.fullmatch(pattern, line) for pattern in SHOWN)

    def test_1_the_readme_from_top_to_bottom(self):
        ran = 0
        for line in self.lines:
            with self.subTest(line):
                if commands.is_command(line):
                    status, said = self.typed(line)
                    self.assertEqual(status, 0, said)
                    ran += 1
                else:
                    self.assertTrue(self.is_shown(line), "neither a command nor known to be shown")
        self.assertGreater(ran, 10)

    def test_2_commands_within_sentences(self):
        for line in self.inline:
            with self.subTest(line):
                status, said = self.typed(line)
                self.assertEqual(status, 0, said)

    def test_3_the_manual(self):
        for page, blocks in commands.pages().items():
            for block in blocks:
                with self.subTest(page=page, block=block):
                    self.example(page, block)

    def example(self, page, block):
        if block.startswith("["):
            name = "users.conf" if page == "sms2fa-users.conf.5" else "sms2fa.conf"
            self.machine.private.write_trusted(ETC / "twilio.token", "b" * 32)
            self.machine.private.write_trusted(ETC / "telnyx.key", "KEY" + "b" * 32)
            self.machine.private.write_trusted(ETC / name, block + "\n")
            made = pathlib.Path("/var/lib/sms2fa/outbox")  # by a package, or a start as root
            made.mkdir(mode=0o700, exist_ok=True)
            shutil.chown(made, "_sms2fa")
            said = self.machine.shell("sms2fad --check")
            self.machine.configure()
            self.assertEqual(said, (0, ""))
        elif commands.PAM.match(block):
            self.machine.private.pam_service("case", block.splitlines())
            status, said = self.machine.shell("sms2fa check")
            pathlib.Path("/etc/pam.d/case").unlink()
            self.assertEqual(status, 0, said)
            self.assertNotIn("error: ", said)
        else:
            for line in block.splitlines():
                self.assertTrue(commands.is_command(line), line)
                status, said = self.typed(line)
                self.assertEqual(status, 0, said)
