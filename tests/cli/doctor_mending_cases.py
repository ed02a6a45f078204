# SPDX-License-Identifier: Apache-2.0
"""What sms2fa doctor says mends a finding is done, to the letter, and the finding is gone."""

import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import time

import pexpect
from doctor_cases import PASSWORD_THEN_CODE, SSHD_FINE, DoctorCase
from private_machine import run
from program import CONFIG, CONFIGURATION, NEGATIVE, NOPERM, OK, UNAVAILABLE, USERS_FILE, newest_text

TO_THE_END = r"(?P<mending>.+)$"


class MendingCase(DoctorCase):
    def setUp(self):
        super().setUp()
        self.path = f"{self.machine.state}:{self.machine.build}:{os.environ['PATH']}"

    def shell(self, command):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60,
                              env=os.environ | {"PATH": self.path})
        self.assertEqual(done.returncode, 0, done.stderr)

    def finding(self, pattern, *user, expect=CONFIG):
        """The line, and what it says mends it."""
        said = self.doctor(*user, expect=expect)
        found = re.search(pattern, said, re.MULTILINE)
        self.assertIsNotNone(found, said)
        return found

    def mended(self, found, *user, expect=OK):
        self.assertNotIn(found[0].split(";")[0], self.doctor(*user, expect=expect))

    def is_mended(self, pattern, expect=CONFIG):
        """By the command behind the finding."""
        found = self.finding(pattern, expect=expect)
        self.shell(found["mending"])
        self.mended(found)


