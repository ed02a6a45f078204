# SPDX-License-Identifier: Apache-2.0
"""Three in the morning: one thing is broken, and alice can't log in. `sms2fa doctor alice` names it in its first line
that is not "ok", with the command that mends it or the one thing to change. That is done, to the letter, and alice logs in
by a real ssh."""

import base64
import hmac
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import threading
import time

from fake_provider import certificates, twilio
from doctor_cases import PASSWORD_THEN_CODE
from doctor_mending_cases import MendingCase
from login import PROMPT, WHO_AM_I, Person
from program import CONFIGURATION, OK, USERS, USERS_FILE, code_in, newest_text, provider_section

APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ONLY_BOB = "[users]\nbob = +447400123456\n"
KEYBOARD_OFF = {"KbdInteractiveAuthentication": "no"}

SSH = ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
       "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1"]


def ssh(user):
    return Person([*SSH, f"{user}@127.0.0.1", WHO_AM_I])


def methods_of_sshd():
    """What it says to who has nothing."""
    return subprocess.run([*SSH, "-o", "PreferredAuthentications=none", "alice@127.0.0.1"],
                          capture_output=True, text=True, check=False).stderr


def app_code(late=0):
    """RFC 6238, of six digits, by a phone whose clock is so many seconds behind."""
    digest = hmac.digest(base64.b32decode(APP_KEY), struct.pack(">Q", int(time.time() - late) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7fffffff) % 10 ** 6:06}"


