# SPDX-License-Identifier: Apache-2.0
"""The daemon is away, stopped, killed, replaced, reloaded or ended: nobody gets in by that."""

import os
import signal
import subprocess
import sys
import time

from login import PROMPT
from private_machine import run
from scenario import AFTERWARDS, CONFIGURATION, NUMBERS, PIN, Scenario

ONE_TRANSACTION = ["NumberOfPasswordPrompts=1"]

IMPOSTOR = """
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    print("heard", len(connection.recv(4096)), flush=True)
"""


class NoDaemon(Scenario):
    def test_denied_quickly_and_the_log_says_why(self):
        self.start_sshd(PIN)
        with self.ssh() as person:
            self.assertLess(person.is_denied(), 3)
            self.assertNotIn("PIN", person.screen)
        self.logged("denied user=alice: cannot use sms2fad at /run/sms2fa/auth.sock: ")

    def test_root_and_other_services_do_not_notice(self):
        self.machine.pam_service("su", ["auth sufficient pam_rootok.so", *PIN])
        self.assertEqual("alice\n", run("su", "alice", "-c", "id -un"))

    def test_an_unknown_argument_denies_and_is_named(self):
        self.start_daemon()
        self.start_sshd(["auth required {module} sokcet=/x", *AFTERWARDS])
        with self.ssh(options=ONE_TRANSACTION) as person:
            person.is_denied()
        self.logged('argument "sokcet=/x"')
        self.assert_texts(0)

    def test_a_line_of_another_type_denies(self):
        self.start_daemon()
        self.start_sshd(["auth required pam_permit.so", "account required {module}",
                         "session required pam_permit.so"])
        with self.ssh(options=ONE_TRANSACTION) as person:
            person.is_denied()
        self.logged('a "account" line names it: denying')


class DaemonGone(Scenario):
    def at_the_prompt(self):
        person = self.ssh(options=ONE_TRANSACTION)
        person.reads(PROMPT)
        return person, self.next_text()

    def test_killed_at_the_prompt(self):
        self.start_house()
        person, text = self.at_the_prompt()
        daemon, self.daemon = self.daemon, None
        daemon.kill()
        daemon.wait()
        person.types(text.code)
        self.assertLess(person.is_denied(), 3)
        self.logged("denied user=alice: cannot use sms2fad")

    def test_a_daemon_started_anew_has_forgotten_the_code(self):
        self.start_house()
        person, old = self.at_the_prompt()
        daemon, self.daemon = self.daemon, None
        daemon.kill()
        daemon.wait()
        person.vanishes()
        self.start_daemon()
        with self.ssh() as person:
            person.sees("Code sent by SMS to")
            new = self.next_text(after=1)
            person.types(old.code)
            person.sees("Wrong code")
            person.types(new.code)
            person.gets_in()

    def test_stopped_before_the_login(self):
        self.start_house()
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            with self.ssh(options=ONE_TRANSACTION) as person:
                began = time.monotonic()
                self.logged("denied user=alice: cannot use sms2fad", timeout=12)
                self.assertLess(time.monotonic() - began, 11)
                # sshd itself puts up to as long again on top of a slow denial.
                person.is_denied(patience=15)
        finally:
            self.daemon.send_signal(signal.SIGCONT)

    def test_stopped_at_the_prompt(self):
        self.start_house()
        person, text = self.at_the_prompt()
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            person.types(text.code)
            self.assertLess(person.is_denied(patience=14), 11.5)
        finally:
            self.daemon.send_signal(signal.SIGCONT)

    def test_told_to_end_at_the_prompt(self):
        self.start_house()
        person, text = self.at_the_prompt()
        began = time.monotonic()
        self.assertEqual(0, self.stop_daemon())
        self.assertLess(time.monotonic() - began, 5)
        self.logged("unavailable reason=shutting-down user=alice")
        person.types(text.code)
        person.is_denied()
        self.logged("denied user=alice: sms2fad could not do its part (shutting-down)")

    def test_told_to_end_while_a_provider_hangs(self):
        self.start_house(delivery={"deadline": "9s"})
        self.fake(self.provider).misbehave("hang")
        with self.ssh(options=ONE_TRANSACTION) as person:
            self.next_text()
            began = time.monotonic()
            self.assertEqual(0, self.stop_daemon())
            self.assertLess(time.monotonic() - began, 5)
            person.is_denied()

    def test_the_socket_of_a_dead_daemon_is_replaced(self):
        self.start_daemon()
        daemon, self.daemon = self.daemon, None
        daemon.kill()
        daemon.wait()
        self.start_house()
        person, text = self.at_the_prompt()
        person.types(text.code)
        person.gets_in()

    def test_a_second_daemon_leaves_the_first_alone(self):
        self.start_house()
        second = self.launch_daemon()
        self.assertEqual(os.EX_UNAVAILABLE, second.wait(10))
        self.logged("another daemon listens there already")
        person, text = self.at_the_prompt()
        person.types(text.code)
        person.gets_in()