class SshdMendingTest(MendingCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def start_sshd(self):
        """Of these settings, at ssh's own port."""
        pathlib.Path("/run/sshd.pid").unlink(missing_ok=True)
        process = self.machine.start("/usr/sbin/sshd", "-D")
        self.addCleanup(self.machine.stop, process)
        end = time.monotonic() + 10
        while not os.path.exists("/run/sshd.pid") or self.offered() is None:
            self.assertLess(time.monotonic(), end, "sshd does not listen")
            time.sleep(0.02)
        return process

    def offered(self):
        """The methods that sshd names to who has nothing."""
        done = subprocess.run(["ssh", "-F", "none", "-o", "PreferredAuthentications=none",
                               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                               "alice@127.0.0.1"], capture_output=True, text=True, check=False)
        found = re.search(r"Permission denied \((.*)\)", done.stderr)
        return found and found[1]

    def test_each_setting(self):
        for changes, text, expect in (
                ({"UsePAM": "no"}, "error: sshd: UsePAM", CONFIG),
                ({"KbdInteractiveAuthentication": "no"}, "error: sshd: Kbd.* no way to ask", CONFIG),
                ({"PasswordAuthentication": "yes"}, "warning: sshd: PasswordAuthentication", OK),
                ({"PubkeyAuthentication": "yes"}, "warning: sshd: people who have a key", OK),
                ({"PubkeyAuthentication": "yes", "AuthenticationMethods": "publickey"},
                 "error: sshd: no way of AuthenticationMethods", CONFIG),
                ({"UseDNS": "yes"}, "warning: sshd: UseDNS", OK),
                ({"LoginGraceTime": "30"}, "warning: sshd: LoginGraceTime 30", OK)):
            with self.subTest(text):
                self.write_sshd(changes)
                process = self.start_sshd()
                self.is_mended(f"^{text}.*; fix it: {TO_THE_END}", expect)
                self.assertIn(SSHD_FINE, self.doctor())
                self.machine.stop(process)

    def test_sshd_has_read_it(self):
        """Behind an Include that says otherwise, as on Debian."""
        drop_in = pathlib.Path("/etc/ssh/sshd_config.d/case.conf")
        drop_in.parent.mkdir(exist_ok=True)
        drop_in.write_text("KbdInteractiveAuthentication no\nPasswordAuthentication yes\n")
        self.addCleanup(drop_in.unlink)
        self.write_sshd({})
        path = pathlib.Path("/etc/ssh/sshd_config")
        path.write_text("Include /etc/ssh/sshd_config.d/*.conf\n" + path.read_text())
        self.start_sshd()
        self.assertEqual(self.offered(), "password")
        self.is_mended(f"^error: sshd: Kbd.* nobody gets in by either; fix it: {TO_THE_END}")
        self.is_mended(f"^warning: sshd: PasswordAuthentication.*; fix it: {TO_THE_END}", OK)
        end = time.monotonic() + 10
        while self.offered() != "keyboard-interactive":
            self.assertLess(time.monotonic(), end, "sshd did not read it")
            time.sleep(0.05)


class StackMendingTest(MendingCase):
    def test_each_line(self):
        """The line that is to stand there."""
        self.start_daemon()
        for wrong in (["auth requisite pam_unix.so", "auth optional {module}"],
                      ["auth required pam_unix.so", "auth requisite {module}"],
                      ["auth sufficient pam_unix.so", "auth requisite {module}"],
                      ["auth requisite pam_unix.so", "auth requisit {module}"],
                      ["auth requisite pam_unix.so", "account requisite {module}"]):
            with self.subTest(wrong):
                self.write("case", [*wrong, "account required pam_unix.so"])
                service = pathlib.Path("/etc/pam.d/case")
                said = self.doctor(expect=None)
                found = re.search(r"^(?:error|warning): /etc/pam\.d/case:(\d+): .*write: (.+)$", said,
                                  re.MULTILINE)
                self.assertIsNotNone(found, said)
                lines = service.read_text().splitlines()
                lines[int(found[1]) - 1] = found[2]
                service.write_text("\n".join(lines) + "\n")
                said = self.doctor()
                self.assertIn("ok: service case asks for a code", said)
                self.assertNotIn(": /etc/pam.d/case:", said)

    def test_the_module_s_file(self):
        self.start_daemon()
        self.module.chmod(0o666)
        self.is_mended("^error: .*must be a file that only root can write: " + TO_THE_END)
        shutil.chown(self.module, "alice")
        self.is_mended("^error: .*must be a file that only root can write: " + TO_THE_END)

    def test_the_console(self):
        self.start_daemon()
        self.write("login", PASSWORD_THEN_CODE)
        self.is_mended("^error: .*last path to root.*the console asks for a code.*; before you go: " + TO_THE_END)

    def test_no_password_for_the_console(self):
        self.start_daemon()
        self.keep(pathlib.Path("/etc/shadow"))
        run("usermod", "--lock", "root")
        self.write_sudo(PASSWORD_THEN_CODE)
        found = self.finding("^(?:warning|error): .*root.*: give root a password for the console: " + TO_THE_END,
                             expect=None)
        child = pexpect.spawn("bash", ["-c", found["mending"]], encoding="utf-8", timeout=60)
        for _ in range(2):
            child.expect("(?i)new password: ")
            child.sendline("a password of root's own")
        self.assertEqual(self.end_of(child)[1], 0)
        self.mended(found)


class FilesMendingTest(MendingCase):
    FILE = r"^error: (?P<file>/\S+): .* \((?P<mending>ch\w+ \S+)\)$"

    def file_is_mended(self):
        found = self.finding(self.FILE, expect=NOPERM)
        self.shell(f"{found['mending']} {found['file']}")
        self.mended(found)

    def test_modes_and_owners(self):
        self.start_daemon()
        for path in (CONFIGURATION, USERS_FILE):
            for mode in (0o644, 0o660):
                with self.subTest(path=path, mode=oct(mode)):
                    os.chmod(path, mode)
                    self.file_is_mended()
            with self.subTest(path=path):
                shutil.chown(path, "alice")
                self.file_is_mended()

    def test_what_the_service_account_cannot_read(self):
        self.start_daemon()
        shutil.chown(USERS_FILE, "root", "root")
        found = self.finding(r"^error: _sms2fa can't read .*: " + TO_THE_END, expect=NOPERM)
        self.shell(found["mending"])
        self.mended(found)

    def test_the_outbox(self):
        self.start_daemon()
        shutil.chown(self.outbox, "root")
        self.is_mended("^warning: .* any other needs: " + TO_THE_END, OK)

    def test_no_account(self):
        self.start_daemon()
        account = pwd.getpwnam("_sms2fa")
        run("userdel", "--force", "_sms2fa")
        try:
            found = self.finding("^error: there is no account _sms2fa for the daemon; make it: " + TO_THE_END,
                                 expect=None)
            self.shell(found["mending"])
            self.mended(found, expect=None)
        finally:
            subprocess.run(["userdel", "--force", "_sms2fa"], check=False, capture_output=True)
            run("useradd", "--system", "--no-create-home", "--uid", account.pw_uid, "--home-dir",
                "/nonexistent", "--shell", "/usr/sbin/nologin", "_sms2fa")


class DaemonMendingTest(MendingCase):
    def test_no_daemon(self):
        socket_path = pathlib.Path(self.machine.socket)
        socket_path.unlink(missing_ok=True)
        found = self.finding(r"^error: no daemon at .*; start it: (?P<mending>\w+), under your supervisor$",
                             expect=UNAVAILABLE)
        process = self.machine.start("bash", "-c", f"exec {found['mending']}", stderr=subprocess.DEVNULL,
                                     env=os.environ | {"PATH": self.path})
        self.addCleanup(self.machine.stop, process)
        end = time.monotonic() + 10
        while not socket_path.exists():
            self.assertLess(time.monotonic(), end, "no socket")
            time.sleep(0.02)
        self.mended(found)
        self.assertIn("ok: sms2fad answers, version ", self.doctor())

    def test_the_socket_s_folder(self):
        self.start_daemon()
        self.addCleanup(os.chmod, "/run/sms2fa", 0o755)
        os.chmod("/run/sms2fa", 0o750)
        self.is_mended("^warning: .*can't reach the daemon; write: " + TO_THE_END, OK)
        os.chmod("/run/sms2fa", 0o777)
        self.is_mended("^error: .*others could put a socket of theirs there; write: " + TO_THE_END, NOPERM)
        shutil.chown("/run/sms2fa", "alice")
        self.is_mended("^error: .*others could put a socket of theirs there; write: " + TO_THE_END, NOPERM)

    def test_somebody_else_s_socket(self):
        """What it says finds out who listens there, does."""
        folder = self.machine.state / "alices_own"
        folder.mkdir()
        self.addCleanup(shutil.rmtree, folder)
        shutil.chown(folder, "alice")
        path = folder / "a.sock"
        server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(server.close)
        os.seteuid(pwd.getpwnam("alice").pw_uid)
        try:
            server.bind(str(path))
            server.listen()
        finally:
            os.seteuid(0)
        said = self.doctor("--socket", path, expect=NOPERM)
        command = re.search(r"find out who does: (.+)$", said, re.MULTILINE)[1]
        listed = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
        self.assertRegex(listed, rf"{re.escape(str(path))}.*pid={os.getpid()}\b")


class PeopleMendingTest(MendingCase):
    """On a store of their own."""

    def setUp(self):
        super().setUp()
        folder = self.machine.state / "mending"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        shutil.chown(folder, "_sms2fa")
        self.key = pathlib.Path("/etc/sms2fa/mending.key")
        self.key.unlink(missing_ok=True)
        configuration = pathlib.Path(CONFIGURATION)
        configuration.write_text(configuration.read_text().replace(
            "type = memory", f"path = {folder}/state.db\nkey_file = {self.key}\n"
            "[limits]\nwrong_before_lockout = 1"))

    def test_the_first_key_and_who_has_no_way_in(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n")
        self.start_daemon()
        self.is_mended("^note: .*nobody can enroll; to make it: " + TO_THE_END, OK)
        found = self.finding("^warning: sshd would lock these out, who can't log in: bob; .*, or enroll each: "
                             + TO_THE_END, expect=OK)
        only_bob = self.finding("^error: bob can't log in .*, or: " + TO_THE_END, "bob")
        self.assertEqual(only_bob["mending"], found["mending"])
        child = pexpect.spawn("bash", ["-c", found["mending"]], encoding="utf-8", timeout=60,
                              env=os.environ | {"PATH": self.path})
        child.expect("Phone number for codes")
        child.sendline("+447400123456")
        child.expect(r"Code sent by SMS to \*{8}56")
        child.sendline(re.search(r"\b\d{6}\b", newest_text(self.outbox))[0])
        child.expect("Set up an authenticator app?")
        child.sendline("n")
        child.expect("Press Enter when you have written them down")
        child.sendline("")
        self.assertEqual(self.end_of(child)[1], 0)
        self.mended(found)
        self.assertIn("ok: bob can log in: ********56, says the daemon\n", self.doctor("bob"))

    def test_who_is_locked(self):
        self.start_daemon()
        child = self.in_terminal("try", "alice")
        child.expect("Enter one time PIN")
        child.sendline(f"{(int(re.search('[0-9]{6}', newest_text(self.outbox))[0]) + 1) % 10 ** 6:06}")
        child.expect("tries left|Denied|locked|wrong")
        child.sendeof()
        child.close()
        for user, severity, exit_code in (((), "warning", OK), (("alice",), "error", NEGATIVE)):
            found = self.finding(f"^{severity}: alice is locked .*; to end it: " + TO_THE_END, *user,
                                 expect=exit_code)
        self.shell(found["mending"])
        self.mended(found)
        self.mended(found, "alice")


class ConfinementMendingTest(MendingCase):
    """No kernel of the tests' enforces either: what the doctor looks at is laid over /sys and /proc, and what would load a
    policy into the kernel is a script. The rest is real: the installation, its examples, and what compiles them."""

    def setUp(self):
        super().setUp()
        prefix = self.machine.state / "installed"
        if not prefix.exists():
            run("cmake", "--install", self.machine.build, "--prefix", prefix)
        kept, self.program = self.program, str(prefix / "bin/sms2fa")
        self.addCleanup(setattr, self, "program", kept)
        self.tools = self.machine.state / "tools"
        self.tools.mkdir(exist_ok=True)
        self.path = f"{self.tools}:{self.path}"
        self.daemon = self.start_daemon()

    def lay(self, place, files):
        run("mount", "-t", "tmpfs", "tmpfs", place)
        self.addCleanup(run, "umount", place)
        for name, text in files.items():
            path = pathlib.Path(place, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)

    def tool(self, name, script):
        path = self.tools / name
        path.write_text("#!/bin/sh\nset -e\n" + script + "\n")
        path.chmod(0o755)
        self.addCleanup(path.unlink)

    def test_selinux(self):
        self.lay("/sys/fs", {"selinux/enforce": "1"})
        self.tool("semodule", "semodule_unpackage $2 /root/loaded.mod")
        self.tool("restorecon", """exec python3 -c 'import os
os.setxattr("/run/sms2fa/auth.sock", "security.selinux", b"system_u:object_r:sms2fa_run_t:s0\\0")'""")
        run("mount", "-t", "tmpfs", "tmpfs", "/root")
        self.addCleanup(run, "umount", "/root")
        self.is_mended(r"^warning: SELinux is enforcing.*label \(none\).*load the policy module: " + TO_THE_END, OK)
        self.assertIn("ok: SELinux is enforcing and knows the daemon's socket\n", self.doctor())
        self.assertIn(b"sshd_session_t", pathlib.Path("/root/loaded.mod").read_bytes())

    def test_apparmor(self):
        self.lay("/sys/module", {"apparmor/parameters/enabled": "Y\n"})
        profile = self.machine.state / "profile"
        profile.write_text("unconfined\n")
        place = f"/proc/{self.daemon.pid}/attr/current"
        run("mount", "--bind", profile, place)
        self.addCleanup(run, "umount", place)
        pathlib.Path("/etc/apparmor.d").mkdir(exist_ok=True)
        pathlib.Path("/etc/apparmor.d/usr.sbin.sms2fad").unlink(missing_ok=True)
        self.tool("apparmor_parser", f"""test "$1" = -r
/sbin/apparmor_parser -Q -K "$2"
echo 'sms2fad (enforce)' > {profile}""")
        self.is_mended("^note: AppArmor is on, but does not confine sms2fad;.* anew: " + TO_THE_END, OK)
        self.assertIn("ok: AppArmor confines sms2fad: sms2fad (enforce)\n", self.doctor())