class NameServer:
    """At 127.0.0.1, which is where it says everybody lives."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def __exit__(self, *_):
        self.socket.sendto(b"", ("127.0.0.1", 53))
        self.thread.join()
        self.socket.close()

    def serve(self):
        """RFC 1035: an address for questions of type A, and none of another type."""
        while True:
            query, client = self.socket.recvfrom(512)
            if not query:
                return
            end = query.index(0, 12) + 5
            is_a = query[end - 4:end - 2] == b"\0\1"
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton("127.0.0.1")
            self.socket.sendto(query[:2] + b"\x81\x80\0\1" + bytes([0, is_a]) + bytes(4) + query[12:end]
                               + answer * is_a, client)


class BadNight(MendingCase):
    phone_is_late = 0

    def setUp(self):
        super().setUp()
        self.place = self.machine.state / "night"
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(mode=0o700)
        shutil.chown(self.place, "_sms2fa", "_sms2fa")
        self.configure()
        self.daemon = self.sshd = None

    def configure(self, more="", providers="outbox"):
        path = super().configure(more, providers)
        if hasattr(self, "place"):
            self.machine.write_trusted(path, path.read_text().replace(
                "type = memory", f"path = {self.place}/state.db"))
        return path

    def start(self):
        self.daemon = self.start_daemon()
        self.start_ssh()

    def start_ssh(self):
        pathlib.Path("/run/sshd.pid").unlink(missing_ok=True)
        self.sshd = self.machine.start("/usr/sbin/sshd", "-D")
        self.addCleanup(self.machine.stop, self.sshd)
        self.sshd_listens()

    def sshd_listens(self):
        end = time.monotonic() + 10
        while not os.path.exists("/run/sshd.pid"):
            self.assertLess(time.monotonic(), end, "sshd does not listen")
            time.sleep(0.02)

    def logs_in(self, code=None):
        with ssh("alice") as alice:
            alice.sees("assword:")
            alice.types("password of alice")
            alice.reads("Enter an authenticator or backup code: " if code else PROMPT)
            alice.types(code or code_in(newest_text(self.outbox)))
            alice.gets_in()

    def can_not_log_in(self, user="alice"):
        with ssh(user) as person:
            person.sees("assword:")
            person.types("password of " + user)
            person.is_denied()

    def names(self, pattern):
        """The first line that is not "ok"; `mending` in the pattern is the command, or the thing to change."""
        said = self.doctor("alice", expect=None).splitlines()
        first = next(line for line in said if not line.startswith("ok: "))
        found = re.search(pattern, first)
        self.assertIsNotNone(found, first)
        return found.groupdict().get("mending")

    def mend(self, command):
        """Runs it; what it makes a daemon do has been done afterwards."""
        since = len(self.machine.log.lines)
        self.shell(command)
        if "HUP" in command and str(self.daemon.pid) in command:
            self.machine.log.wait_for(f"read {CONFIGURATION} again", since)

    def reload(self):
        self.mend(f"kill -HUP {self.daemon.pid}")

    def enroll_app(self):
        """Alice has nothing else. The daemon runs."""
        key = pathlib.Path("/etc/sms2fa/store.key")
        key.unlink(missing_ok=True)
        self.addCleanup(key.unlink, missing_ok=True)
        self.run_program("rotate-key", "--init", expect=OK)
        secret = pathlib.Path("/home/alice/.google_authenticator")
        secret.write_text(f"{APP_KEY}\n\" TOTP_AUTH\n")
        secret.chmod(0o400)
        shutil.chown(secret, "alice", "alice")
        self.run_program("enroll", "--import", "google-authenticator", secret, expect=OK)

    def wrong_app_code(self):
        """Of a phone, or on a machine, an hour off."""
        since = len(self.machine.log.lines)
        with ssh("alice") as alice:
            alice.sees("assword:")
            alice.types("password of alice")
            alice.reads("Enter an authenticator or backup code: ")
            alice.types(app_code(late=self.phone_is_late))
            alice.sees("Wrong code, ")
        self.machine.log.wait_for("denied reason=wrong-code", since)

    def wrong_codes(self, count):
        for _ in range(count):
            child = self.in_terminal("try", "alice")
            child.expect("Enter one time PIN")
            right = int(code_in(newest_text(self.outbox)))
            child.sendline(f"{(right + 1) % 10 ** 6:06}")
            child.expect("left|Denied|locked|wrong")
            child.close(force=True)

    def test_nothing_is_broken(self):
        self.start()
        said = self.doctor("alice")
        self.assertNotIn("error: ", said)
        self.logs_in()


class DaemonNight(BadNight):
    def test_a_forgotten_reload(self):
        self.machine.write_trusted(USERS_FILE, USERS.replace("alice", "alicia"))
        self.start()
        self.machine.write_trusted(USERS_FILE, USERS)
        self.mend(self.names(r"^error: alice meets a decoy .*; have it read them: (?P<mending>.+)$"))
        self.logs_in()

    def test_a_refused_reload(self):
        self.machine.write_trusted(USERS_FILE, USERS.replace("alice", "alicia"))
        self.start()
        self.machine.write_trusted(USERS_FILE, USERS + "carol = 12\n")
        os.kill(self.daemon.pid, 1)
        self.machine.log.wait_for("keeping the old configuration")
        thing = self.names(r"^error: (?P<mending>/etc/sms2fa/users\.conf:\d+): ")
        self.shell(f"sed -i '{thing.split(':')[1]}d' {thing.split(':')[0]}")
        self.mend(self.names(r"^error: sms2fad refused its reload .*; fix that, then: (?P<mending>.+)$"))
        self.logs_in()

    def test_the_number_was_removed(self):
        self.machine.write_trusted(USERS_FILE, ONLY_BOB)
        self.start()
        self.names(r"^error: alice can't log in \(unknown-user\); put a number on record \(man 5 sms2fa-users")
        self.machine.write_trusted(USERS_FILE, USERS)
        self.reload()
        self.logs_in()

    def test_no_daemon(self):
        self.start_ssh()
        pathlib.Path(self.machine.socket).unlink(missing_ok=True)
        self.can_not_log_in()
        self.names(r"^error: no daemon at /run/sms2fa/auth\.sock \(.*\), so nobody gets in .*; start it: sms2fad")
        self.start_daemon()
        self.logs_in()

    def test_the_socket_is_gone(self):
        """As after somebody cleared /run."""
        self.start()
        for path in (self.machine.socket, self.machine.user_socket):
            os.unlink(path)
        self.can_not_log_in()
        self.names(rf"^error: no daemon at /run/sms2fa/auth\.sock \(.*\), so nobody gets in by a code, although sms2fad "
                   rf"runs \(pid {self.daemon.pid}\): .*; end it with SIGTERM and start it anew$")
        self.machine.stop(self.daemon)
        self.start_daemon()
        self.logs_in()

    def test_a_daemon_that_hangs(self):
        self.start()
        self.daemon.send_signal(19)
        self.names(r"^error: sms2fad takes connections but does not answer, .*; end it with SIGTERM and start it anew$")
        self.daemon.kill()
        self.daemon.wait()
        self.start_daemon()
        self.logs_in()

    def test_a_file_that_the_daemon_may_not_read(self):
        """As under a profile of AppArmor's that forbids it, or after an editor that changed the owner."""
        self.machine.write_trusted(USERS_FILE, USERS.replace("alice", "alicia"))
        self.start()
        self.machine.write_trusted(USERS_FILE, USERS)
        shutil.chown(USERS_FILE, "root", "root")
        self.mend(self.names(r"^error: _sms2fa can't read /etc/sms2fa/users\.conf, .*: (?P<mending>chgrp .+)$"))
        self.mend(self.names(r"^error: alice meets a decoy .* have it read them: (?P<mending>.+)$"))
        self.logs_in()


