# SPDX-License-Identifier: Apache-2.0
"""What the running daemon says of itself and of people: status, doctor and check ask it."""

import os
import pathlib
import re
import shutil
import socket
import subprocess

import protocol
from doctor_cases import DoctorCase
from program import CONFIG, CONFIGURATION, NEGATIVE, OK, USERS, USERS_FILE
from state_cases import StateCase

ERIN = USERS.replace("[user tom]", "erin = +353851112233\n[user tom]")


class DaemonCase(StateCase):
    def add_erin(self):
        if subprocess.run(["id", "erin"], capture_output=True, check=False).returncode:
            self.machine.add_user("erin", "password of erin")

    def reload(self, words):
        """Runs the command that was said to make the daemon read its files again."""
        since = len(self.machine.log.lines)
        subprocess.run(["sh", "-c", re.search(r"kill -HUP \d+", words)[0]], check=True)
        return self.machine.log.wait_for(CONFIGURATION if "read" in words else "", since)

    def question(self, user=""):
        with protocol.Client(self.machine.socket) as client:
            return client.asks(user)


class ForgottenReloadTest(DaemonCase, DoctorCase):
    """The users file has changed, and the daemon does not know."""

    def setUp(self):
        super().setUp()
        self.add_erin()

    def test_somebody_was_added(self):
        self.start()
        self.machine.write_trusted(USERS_FILE, ERIN)
        done = self.run_program("status", "erin", expect=NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^  state +no-way-in: unknown-user$")
        self.assertRegex(done.stdout, r"(?m)^  after a reload +ok: may log in$")
        self.assertRegex(done.stdout, rf"(?m)^warning: {USERS_FILE} has been changed since sms2fad read it")
        answer = self.json_of("status", "erin", expect=NEGATIVE)
        self.assertEqual((answer["state"], answer["after_reload"]), ("no-way-in", "ok: may log in"))
        self.assertEqual(answer["daemon"]["changed_files"], [USERS_FILE])
        first = self.doctor("erin", expect=CONFIG).splitlines()[0]
        self.assertRegex(first, r"^error: erin meets a decoy \(unknown-user\), where no code is right, "
                                r"although by the files it could be: sms2fad has not read them since ")
        # The same for alice, who was on record before, is no fault of hers.
        self.run_program("status", "alice", expect=OK)
        self.reload(first)
        self.assertRegex(self.run_program("status", "erin", expect=OK).stdout,
                         r"(?m)^  state +ok: may log in$")
        self.doctor("erin", says=["ok: erin can log in: ********33, says the daemon\n"])
        self.assertEqual(self.attempt("erin", None), (protocol.ACCEPTED, "right-code"))

    def test_somebody_was_taken_out(self):
        self.machine.write_trusted(USERS_FILE, ERIN)
        self.start()
        self.machine.write_trusted(USERS_FILE, USERS)
        answer = self.json_of("status", "erin", expect=67)
        self.assertIn("no user erin", answer["error"])
        self.machine.write_trusted(USERS_FILE, ERIN.replace("+353851112233", "+353859998877"))
        self.assertEqual(self.json_of("status", "erin")["number"], "********33")  # still the old one
        self.assertIn("has been changed since", self.run_program("check", expect=OK).stdout)

    def test_a_refused_reload(self):
        self.start()
        self.machine.write_trusted(USERS_FILE, ERIN + "frank = 12\n")
        since = len(self.machine.log.lines)
        self.daemon.send_signal(1)
        line = self.machine.log.wait_for("keeping the old configuration: ", since)
        why = line.split("keeping the old configuration: ", 1)[1].strip()
        for command in (["status"], ["status", "alice"]):
            said = self.run_program(*command, expect=OK).stdout
            self.assertIn("warning: sms2fad refused its reload at ", said)
            self.assertIn(why, said)
        self.assertEqual(self.json_of("status", "alice")["daemon"]["refused"]["why"].strip(), why)
        for command in (["check"], ["doctor", "alice"]):
            said = self.run_program(*command, expect=CONFIG).stdout
            self.assertIn("error: sms2fad refused its reload at ", said)
            self.assertIn(f": {why}; fix that, then: kill -HUP {self.daemon.pid}\n", said)
        self.machine.write_trusted(USERS_FILE, ERIN)
        self.reload(said)
        self.assertNotIn("refused", self.json_of("status", "alice")["daemon"])
        self.run_program("status", "erin", expect=OK)


class NowTest(DaemonCase, DoctorCase):
    """What would happen at this moment, and what ends it."""

    def setUp(self):
        super().setUp()
        shutil.rmtree("/etc/sms2fa/store.key", ignore_errors=True)

    def test_over_a_rate_limit(self):
        self.configure("[limits]\nsends_per_number = 4/10m\n")
        self.start()
        for rhost in ("192.0.2.1", "192.0.2.2"):
            self.attempt("alice", "000000", rhost=rhost)
        done = self.run_program("status", "alice", expect=NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^  state +over-limit: no message for another 10 min, but after a "
                                      r"password or key: the share without one of sends_per_number "
                                      r"is used up$")
        self.assertRegex(done.stdout, r"(?m)^  limit +sends_per_number: 2 of 4 messages in 10 min left "
                                      r"\(0 of 2 when nothing was proved first, the next in 10 min\)$")
        self.assertIn("  To forget the messages: sudo sms2fa unlock alice --limits\n", done.stdout)
        answer = self.json_of("status", "alice", expect=NEGATIVE)
        self.assertEqual(answer["state"], "over-limit")
        share = next(each for each in answer["limits"]
                     if each["limit"] == "sends_per_number" and each.get("unproven_share"))
        self.assertEqual((share["count"], share["left"], share["window_s"]), (2, 0, 600))
        self.assertTrue(590 < share["next_in_s"] <= 600)
        first = self.doctor("alice", expect=NEGATIVE).splitlines()[0]
        self.assertRegex(first, r"^error: alice gets no message for another 10 min, because "
                                r"sends_per_number \(2 in 10 min\) is used up for logins that ")
        command = re.search(r"sms2fa (unlock alice --limits)$", first)[1].split()
        since = len(self.machine.log.lines)
        self.run_program(*command, expect=OK)
        self.machine.log.wait_for('notice kind=unlocked user=alice by=root', since)
        self.assertEqual(self.json_of("status", "alice")["state"], "ok")
        self.assertEqual(self.attempt("alice", None, rhost="192.0.2.3"),
                         (protocol.ACCEPTED, "right-code"))
        self.run_program("unlock", "alice", "--limits", expect=OK)
        self.assertIn("and no message to forget",
                      self.run_program("unlock", "alice", "--limits", expect=NEGATIVE).stderr)

    def test_limits_of_a_daemon_that_is_down(self):
        self.configure("[limits]\nsends_per_user = 2/1h\n")
        self.start()
        self.attempt("alice", "000000")
        self.stop()
        done = self.run_program("status", "alice", expect=NEGATIVE)
        self.assertIn("sends_per_user is used up", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^  daemon +no daemon answers at /run/sms2fa/auth\.sock \(.*\); "
                                      r"this is what the files and the store say$")
        self.assertEqual(self.json_of("status", "alice", expect=NEGATIVE)["daemon"]["answered"], False)

    def test_the_machines_limit(self):
        self.configure("[limits]\nsends_per_host = 2/1h\n")
        self.start()
        self.attempt("bob", "000000")
        said = self.run_program("status", "alice", expect=NEGATIVE).stdout
        self.assertIn("sends_per_host is used up", said)

    def test_an_app_is_another_way(self):
        self.enroll_app("alice")
        self.configure("[limits]\nsends_per_number = 2/10m\n")
        self.start()
        self.attempt("alice", "000000")
        self.assertEqual(self.json_of("status", "alice")["state"], "ok")
        self.assertIn("and has to use an app or a backup code", self.doctor("alice"))

    def enroll_app(self, user):
        self.start()
        self.run_program("rotate-key", "--init", expect=OK)
        secret = pathlib.Path("/home", user, ".google_authenticator")
        secret.write_text("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n\" TOTP_AUTH\n")
        secret.chmod(0o400)
        shutil.chown(secret, user, user)
        self.run_program("enroll", "--import", "google-authenticator", secret, expect=OK)
        self.addCleanup(self.run_program, "remove", user)
        self.stop()

    def test_the_key_is_gone(self):
        self.enroll_app("tom")
        self.start()
        self.assertEqual(self.json_of("status", "tom")["state"], "ok")
        self.stop()
        key = pathlib.Path("/etc/sms2fa/store.key")
        self.addCleanup(shutil.move, key.rename("/etc/sms2fa/away.key"), key)
        self.start()
        done = self.run_program("status", "tom", expect=NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^  state +no-way-in: only the store's key opens what is "
                                      r"enrolled$")
        self.assertRegex(done.stdout, r"(?m)^  record +/etc/sms2fa/store\.key: No such file")
        self.assertRegex(self.doctor("tom", expect=CONFIG).splitlines()[0],
                         r"^error: /etc/sms2fa/store.key is gone, and 1 people have ")

    def test_nobody_has_the_account(self):
        self.machine.write_trusted(USERS_FILE, USERS + "[user ghost]\nphone = +353851112244\n")
        self.start()
        done = self.run_program("status", "ghost", expect=NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^  state +no-way-in: nss$")
        self.assertRegex(done.stdout, r"(?m)^  record +on record, but the machine knows no account")

    def test_locks_by_series(self):
        self.configure("[limits]\nsends_per_number = 100/1h\n")
        self.start()
        self.assertEqual(self.attempt("alice", None, rhost="192.0.2.7"),
                         (protocol.ACCEPTED, "right-code"))
        self.lock()
        lines = self.question("alice")
        series = [line.split() for line in lines if line.startswith("series ")]
        self.assertEqual(sorted(each[1] for each in series), ["0", "2"])  # familiar, unproven
        locked = {each[1]: int(each[3]) for each in series}
        self.assertEqual((locked["0"], locked["2"] > 1700), (0, True))
        said = self.doctor("alice", expect=NEGATIVE)
        self.assertRegex(said.splitlines()[0], r"^error: alice is locked where the PIN comes first, "
                         r"after too many wrong codes; to end it: sms2fa unlock alice$")


class QuestionTest(DaemonCase):
    """The question itself (docs/PROTOCOL.md)."""

    def test_what_it_says(self):
        self.start()
        info = os.stat(CONFIGURATION)
        lines = self.question("alice")
        self.assertIn(f"file {info.st_ino} {info.st_size} {info.st_mtime_ns} {CONFIGURATION}", lines)
        for line in ("user alice", "meets question", "account yes", "number ********67",
                     "by-message yes", "limit 6 600 6 0 sends_per_number",
                     "share 3 600 3 0 sends_per_number", f"pid {self.daemon.pid}"):
            self.assertIn(line, lines)
        self.assertFalse([line for line in self.question() if line.startswith("user")])
        self.assertIn("meets decoy", self.question("mallory"))

    def test_only_root_and_only_at_roots_socket(self):
        self.start()
        for path, uid in ((self.machine.user_socket, 0), (self.machine.user_socket, 1000)):
            with protocol.Client(path, uid) as client:
                self.assertIsNone(client.asks("alice"))
        with self.assertRaises(PermissionError):
            os.seteuid(1000)
            try:
                socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(self.machine.socket)
            finally:
                os.seteuid(0)

    def test_it_changes_nothing(self):
        self.start()
        self.attempt("alice", "000000")
        self.wait_for_records(1)
        before, since = self.rows(), len(self.machine.log.lines)
        first = self.question("alice")
        for _ in range(20):
            self.question("alice")
            self.question("mallory")
        self.assertEqual(self.rows(), before)
        self.assertEqual([line for line in first if line.startswith(("limit", "share", "series"))][0],
                         [line for line in self.question("alice") if line.startswith("series")][0])
        self.assertEqual(self.machine.log.lines[since:], [])

    def rows(self):
        """Everything in the database but the store's own time."""
        import sqlite3
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            return [line for line in database.iterdump() if 'INTO "clock"' not in line]

    def test_a_hostile_name(self):
        self.start()
        for user in ("\x1b[2J", "a\nmeets question", "x" * 256):
            lines = self.question(user)
            self.assertIn("meets decoy", lines)
            self.assertEqual(sum(line.startswith("meets") for line in lines), 1)
        with protocol.Client(self.machine.socket) as client:
            self.assertIsNone(client.asks("x" * 257))

    def test_an_older_daemon(self):
        self.start()
        self.stop()
        path = self.machine.state / "older.sock"
        path.unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        server.bind(str(path))
        server.listen()
        child = os.fork()
        if child == 0:
            server.accept()[0].close()  # a message that it does not know
            connection = server.accept()[0]
            nonce = connection.recv(4096)[5:21]
            connection.send(protocol.encode(protocol.ABOUT, {protocol.NONCE: nonce,
                                                             protocol.TEXT: b"0.0.9"}))
            os._exit(0)
        server.close()
        done = self.run_program("status", "alice", "--socket", path, expect=OK)
        os.waitpid(child, 0)
        self.assertIn("the daemon that runs (version 0.0.9) is older than this program (", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^  state +ok: may log in$")

    def test_another_configuration(self):
        self.start()
        other = pathlib.Path("/etc/sms2fa/other.conf")
        self.machine.write_trusted(other, pathlib.Path(CONFIGURATION).read_text())
        self.addCleanup(other.unlink)
        done = self.run_program("status", "alice", "--config", other, expect=OK)
        self.assertIn(f"the daemon that runs works with another configuration than {other}: "
                      f"{CONFIGURATION}", done.stdout)
