# SPDX-License-Identifier: Apache-2.0
"""sms2fa doctor: sshd's settings, the daemon and its socket, and the doors to root."""

import os
import pathlib
import pwd
import shutil
import signal
import socket

from doctor_cases import CODE_ALONE, PASSWORD, PASSWORD_THEN_CODE, SSHD_FINE, DoctorCase
from private_machine import run
from program import CONFIG, NOPERM, OK, UNAVAILABLE, USERS_FILE



def mending(line):
    return f"; fix it: sed -i '1i {line}' /etc/ssh/sshd_config && kill -HUP $(cat /run/sshd.pid)\n"


KEYS = {"PubkeyAuthentication": "yes"}


class SshdTest(DoctorCase):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def sshd(self, changes, *says, expect=OK, more="", user=()):
        self.write_sshd(changes, more)
        self.doctor(*user, expect=expect, says=says, not_says=[SSHD_FINE] if says else [])
        if not says:
            self.doctor(*user, says=[SSHD_FINE])

    def test_no_pam(self):
        self.sshd({"UsePAM": "no"}, "error: sshd: UsePAM is no, so ssh never asks for a code"
                  + mending("UsePAM yes"), expect=CONFIG)

    def test_no_question_can_be_asked(self):
        off = {"KbdInteractiveAuthentication": "no"}
        self.sshd(off, "so ssh has no way to ask for a code", expect=CONFIG)
        self.sshd(off | {"PasswordAuthentication": "yes"}, "answers the question for the code with "
                  "the password, and nobody gets in by either"
                  + mending("KbdInteractiveAuthentication yes"), expect=CONFIG)

    def test_password_method(self):
        self.sshd({"PasswordAuthentication": "yes"}, "warning: sshd: PasswordAuthentication is yes")

    def test_keys_beside_the_code(self):
        self.sshd(KEYS, "warning: sshd: people who have a key get in without a code"
                  + mending("AuthenticationMethods publickey,keyboard-interactive:pam "
                            "keyboard-interactive:pam"))
        both = {"AuthenticationMethods": "publickey,keyboard-interactive:pam "
                                         "keyboard-interactive:pam"}
        self.sshd(KEYS | both)

    def test_ways_without_a_code(self):
        self.sshd(KEYS | {"AuthenticationMethods": "publickey keyboard-interactive:pam"},
                  "warning: sshd: AuthenticationMethods lets in without a code (publickey); ")
        self.sshd(KEYS | {"AuthenticationMethods": "publickey"}, "error: sshd: no way of "
                  "AuthenticationMethods asks PAM", expect=CONFIG)

    def test_the_code_as_only_factor(self):
        self.write("sshd", CODE_ALONE)
        alone = "error: sshd: its PAM service asks for nothing but the code"
        self.sshd({}, alone, "warning: /etc/pam.d/sshd:1: service sshd has no other auth module, so the "
                  "code is the only factor", expect=CONFIG)
        self.sshd(KEYS | {"AuthenticationMethods": "publickey,keyboard-interactive:pam "
                                                   "keyboard-interactive:pam"}, alone, expect=CONFIG)
        # Where the key comes first, nothing is amiss with the service either.
        self.sshd(KEYS | {"AuthenticationMethods": "publickey,keyboard-interactive:pam"})
        self.doctor(says=["ok: service sshd asks for a code"], not_says=["the only factor"])

    def test_names_of_others(self):
        self.sshd({"UseDNS": "yes"}, "warning: sshd: UseDNS is yes", mending("UseDNS no"))

    def test_little_time(self):
        """Twice [delivery] deadline, [limits] resend_after and 20 s."""
        self.sshd({"LoginGraceTime": "65"}, "warning: sshd: LoginGraceTime 65 ends a login before",
                  mending("LoginGraceTime 120"))
        self.sshd({"LoginGraceTime": "66"})
        self.sshd({"LoginGraceTime": "0"})
        self.configure("[limits]\nresend_after = 10s\n")
        self.sshd({"LoginGraceTime": "46"})

    def test_a_match_block_concerns_its_user_only(self):
        block = "Match User bob\nKbdInteractiveAuthentication no\n"
        self.sshd({}, more=block)
        self.sshd({}, more=block, user=["alice"])
        self.sshd({}, "so ssh has no way to ask for a code; a Match block says so, write there: "
                      "KbdInteractiveAuthentication yes\n", more=block, user=["bob"], expect=CONFIG)

    def test_whose_service_systemd_reloads(self):
        self.under_systemd()
        self.sshd({"UseDNS": "yes"}, "/etc/ssh/sshd_config && systemctl reload ssh\n")

    def test_a_configuration_that_sshd_refuses(self):
        self.sshd({"Nonsense": "yes"}, "error: sshd refuses its own configuration, so after a "
                  "restart nobody gets in by ssh: /etc/ssh/sshd_config", expect=CONFIG)

    def test_no_folder_for_sshd(self):
        os.rmdir("/run/sshd")
        self.addCleanup(os.makedirs, "/run/sshd", 0o755, exist_ok=True)
        self.doctor(says=["warning: sshd's settings can't be looked at without /run/sshd, ",
                          "; make it: mkdir -m 755 /run/sshd\n"], not_says=["refuses its own"])
        run("mkdir", "-m", "755", "/run/sshd")
        self.doctor(not_says=["/run/sshd,"])

    def test_a_service_that_asks_for_no_code(self):
        self.write("sshd", ["auth requisite pam_unix.so"])
        self.write_sshd({"KbdInteractiveAuthentication": "no"})
        self.doctor(not_says=["sshd: ", SSHD_FINE])