class AppArmorNight(BadNight):
    """Its profile forbids a file: no kernel of the tests' enforces one, so opening the file fails by a preloaded library,
    the kernel's log is a file with the line that it would have, and what loads the rules is a script."""

    DENIED, KERNEL_LOG = pathlib.Path("/etc/denied"), pathlib.Path("/dev/kmsg")
    RULES = pathlib.Path("/etc/apparmor.d/local/usr.sbin.sms2fad")

    def setUp(self):
        super().setUp()
        for path in (self.DENIED, self.KERNEL_LOG, self.RULES):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            self.addCleanup(path.unlink, missing_ok=True)
        tools = self.machine.state / "apparmor"
        tools.mkdir(exist_ok=True)
        script = tools / "apparmor_parser"
        script.write_text("#!/bin/sh\n[ \"$*\" = '-r /etc/apparmor.d/usr.sbin.sms2fad' ] || exit 1\n"
                          f"grep -qx \"$(cat {self.DENIED}) r,\" {self.RULES} && rm {self.DENIED}\n")
        script.chmod(0o755)
        self.path = f"{tools}:{self.path}"

    def forbid(self, path):
        self.DENIED.write_text(path)

    def kernel_says(self, path, profile="sms2fad"):
        with self.KERNEL_LOG.open("a") as log:
            log.write(f'5,1,2,-;audit: type=1400 audit({time.time():.3f}:45): apparmor="DENIED" operation="open" '
                      f'class="file" profile="{profile}" name="{path}" pid=12 comm="sms2fad" requested_mask="r" '
                      f'denied_mask="r" fsuid=998 ouid=0\n')

    def start_daemon(self, starts=True):
        since = len(self.machine.log.lines)
        preloaded = self.machine.build / "tests" / "denied_opens.so"
        process = self.machine.start(self.machine.build / "sms2fad", "--config", CONFIGURATION,
                                     *self.machine.socket_options, env=os.environ | {"LD_PRELOAD": str(preloaded)},
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(self.machine.stop, process)
        self.machine.log.wait_for("ready" if starts else "Permission denied", since)
        return process

    def test_a_reload(self):
        self.machine.write_trusted(USERS_FILE, USERS.replace("alice", "alicia"))
        self.start()
        self.machine.write_trusted(USERS_FILE, USERS)
        self.forbid(USERS_FILE)
        os.kill(self.daemon.pid, 1)
        self.machine.log.wait_for("keeping the old configuration")
        self.kernel_says(USERS_FILE, profile="another")
        self.names(r"^error: sms2fad refused its reload .*users\.conf: Permission denied; fix that, then: kill ")
        self.kernel_says(USERS_FILE)
        self.kernel_says("/etc/shadow")
        self.mend(self.names(rf"^error: sms2fad refused its reload .*: Permission denied; AppArmor keeps sms2fad from "
                             rf"{USERS_FILE}, said the kernel's log at .*; allow it: (?P<mending>echo .+)$"))
        self.logs_in()

    def test_a_start(self):
        self.forbid(CONFIGURATION)
        self.start_ssh()
        pathlib.Path(self.machine.socket).unlink(missing_ok=True)
        self.assertNotEqual(self.start_daemon(starts=False).wait(), 0)
        self.kernel_says(CONFIGURATION)
        self.can_not_log_in()
        self.mend(self.names(rf"^error: no daemon at .*; AppArmor keeps sms2fad from {CONFIGURATION}, .*; allow it: "
                             r"(?P<mending>echo .+); then start it: sms2fad, under your supervisor$"))
        self.names(r"^error: no daemon at .*, so nobody gets in by a code; start it: sms2fad")
        self.start_daemon()
        self.logs_in()


class StoreNight(BadNight):
    """Nothing can be written where the daemon counts."""

    def lay(self, *options):
        subprocess.run(["mount", *options, self.place], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.place], check=True)
        shutil.chown(self.place, "_sms2fa", "_sms2fa")

    def test_a_full_disk(self):
        self.lay("-t", "tmpfs", "-o", "mode=700,size=2m", "tmpfs")
        self.start()
        filler = self.place / "somebody_else_s.log"
        with filler.open("wb", buffering=0) as file, self.assertRaisesRegex(OSError, "No space left"):
            while True:
                file.write(bytes(4096))
        self.can_not_log_in()
        shown = self.names(rf"^error: the file system of {self.place} is full, .*; make room there; what takes most "
                           r"is shown by: (?P<mending>.+)$")
        listed = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, check=True).stdout
        self.assertIn(str(filler), listed)
        filler.unlink()
        self.logs_in()

    def test_a_read_only_file_system(self):
        """As the kernel makes it one after an error of the disk, and an administrator of an image."""
        self.start()
        self.machine.stop(self.daemon)
        self.lay("--bind", self.place)
        subprocess.run(["mount", "-o", "remount,bind,ro", self.place], check=True)
        self.can_not_log_in()
        self.mend(self.names(rf"^error: the file system of {self.place} is read-only, .*, then: (?P<mending>.+)$"))
        self.names(r"^error: no daemon at /run/sms2fa/auth\.sock \(.*\), so nobody gets in .*; start it: sms2fad")
        self.start_daemon()
        self.logs_in()

    def test_a_database_of_root_s(self):
        """As after a copy that root put back."""
        self.start()
        self.machine.stop(self.daemon)
        database = self.place / "state.db"
        for path, spoil in ((database, lambda: shutil.chown(database, "root", "root")),
                            (database, lambda: database.chmod(0o400)),
                            (self.place, lambda: shutil.chown(self.place, "root", "root")),
                            (self.place, lambda: self.place.chmod(0o500))):
            spoil()
            with self.subTest(path=path, mode=oct(path.stat().st_mode), owner=path.owner()):
                self.mend(self.names(rf"^error: _sms2fa can't write {path}, .*; fix it: (?P<mending>.+)$"))
        self.start_daemon()
        self.logs_in()