class Impostor(Scenario):
    def test_a_listener_of_somebody_else_hears_nothing(self):
        place = "/run/private/impostor"
        os.makedirs(place, mode=0o700)
        os.chown(place, 65534, 65534)
        os.chmod(place, 0o755)
        impostor = self.machine.start(
            "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", sys.executable, "-c",
            IMPOSTOR, f"{place}/socket", stdout=subprocess.PIPE, text=True)
        self.addCleanup(impostor.stdout.close)
        self.addCleanup(self._kill, impostor)
        self.assertEqual("ready\n", impostor.stdout.readline())
        os.chmod(f"{place}/socket", 0o666)
        self.start_sshd([f"auth required {{module}} socket={place}/socket", *AFTERWARDS])
        with self.ssh(options=ONE_TRANSACTION) as person:
            self.assertLess(person.is_denied(), 3)
            self.assertNotIn("PIN", person.screen)
        self.logged("neither root nor _sms2fa")
        self.assertEqual("heard 0\n", impostor.stdout.readline())


class Reload(Scenario):
    def reload(self, expected):
        since = len(self.machine.log.lines)
        self.daemon.send_signal(signal.SIGHUP)
        return self.machine.log.wait_for(expected, since)

    def test_new_users_are_known(self):
        self.start_house()
        self.enroll(NUMBERS | {"carol": "+353 87 765 4321"})
        self.reload("read /etc/sms2fa/sms2fa.conf again")
        with self.ssh("carol") as person:
            person.sees("********21")
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in("carol")

    def test_a_login_under_way_is_not_disturbed(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            self.enroll({"bob": NUMBERS["bob"]})
            self.reload("read /etc/sms2fa/sms2fa.conf again")
            person.types(text.code)
            person.gets_in()

    def test_a_bad_configuration_keeps_the_old_one(self):
        self.start_house()
        with open(CONFIGURATION, "a", encoding="utf-8") as file:
            file.write("[limits]\nlokc = 5m\n")
        line = self.reload("keeping the old configuration: /etc/sms2fa/sms2fa.conf:")
        self.assertIn("lokc", line)
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()

    def test_a_bad_users_file_keeps_the_old_one(self):
        self.start_house()
        self.enroll({"alice": "not a number", "bob": NUMBERS["bob"]})
        self.reload("keeping the old configuration: /etc/sms2fa/users.conf:2: ")
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()

    def test_a_file_that_only_root_may_read_cannot_be_read_again(self):
        # The daemon is _sms2fa by the time of a reload.
        self.configure()
        os.chmod(CONFIGURATION, 0o600)
        self.daemon = self.launch_daemon()
        self.logged("]: ready")
        self.reload("keeping the old configuration: /etc/sms2fa/sms2fa.conf: Permission denied")

    def test_many_reloads_lose_no_descriptors(self):
        self.start_daemon()

        def open_descriptors():
            return len(os.listdir(f"/proc/{self.daemon.pid}/fd"))

        self.reload("again")
        before = open_descriptors()
        for _ in range(20):
            self.reload("again")
        self.assertLessEqual(open_descriptors(), before + 1)