class DaemonTest(DoctorCase):
    def test_no_daemon(self):
        pathlib.Path(self.machine.socket).unlink(missing_ok=True)
        self.doctor(expect=UNAVAILABLE, says=[
            f"error: no daemon at {self.machine.socket} (No such file or directory), so nobody "
            "gets in by a code; start it: sms2fad, under your supervisor\n"])

    def test_no_daemon_where_systemd_starts_it(self):
        pathlib.Path(self.machine.socket).unlink(missing_ok=True)
        self.under_systemd()
        self.doctor(expect=UNAVAILABLE, says=["; start it: systemctl enable --now sms2fad.socket\n"])

    def listen(self, path, owner="root"):
        """A socket where nobody takes connections."""
        server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(server.close)
        os.seteuid(0 if owner == "root" else pwd.getpwnam(owner).pw_uid)
        try:
            server.bind(str(path))
            server.listen()
        finally:
            os.seteuid(0)
        os.chmod(path, 0o666)
        return server

    def test_an_impostor(self):
        folder = self.machine.state / "alices"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.chown(folder, "alice")
        self.listen(folder / "a.sock", "alice")
        self.doctor("--socket", folder / "a.sock", expect=NOPERM, says=[
            "belongs to neither root nor _sms2fa", f"error: {folder}: others could put a socket of theirs "
            "there; write: chown root: "])

    def test_a_daemon_that_does_not_answer(self):
        process = self.start_daemon()
        os.kill(process.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, process.pid, signal.SIGCONT)
        said = self.doctor(expect=UNAVAILABLE, says=[
            "error: sms2fad takes connections but does not answer, so nobody gets in by a code; "])
        self.assertNotIn("ok: sms2fad answers", said)
        os.kill(process.pid, signal.SIGCONT)

    def answers(self, path, answer):
        """One client is answered with what `answer` makes of its nonce."""
        server = self.listen(path)
        child = os.fork()
        if child == 0:
            connection = server.accept()[0]
            connection.send(answer(connection.recv(4096)[5:21]))
            os._exit(0)
        self.addCleanup(os.waitpid, child, 0)

    def test_another_version(self):
        path = self.machine.state / "other.sock"
        path.unlink(missing_ok=True)
        self.answers(path, lambda nonce: b"\2\7\1\0\x10" + nonce + b"\x0a\0\x050.0.9")
        self.doctor("--socket", path, says=["warning: sms2fad is version 0.0.9, and this program "])

    def test_nonsense_for_an_answer(self):
        for number, answer in enumerate((lambda nonce: b"\2\7\1\0\x10" + nonce[::-1] +
                                         b"\x0a\0\x050.0.9", lambda nonce: b"hello")):
            path = self.machine.state / f"odd{number}.sock"
            path.unlink(missing_ok=True)
            self.answers(path, answer)
            if number == 1:
                self.under_systemd()
            self.doctor("--socket", path, expect=UNAVAILABLE, says=[
                "error: sms2fad broke off the question for its version; ",
                "journalctl -u sms2fad; then: systemctl restart sms2fad.service\n" if number == 1 else
                "see the log of its supervisor, and syslog's; then: end it with SIGTERM and start it anew\n"])

    def test_a_program_that_was_replaced(self):
        program = self.machine.state / "bin" / "sms2fad"
        program.parent.mkdir(exist_ok=True)
        shutil.copy(self.machine.build / "sms2fad", program)
        process = self.machine.start_daemon("/etc/sms2fa/sms2fa.conf", program)
        self.addCleanup(self.machine.stop, process)
        replaced = "still runs a program file that has been replaced; "
        self.doctor(not_says=[replaced])
        program.unlink()
        shutil.copy(self.machine.build / "sms2fad", program)
        self.doctor(says=[f"warning: sms2fad (pid {process.pid}) " + replaced
                          + "end it with SIGTERM and start it anew\n"])
        self.machine.stop(process)
        process = self.machine.start_daemon("/etc/sms2fa/sms2fa.conf", program)
        self.addCleanup(self.machine.stop, process)
        self.doctor(not_says=[replaced])

    def test_no_socket_for_everybody(self):
        process = self.start_daemon()
        deaf = (f"warning: no daemon listens at {self.machine.user_socket} (No such file or directory), so programs that "
                "don't run as root (screen lockers, sms2fa try) reach none; ")
        self.doctor(not_says=[self.machine.user_socket])
        os.unlink(self.machine.user_socket)
        self.doctor(says=[deaf + "end it with SIGTERM and start it anew\n"])
        # Who names another socket is not told of this one.
        os.link(self.machine.socket, self.machine.state / "linked.sock")
        self.addCleanup(os.unlink, self.machine.state / "linked.sock")
        self.doctor("--socket", self.machine.state / "linked.sock", not_says=[self.machine.user_socket])
        self.under_systemd()
        self.doctor(says=[deaf + "systemctl enable --now sms2fad-user.socket\n"])
        self.machine.stop(process)
        self.start_daemon()
        self.doctor(not_says=[self.machine.user_socket])

    def test_a_folder_that_only_root_may_enter(self):
        self.start_daemon()
        odd = "programs that don't run as root (screen lockers) can't reach the daemon"
        self.doctor(not_says=[odd])
        os.chmod("/run/sms2fa", 0o750)
        self.addCleanup(os.chmod, "/run/sms2fa", 0o755)
        self.doctor(says=["warning: ", odd])