class KeyNight(BadNight):
    def test_the_key_is_gone(self):
        """Alice has nothing but an app."""
        self.machine.write_trusted(USERS_FILE, ONLY_BOB)
        self.start()
        self.enroll_app()
        key = pathlib.Path("/etc/sms2fa/store.key")
        away = key.rename("/etc/sms2fa/away.key")
        self.machine.stop(self.daemon)
        self.daemon = self.start_daemon()
        self.can_not_log_in()
        self.names(r"^error: /etc/sms2fa/store\.key is gone, .*; put the file back from a backup")
        away.rename(key)
        self.logs_in(app_code())


class CounterNight(BadNight):
    def test_over_a_limit(self):
        self.configure("[limits]\nsends_per_number = 2/1h\n")
        self.start()
        self.logs_in()
        self.can_not_log_in()
        self.mend(self.names(r"^error: alice gets no message for another .*: (?P<mending>sms2fa unlock alice --limits)$"))
        self.logs_in()

    def test_locked(self):
        self.configure("[limits]\nwrong_before_lockout = 2\n")
        self.start()
        self.wrong_codes(2)
        self.mend(self.names(r"^error: alice is locked .*; to end it: (?P<mending>.+)$"))
        self.logs_in()

    def test_disabled(self):
        self.configure("[limits]\nwrong_before_lockout = 2\nwrong_before_disable = 2\n")
        self.start()
        self.wrong_codes(2)
        self.mend(self.names(r"^error: alice is (disabled|locked) .*; to end it: (?P<mending>.+)$"))
        self.logs_in()


