# SPDX-License-Identifier: Apache-2.0
"""How the daemon starts: as whom, from which files, under which service manager."""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time
import unittest

from login import PROMPT
from private_machine import run
from protocol import Client
from scenario import CONFIGURATION, USERS_FILE, Scenario


class Identity(Scenario):
    def status(self):
        text = pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text(encoding="ascii")
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    def test_root_becomes_the_service_account_without_powers(self):
        self.start_daemon()
        account = pwd.getpwnam("_sms2fa")
        status = self.status()
        self.assertEqual([str(account.pw_uid)] * 4, status["Uid"].split())
        self.assertEqual([str(account.pw_gid)] * 4, status["Gid"].split())
        self.assertEqual("", status["Groups"].strip())
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(0, int(status[name], 16), name)
        self.assertEqual("1", status["NoNewPrivs"])

    def test_nobody_may_look_inside(self):
        self.start_daemon()
        place = f"/proc/{self.daemon.pid}"
        self.assertEqual(0, os.stat(f"{place}/maps").st_uid)  # root's: not dumpable
        looked = subprocess.run(["setpriv", "--reuid=_sms2fa", "--regid=_sms2fa", "--clear-groups",
                                 "head", "-c1", f"{place}/mem", f"{place}/environ"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(2, looked.stderr.count("Permission denied"), looked)
        limits = pathlib.Path(f"{place}/limits").read_text(encoding="ascii")
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_no_file_stays_open_but_the_state(self):
        self.start_daemon()
        place = f"/proc/{self.daemon.pid}/fd"
        files = {os.readlink(f"{place}/{fd}") for fd in os.listdir(place)}
        files = {file for file in files if file.startswith("/")}
        state = {f"{self.state}/state.db{end}" for end in ("", "-wal", "-shm")}
        self.assertEqual({"/dev/null", str(self.daemon_errors)}, files - state)

    def test_without_the_account_it_does_not_start(self):
        self.configure()
        account = pwd.getpwnam("_sms2fa")
        run("userdel", "_sms2fa")
        try:
            daemon = self.launch_daemon()
            self.assertEqual(os.EX_NOPERM, daemon.wait(10))
        finally:
            run("useradd", "--system", "--no-create-home", "--uid", account.pw_uid, "--home-dir",
                "/nonexistent", "--shell", "/usr/sbin/nologin", "_sms2fa")
        self.assertIn("there is no account _sms2fa", self.daemon_errors.read_text())


class BadFiles(Scenario):
    def is_refused(self, exit_code, *reasons):
        daemon = self.launch_daemon()
        self.assertEqual(exit_code, daemon.wait(10), self.daemon_errors.read_text())
        errors = self.daemon_errors.read_text()
        for reason in reasons:
            self.assertRegex(errors, reason)
        checked = subprocess.run([self.machine.build / "sms2fad", "--config", CONFIGURATION,
                                  "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(exit_code, checked.returncode, checked)
        for reason in reasons:
            self.assertRegex(checked.stderr, reason)

    def setUp(self):
        super().setUp()
        self.configure()
        # Each test spoils a file of its own making.
        self.addCleanup(pathlib.Path(CONFIGURATION).unlink, missing_ok=True)
        self.addCleanup(pathlib.Path(USERS_FILE).unlink, missing_ok=True)

    def test_good_files_are_accepted(self):
        done = run(self.machine.build / "sms2fad", "--config", CONFIGURATION, "--check")
        self.assertEqual("", done)

    def test_readable_by_others(self):
        os.chmod(CONFIGURATION, 0o644)
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: others can read it")

    def test_writable_by_the_group(self):
        os.chmod(CONFIGURATION, 0o660)
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: others can write to it")

    def test_somebody_elses(self):
        shutil.chown(CONFIGURATION, "alice")
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: is not owned by root or _sms2fa")

    def test_a_symbolic_link(self):
        os.rename(CONFIGURATION, CONFIGURATION + ".real")
        os.symlink(CONFIGURATION + ".real", CONFIGURATION)
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: is a symbolic link")

    def test_a_fifo(self):
        os.unlink(CONFIGURATION)
        os.mkfifo(CONFIGURATION, 0o640)
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: is not a regular file")

    def test_a_device(self):
        os.unlink(CONFIGURATION)
        run("cp", "-a", "/dev/zero", CONFIGURATION)
        os.chmod(CONFIGURATION, 0o600)
        self.is_refused(os.EX_NOPERM, r"sms2fa\.conf: is not a regular file")

    def test_a_missing_file(self):
        os.unlink(CONFIGURATION)
        self.is_refused(os.EX_CONFIG, r"sms2fa\.conf: No such file or directory")

    def test_a_folder_that_others_may_write_to(self):
        folder = os.path.dirname(CONFIGURATION)
        os.chmod(folder, 0o777)
        self.addCleanup(os.chmod, folder, 0o755)
        self.is_refused(os.EX_NOPERM, r"/etc/sms2fa: others can write to it")

    def test_a_users_file_readable_by_others(self):
        os.chmod(USERS_FILE, 0o644)
        self.is_refused(os.EX_NOPERM, r"users\.conf: others can read it")

    def test_several_mistakes_are_told_at_once(self):
        self.machine.write_trusted(CONFIGURATION, "[code]\nlenght = 6\ntries = 9\n[delivery]\n"
                                   "providers = twilio\n[limits]\nlockout = 5m\nlockout = 6m\n")
        self.is_refused(os.EX_CONFIG, r"conf:2: .*lenght.*length", r"conf:3: tries",
                        r"conf:5: .*twilio", r"conf:8: lock.*line 7")

    def test_mistakes_in_the_users_file(self):
        self.enroll({"alice": "+353851234567", "bob": "0851234567", "carol": "nonsense"})
        self.is_refused(os.EX_CONFIG, r"users\.conf:3: ", r"users\.conf:4: ")
        self.assertNotIn("0851234567", self.daemon_errors.read_text())

    def test_a_premium_number_in_the_users_file(self):
        self.enroll({"eve": "+1 900 555 1234"})
        self.is_refused(os.EX_CONFIG, r"users\.conf:2: .*premium")

    def test_a_secret_pasted_into_the_wrong_place_is_not_repeated(self):
        secret = "hunter2hunter2hunter2"
        with open(CONFIGURATION, "a", encoding="utf-8") as file:
            file.write(f"[limits]\nlockout = {secret}\n")
        self.is_refused(os.EX_CONFIG, r"sms2fa\.conf:\d+: lock")
        self.assertNotIn(secret, self.daemon_errors.read_text())

    def test_a_wrong_option_is_answered_with_the_nearest_right_one(self):
        done = subprocess.run([self.machine.build / "sms2fad", "--confg", "x"], text=True,
                              capture_output=True, check=False)
        self.assertEqual(os.EX_USAGE, done.returncode)
        self.assertIn("did you mean --config?", done.stderr)


class ServiceManager(Scenario):
    def notices(self, address):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(receiver.close)
        receiver.settimeout(5)
        receiver.bind(address.replace("@", "\0"))
        if not address.startswith("@"):
            os.chmod(address, 0o666)
            self.addCleanup(os.unlink, address)
        return receiver

    def is_notified_at(self, address):
        receiver = self.notices(address)
        self.configure()
        self.daemon = self.launch_daemon(environment={"NOTIFY_SOCKET": address})
        self.assertEqual(b"READY=1", receiver.recv(100))
        self.daemon.send_signal(1)
        self.assertEqual(b"RELOADING=1", receiver.recv(100).split(b"\n")[0])
        self.assertEqual(b"READY=1", receiver.recv(100))
        self.assertEqual(0, self.stop_daemon())
        self.assertEqual(b"STOPPING=1", receiver.recv(100))

    def test_ready_reloading_stopping(self):
        self.is_notified_at("/run/private/notify")

    def test_at_an_abstract_address(self):
        self.is_notified_at("@sms2fa-test")

    def launch_watched(self, **watchdog):
        receiver = self.notices("/run/private/notify")
        self.configure()
        self.daemon = self.launch_daemon(
            environment={"NOTIFY_SOCKET": "/run/private/notify"} | watchdog)
        self.assertEqual(b"READY=1", receiver.recv(100))
        return receiver

    def test_signs_of_life_for_the_watchdog(self):
        receiver = self.launch_watched(WATCHDOG_USEC="100000")
        for _ in range(3):
            self.assertEqual(b"WATCHDOG=1", receiver.recv(100))

    def test_no_signs_of_life_that_nobody_asked_for(self):
        for watchdog in ({}, {"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"},
                         {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}):
            receiver = self.launch_watched(**watchdog)
            self.assertEqual(0, self.stop_daemon())
            self.assertEqual(b"STOPPING=1", receiver.recv(100))
            self.doCleanups()
            self.setUp()

    def test_a_hung_daemon_gives_no_sign_of_life(self):
        receiver = self.launch_watched(WATCHDOG_USEC="100000")
        # Reading certificates from a FIFO hangs until somebody writes.
        pipe = self.machine.state / "certificates"
        os.mkfifo(pipe)
        self.addCleanup(os.unlink, pipe)
        with open(self.fake("twilio").ca_file, "rb") as file:
            certificates = file.read()
        self.settings_of_provider = {"ca_file": pipe}
        self.configure()
        self.daemon.send_signal(1)
        while receiver.recv(100) != b"RELOADING=1":
            pass
        receiver.settimeout(1)
        with self.assertRaises(TimeoutError):
            receiver.recv(100)
        receiver.settimeout(5)
        pipe.write_bytes(certificates)
        self.assertEqual(b"READY=1", receiver.recv(100))
        self.assertEqual(b"WATCHDOG=1", receiver.recv(100))

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "needs systemd-socket-activate")
    def test_a_socket_that_was_handed_over(self):
        self.configure()
        path = self.machine.socket
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pathlib.Path(path).unlink(missing_ok=True)
        self.daemon = self.launch_daemon(command=[
            "systemd-socket-activate", "--seqpacket", "-l", path,
            self.machine.build / "sms2fad", "--config", CONFIGURATION, "--auth-socket",
            "/run/nowhere/x"])
        while not os.path.exists(path):
            time.sleep(0.01)
        self.start_sshd()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assertFalse(os.path.exists("/run/nowhere"))

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "needs systemd-socket-activate")
    def test_two_sockets_that_were_handed_over(self):
        self.configure()
        paths = (self.machine.user_socket, self.machine.socket)
        for path in paths:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            pathlib.Path(path).unlink(missing_ok=True)
        self.daemon = self.launch_daemon(command=[
            "systemd-socket-activate", "--seqpacket", "--fdname=user:auth", "-l", paths[0], "-l", paths[1],
            self.machine.build / "sms2fad", "--config", CONFIGURATION])
        for path, uid in zip(paths, (pwd.getpwnam("alice").pw_uid, 0)):
            while not os.path.exists(path):
                time.sleep(0.01)
            os.chmod(path, 0o666)
            with Client(path, uid) as client:
                client.hello("alice", rhost=path)
                client.prompt()

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "needs systemd-socket-activate")
    def test_a_socket_of_another_name_is_refused(self):
        self.configure()
        path = "/run/private/other.sock"
        daemon = self.launch_daemon(command=[
            "systemd-socket-activate", "--seqpacket", "--fdname=other", "-l", path,
            self.machine.build / "sms2fad", "--config", CONFIGURATION])
        while not os.path.exists(path):
            time.sleep(0.01)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect(path)
            self.assertEqual(os.EX_CONFIG, daemon.wait(10))
        self.logged("FileDescriptorName")

    def test_who_may_connect_where(self):
        self.start_daemon()
        self.assertEqual((0o600, 0), (os.stat(self.machine.socket).st_mode & 0o777,
                                      os.stat(self.machine.socket).st_uid))
        self.assertEqual(0o666, os.stat(self.machine.user_socket).st_mode & 0o777)
        done = subprocess.run([self.machine.build / "sms2fad", "--socket", "/x"], text=True,
                              capture_output=True, check=False)
        self.assertEqual(os.EX_USAGE, done.returncode)
        self.assertIn("--auth-socket and --user-socket", done.stderr)

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "needs systemd-socket-activate")
    def test_a_socket_of_another_kind_is_refused(self):
        self.configure()
        path = "/run/private/stream.sock"
        daemon = self.launch_daemon(command=[
            "systemd-socket-activate", "-l", path, self.machine.build / "sms2fad", "--config",
            CONFIGURATION])
        while not os.path.exists(path):
            time.sleep(0.01)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            self.assertEqual(os.EX_CONFIG, daemon.wait(10))
        self.logged("ListenSequentialPacket")