class DoorsTest(DoctorCase):
    """Root has a password, alice may use sudo, and nothing is locked, unless a test says so."""

    OPEN = "ok: when daemon or provider fail, root is still reached "
    NARROW = "warning: when daemon or provider fail, nobody can become root here: "
    LAST = "error: this is the last path to root: once this session ends, nobody can become root here"

    def setUp(self):
        super().setUp()
        self.keep(pathlib.Path("/etc/group"))
        self.keep(pathlib.Path("/etc/shadow"))
        run("usermod", "-aG", "sudo", "alice")
        self.start_daemon()

    def lock_root(self):
        run("usermod", "--lock", "root")

    def test_the_console(self):
        self.doctor(says=[self.OPEN + "at the console\n"])
        self.lock_root()
        self.doctor(says=[self.OPEN + "at the console\n"])

    def test_no_password_for_the_console(self):
        self.lock_root()
        self.write_sudo(PASSWORD_THEN_CODE)
        self.doctor(says=[self.NARROW + "root has no password for the console, and sudo asks for a "
                          "code; keep one: give root a password for the console: passwd root\n"])

    def test_a_console_that_asks(self):
        self.write("login", PASSWORD_THEN_CODE)
        self.doctor(says=[self.NARROW + "the console asks for a code; keep one: "
                          "sed -i '/pam_sms2fa.so/d' /etc/pam.d/login\n"])

    def test_a_console_without_a_file_of_its_own(self):
        self.keep(pathlib.Path("/etc/pam.d/other"))
        self.write("other", PASSWORD_THEN_CODE)
        pathlib.Path("/etc/pam.d/login").unlink()
        self.doctor(says=[self.NARROW + "the console asks for a code; keep one: pam_sms2fa.so "
                          "stands in /etc/pam.d/other, for more than the console; put it into the "
                          "other services' own files\n"])

    def test_roots_key(self):
        self.write("login", PASSWORD_THEN_CODE)
        self.write_sshd({"PubkeyAuthentication": "yes", "PermitRootLogin": "prohibit-password"})
        keys = pathlib.Path("/run/roots/.ssh/authorized_keys")
        keys.parent.mkdir(parents=True, exist_ok=True)
        keys.write_text("ssh-ed25519 AAAA root\n")
        run("mount", "--bind", "/run/roots", "/root")
        self.addCleanup(run, "umount", "/root")
        self.doctor(says=[self.OPEN + "by root's key and ssh\n"])
        key = {"PubkeyAuthentication": "yes", "PermitRootLogin": "yes"}
        for changes, more in (({"PermitRootLogin": "no"}, ""),
                              ({"PermitRootLogin": "forced-commands-only"}, ""),
                              ({"AuthorizedKeysFile": "/etc/ssh/keys/%u"}, ""),
                              ({"AllowUsers": "alice"}, ""), ({"AllowUsers": "root@10.0.0.1"}, ""),
                              ({"DenyUsers": "bob root alice"}, ""), ({"DenyGroups": "root"}, ""),
                              ({"AllowGroups": "sudo"}, ""),
                              ({}, "Match User root\nPubkeyAuthentication no\n")):
            with self.subTest(changes, more=more):
                self.write_sshd(key | changes, more)
                self.doctor(says=[self.NARROW])
        self.write_sshd(key | {"AllowUsers": "root alice", "DenyUsers": "bob"})
        self.doctor(says=[self.OPEN + "by root's key and ssh\n"])
        keys.write_text("# none\n\n")
        self.doctor(says=[self.NARROW])

    def test_a_configuration_that_cannot_be_read(self):
        self.configure("[limits]\nnonsense = 1\n")
        dead = ("warning: a code is asked for by ", "until the errors above are fixed sms2fad can't "
                "start, and without it nobody gets in by one\n")
        self.doctor(expect=CONFIG, says=[*dead, self.OPEN + "at the console\n"])
        self.write("login", PASSWORD_THEN_CODE)
        self.doctor(expect=CONFIG, says=[*dead, self.LAST])

    def test_more_accounts_than_are_looked_at(self):
        passwd = pathlib.Path("/etc/passwd")
        self.keep(passwd)
        self.doctor(not_says=["only the first"])
        with passwd.open("a", encoding="ascii") as file:
            file.writelines(f"many{n}:x:{20000 + n}:100::/:/bin/sh\n" for n in range(10_000))
        self.doctor(says=["note: of the accounts only the first 10000 were looked at"])

    def test_the_last_open_door(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nbob = +447400123456\n")
        self.write("login", PASSWORD_THEN_CODE)
        self.write_sudo(PASSWORD_THEN_CODE)
        self.doctor(expect=CONFIG, says=[self.LAST + ", because the console asks for a code, and "
                                         "none of them can log in; before you go: "
                                         "sed -i '/pam_sms2fa.so/d' /etc/pam.d/login\n"])
        # Root's own number is enough.
        self.machine.write_trusted(USERS_FILE, "[users]\nroot = +447400123456\n")
        self.doctor(says=[self.NARROW], not_says=[self.LAST])
        # As is the console without a code.
        self.machine.write_trusted(USERS_FILE, "[users]\nbob = +447400123456\n")
        self.write("login", ["auth requisite pam_unix.so"])
        self.doctor(says=[self.OPEN], not_says=[self.LAST])


class SudoersTest(DoctorCase):
    """Whom sudo asks, from the real sudo."""

    UNASKED = "warning: sudo asks alice for nothing, so for no code either (NOPASSWD or "

    def setUp(self):
        super().setUp()
        self.sudoers = pathlib.Path("/etc/sudoers")
        self.keep(self.sudoers)
        self.keep(pathlib.Path("/etc/group"))
        self.keep(pathlib.Path("/etc/shadow"))
        self.write_sudo(PASSWORD_THEN_CODE)
        self.start_daemon()

    def rule(self, *lines):
        self.sudoers.write_text("\n".join(lines) + "\n")
        self.sudoers.chmod(0o440)

    def test_whose_phone_is_asked(self):
        self.rule("Defaults targetpw", "alice ALL=(ALL) ALL")
        others = "sudo asks alice for root's password, and so for root's code (rootpw, runaspw or targetpw"
        self.doctor(says=["warning: " + others, ", and root can't log in; to enroll root: sms2fa enroll "
                          "root\n"])
        self.doctor("alice", says=["ok: alice can log in", "warning: " + others])
        self.doctor("bob", not_says=[" for nothing, so", "'s password, and so"])
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\nroot = +447400123456\n")
        self.doctor(says=["note: " + others + " in sudoers)\n"])
        self.rule("Defaults runaspw, runas_default=bob", "alice ALL=(ALL) ALL")
        self.doctor(says=["sudo asks alice for bob's password, and so for bob's code"])
        self.rule("Defaults:bob targetpw", "alice ALL=(ALL) ALL")
        self.doctor(not_says=[" for nothing, so", "'s password, and so"])

    def test_nobody_is_asked(self):
        self.rule("alice ALL=(ALL) NOPASSWD: ALL")
        self.doctor(says=[self.UNASKED])
        self.doctor("alice", says=[self.UNASKED])
        self.rule("alice ALL=(ALL) NOPASSWD: /bin/ls, PASSWD: ALL")
        self.doctor(not_says=[" for nothing, so", "'s password, and so"])
        self.rule("alice ALL=(ALL) NOPASSWD: ALL")
        self.write_sudo(PASSWORD)
        self.doctor(not_says=[" for nothing, so", "'s password, and so"])

    def test_administrators_named_only_in_sudoers(self):
        """And in no group: sudo lets alice become root, so the console still leads to root."""
        run("usermod", "--lock", "root")
        self.write_sudo(PASSWORD)
        self.rule("bob ALL=(ALL) /bin/ls")
        self.doctor(expect=CONFIG, says=[DoorsTest.LAST])
        self.rule("alice ALL=(ALL) ALL")
        self.doctor(says=[DoorsTest.OPEN + "at the console\n"])

    def test_unasked_administrators_need_no_code(self):
        run("usermod", "--lock", "root")
        self.rule("alice ALL=(ALL) ALL")
        self.doctor(says=[DoorsTest.NARROW])
        self.rule("alice ALL=(ALL) NOPASSWD: ALL")
        self.doctor(says=[DoorsTest.OPEN + "at the console\n"])

    def test_a_target_without_a_password(self):
        run("usermod", "--lock", "root")
        self.write_sudo(PASSWORD)
        self.rule("Defaults rootpw", "alice ALL=(ALL) ALL")
        self.doctor(expect=CONFIG, says=[DoorsTest.LAST])

    def test_among_many_accounts_those_that_sudoers_names_are_looked_at(self):
        passwd = pathlib.Path("/etc/passwd")
        self.keep(passwd)
        with passwd.open("a", encoding="ascii") as file:
            file.writelines(f"many{n}:x:{20000 + n}:100::/:/bin/sh\n" for n in range(200))
        self.rule("User_Alias ADMINS = alice, %ops", "ADMINS ALL=(ALL) NOPASSWD: ALL")
        run("groupadd", "--force", "ops")
        run("usermod", "-aG", "ops", "bob")
        self.doctor(says=["warning: sudo asks alice, bob for nothing, "])