class StackNight(BadNight):
    def test_a_typo(self):
        self.write("sshd", [line.replace("{module}", str(self.module).replace("sms2fa", "sms2af"))
                            for line in PASSWORD_THEN_CODE])
        self.start()
        self.can_not_log_in()
        self.mend(self.names(r"^error: /etc/pam\.d/sshd:2: there is no module pam_sms2af\.so; did you mean "
                             r"pam_sms2fa\.so\? write it: (?P<mending>.+)$"))
        self.logs_in()

    def test_the_module_is_gone(self):
        self.start()
        away = self.module.rename(self.module.with_suffix(".away"))
        self.can_not_log_in()
        self.names(rf"^error: /etc/pam\.d/sshd:2: there is no {re.escape(str(self.module))}; install the module there")
        away.rename(self.module)
        self.logs_in()

    def test_a_socket_where_nobody_listens(self):
        self.write("sshd", [line.replace("{module}", "{module} socket=/run/sms2fa/elsewhere.sock")
                            for line in PASSWORD_THEN_CODE])
        self.start()
        self.can_not_log_in()
        self.mend(self.names(r"^error: /etc/pam\.d/sshd:2: no daemon listens at its socket=/run/sms2fa/elsewhere\.sock "
                             r".*: (?P<mending>sed .+)$"))
        self.logs_in()

    def test_the_module_twice(self):
        self.write("sshd", [PASSWORD_THEN_CODE[0], PASSWORD_THEN_CODE[1], *PASSWORD_THEN_CODE[1:]])
        self.start()
        self.mend(self.names(r"^warning: /etc/pam\.d/sshd:3: asks for a second code, .*: (?P<mending>sed .+)$"))
        self.logs_in()


class SshdNight(BadNight):
    def test_no_keyboard_interactive(self):
        self.write_sshd(KEYBOARD_OFF)
        self.start()
        self.mend(self.names(r"^error: sshd: KbdInteractiveAuthentication is no, .*; fix it: (?P<mending>.+)$"))
        self.sshd_begins_anew()
        self.logs_in()

    def test_a_reload_of_sshd_was_forgotten(self):
        self.write_sshd(KEYBOARD_OFF)
        self.start()
        time.sleep(0.05)  # file systems have coarse clocks
        self.write_sshd({})
        self.mend(self.names(r"^warning: sshd runs with what it read at .*; (?P<mending>kill .+)$"))
        self.sshd_begins_anew()
        self.assertNotIn("sshd runs with", self.doctor("alice"))
        self.logs_in()

    def sshd_begins_anew(self):
        end = time.monotonic() + 10
        while "Permission denied (keyboard-interactive)" not in methods_of_sshd():
            self.assertLess(time.monotonic(), end, "sshd did not read it")
            time.sleep(0.05)


class ProviderNight(BadNight):
    def setUp(self):
        super().setUp()
        self.twilio = self.fake("twilio")

    def logs_in(self, code=None):
        with ssh("alice") as alice:
            alice.sees("assword:")
            alice.types("password of alice")
            alice.reads(PROMPT)
            alice.types(code_in(self.twilio.messages()[-1]["body"]))
            alice.gets_in()

    def with_provider(self, **changes):
        self.configure(provider_section("twilio", self.twilio, **changes), providers="twilio")

    def test_nothing_is_broken(self):
        self.with_provider()
        super().test_nothing_is_broken()

    def one_thing_is_changed(self):
        """And read, by the command that the doctor then says."""
        self.with_provider()
        self.mend(self.names(r"^warning: /etc/sms2fa/sms2fa\.conf has been changed since .*; (?P<mending>kill .+)$"))
        self.logs_in()

    def test_a_wrong_token(self):
        self.with_provider(auth_token="f" * 32)
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: provider twilio refuses our account or key .*; compare its section in sms2fa\.conf")
        self.one_thing_is_changed()

    def test_a_rotated_token(self):
        """The provider takes the new one only, and the daemon has the old one."""
        token = self.machine.write_trusted("/etc/sms2fa/twilio.token", "f" * 32 + "\n")
        section = provider_section("twilio", self.twilio).replace(f"auth_token = {twilio.AUTH_TOKEN}",
                                                                  f"auth_token_file = {token}")
        self.configure(section, providers="twilio")
        self.start()
        self.machine.write_trusted(token, twilio.AUTH_TOKEN + "\n")
        self.can_not_log_in("bob")
        self.is_stale(str(token))

    def test_a_rotated_authority(self):
        """What is trusted now stands in the file, and the daemon trusts what was there before."""
        self.with_provider()
        trusted = pathlib.Path("/etc/sms2fa/twilio-ca.pem")
        new = trusted.read_text()
        trusted.write_text(pathlib.Path(self.fake("telnyx").ca_file).read_text())
        self.start()
        trusted.write_text(new)
        self.can_not_log_in("bob")
        self.is_stale(str(trusted))

    def is_stale(self, file):
        stale = rf"warning: {file} has been changed since sms2fad read it .*; (?P<mending>kill .+)$"
        self.assertRegex(self.run_program("check", expect=OK).stdout, f"(?m)^{stale}")
        self.assertRegex(self.run_program("status", "alice", expect=OK).stdout, f"(?m)^{stale}")
        self.assertEqual(self.json_of("status")["daemon"]["changed_files"], [file])
        self.mend(self.names(f"^{stale}"))
        self.assertNotIn("changed_files", self.json_of("status")["daemon"])
        self.logs_in()

    def test_a_wrong_proxy(self):
        self.with_provider(proxy="http://127.0.0.1:9")
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: provider twilio .*; look after its proxy, ")
        self.one_thing_is_changed()

    def test_a_name_that_no_name_server_knows(self):
        self.with_provider(base_url="https://twilio.invalid")
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: provider twilio .*; no name server says where twilio\.invalid is .*, or base_url ")
        self.one_thing_is_changed()

    def test_a_name_server_that_is_dead(self):
        twilio = self.twilio = self.fake("twilio", "wrong-host")  # of a name that only name servers know
        switch, resolver = pathlib.Path("/etc/nsswitch.conf"), pathlib.Path("/etc/resolv.conf")
        self.keep(switch)
        self.keep(resolver)
        switch.write_text("passwd: files\nhosts: dns\n")
        resolver.unlink(missing_ok=True)  # a link, perhaps
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.with_provider(base_url=f"https://wrong-host.invalid:{twilio.base_url.rpartition(':')[2]}")
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: provider twilio .*; no name server says where wrong-host\.invalid is \(.*\); fix "
                   r"/etc/resolv\.conf, or base_url ")
        self.enterContext(NameServer())
        self.logs_in()

    def test_an_authority_whose_time_is_over(self):
        self.twilio = self.fake("twilio", "expired-ca")
        self.with_provider()
        self.start()
        self.can_not_log_in("bob")
        file = "/etc/sms2fa/twilio-ca.pem"
        mending = self.names(rf"^error: provider twilio .*has expired.*; {file} has the certificate of an authority "
                             r"\(Fake provider test CA\) whose time was over on 2020-02-01; put the authority's new one "
                             r"there, then: (?P<mending>kill .+)$")
        renewed = pathlib.Path(self.twilio.ca_file).with_name("ca.pem")
        shutil.copy(renewed, file)
        self.mend(mending)
        self.logs_in()

    def test_a_certificate_whose_time_is_over(self):
        self.twilio = self.fake("twilio", "expired")
        self.with_provider()
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: provider twilio .*has expired.*; the operator of localhost has to renew it, unless ")
        renewed = certificates.make(self.twilio.directory, "good")
        self.twilio.tls.load_cert_chain(renewed.certificate, renewed.key)
        self.logs_in()

    def test_a_placeholder(self):
        """The daemon began with it, for it has the right shape."""
        self.with_provider(account_sid="AC" + "0" * 32)
        self.start()
        self.can_not_log_in("bob")
        self.names(r"^error: \[provider twilio\] account_sid is still a placeholder; write the account's own")
        self.one_thing_is_changed()


class PhoneNight(BadNight):
    phone_is_late = 3600

    def test_the_clock_of_the_phone(self):
        """Alice has nothing but an app."""
        self.machine.write_trusted(USERS_FILE, ONLY_BOB)
        self.start()
        self.enroll_app()
        self.assertNotIn("phone is", self.doctor("alice"))
        self.wrong_app_code()
        self.names(r"^warning: alice can answer by an app only, and its codes were wrong at 1 login since the last right "
                   r"one: .*, the clock of alice's phone is; let the phone set its time by itself$")
        self.logs_in(app_code())
        self.assertNotIn("phone is", self.doctor("alice"))

    def test_who_gets_messages_too(self):
        """Wrong codes alone say nothing of a clock."""
        self.start()
        self.enroll_app()
        with ssh("alice") as alice:
            alice.sees("assword:")
            alice.types("password of alice")
            alice.reads(PROMPT)
            alice.types(app_code(late=3600))
            alice.sees("Wrong code, ")
        self.machine.log.wait_for("denied reason=wrong-code")
        self.assertNotIn("phone is", self.doctor("alice"))


class ClockNight(BadNight):
    """The machine's clock is wrong: the daemon's and the doctor's, by libfaketime."""

    FAKED = pathlib.Path("/etc/faketimerc")  # the daemon clears its environment, and the library looks here

    def run_program(self, *arguments, **options):
        return super().run_program(*arguments, **({"env": self.environment} | options))

    def setUp(self):
        library, = pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        self.environment = os.environ | {"LD_PRELOAD": str(library), "FAKETIME_DISABLE_SHM": "1",
                                         "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
        self.addCleanup(self.FAKED.unlink, missing_ok=True)
        self.FAKED.write_text("+0\n", encoding="ascii")
        super().setUp()
        tools = self.machine.state / "clock"
        tools.mkdir(exist_ok=True)
        # What steps the clock of a real machine.
        script = tools / "timedatectl"
        script.write_text(f"#!/bin/sh\n[ \"$*\" = 'set-ntp true' ] && echo +0 > {self.FAKED}\n", encoding="ascii")
        script.chmod(0o755)
        self.path = f"{tools}:{self.path}"
        self.twilio = self.fake("twilio")
        self.configure(provider_section("twilio", self.twilio), providers="twilio")

    def start_daemon(self):
        since = len(self.machine.log.lines)
        process = self.machine.start(self.machine.build / "sms2fad", "--config", CONFIGURATION,
                                     *self.machine.socket_options, env=self.environment,
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(self.machine.stop, process)
        self.machine.log.wait_for("ready", since)
        return process

    def test_nothing_is_broken(self):
        self.start()
        said = self.doctor("alice")
        self.assertNotIn("error: ", said)

    def test_an_hour_off(self):
        self.machine.write_trusted(USERS_FILE, ONLY_BOB)
        self.start()
        self.enroll_app()
        self.FAKED.write_text("+1h\n", encoding="ascii")
        self.wrong_app_code()
        self.mend(self.names(r"^error: the clock is 1 h ahead of provider twilio's, so authenticator apps' codes are "
                             r"refused; set it: (?P<mending>timedatectl set-ntp true)$"))
        self.logs_in(app_code())
