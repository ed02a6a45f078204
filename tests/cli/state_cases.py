# SPDX-License-Identifier: Apache-2.0
"""sms2fa status, unlock, log and bypass on the store itself: with a daemon beside it, and without."""

import os
import pathlib
import pwd
import re
import shutil
import sqlite3
import time

import protocol
from program import (CONFIG, CONFIGURATION, NEGATIVE, NOPERM, NOUSER, OK, UNAVAILABLE, USAGE,
                     ProgramCase, code_in, newest_text)


class StateCase(ProgramCase):
    def setUp(self):
        super().setUp()
        self.directory = self.machine.state / "lib"
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700)
        shutil.chown(self.directory, "_sms2fa", "_sms2fa")
        self.database = self.directory / "state.db"
        self.daemon = None

    def configure(self, more="", providers="outbox"):
        path = super().configure(more, providers)
        text = path.read_text().replace("type = memory", f"path = {self.machine.state}/lib/state.db")
        return self.machine.write_trusted(CONFIGURATION, text)

    def start(self):
        self.daemon = self.machine.start_daemon(CONFIGURATION)
        self.addCleanup(self.stop)

    def stop(self):
        if self.daemon is not None:
            self.assertEqual(0, self.machine.stop(self.daemon))
            self.daemon = None

    def attempt(self, user, *answers, rhost="192.0.2.7"):
        """One login without PAM, to its verdict. An answer of None is the right code; whoever has no
        more answers leaves."""
        since = len(self.machine.log.lines)
        with protocol.Client(self.machine.socket) as client:
            client.hello(user, service="sshd", rhost=rhost)
            for answer in answers:
                client.prompt()
                client.answers(answer or code_in(newest_text(self.outbox)))
            if None in answers:
                return client.verdict()
            client.prompt()
        self.machine.log.wait_for("denied reason=", since)
        return None

    def wait_for_records(self, count):
        """What is durable soon, and not with the verdict: that many lines of `log`."""
        end = time.monotonic() + 5
        while len(self.json_of("log")["verdicts"]) < count:
            self.assertLess(time.monotonic(), end, "the records never came")

    def lock(self, user="alice"):
        """Ten wrong codes, each from an address of its own; leaves the daemon running."""
        self.configure("[limits]\nsends_per_number = 100/1h\n")
        if self.daemon is None:
            self.start()
        for i in range(4):
            wrong = ["000000"] * (3 if i < 3 else 1)
            with protocol.Client(self.machine.socket) as client:
                client.hello(user, service="sshd", rhost=f"198.51.100.{i}")
                for answer in wrong:
                    client.prompt()
                    client.answers(answer)
                client.verdict() if i < 3 else client.prompt()

    def files(self):
        return {path.name: path.read_bytes() for path in sorted(self.directory.iterdir())}

    def assert_owned_by_the_daemon(self):
        account = pwd.getpwnam("_sms2fa")
        for path in self.directory.iterdir():
            info = path.stat()
            self.assertEqual((info.st_uid, info.st_gid, info.st_mode & 0o777),
                             (account.pw_uid, account.pw_gid, 0o600), path)


class StatusTest(StateCase):
    def test_everybody_is_well(self):
        self.start()
        done = self.run_program("status", expect=OK)
        self.assertRegex(done.stdout, r"PROVIDER +STATE\noutbox +in use\n\nNobody is locked")
        answer = self.json_of("status")
        self.assertEqual((answer["users"], answer["store"]), ([], str(self.database)))
        self.assertEqual(answer["providers"], [{"name": "outbox", "state": "in use", "failures": 0}])

    def test_a_lock_with_the_daemon_running_and_down(self):
        self.lock()
        for down in (False, True):
            with self.subTest(down=down):
                if down:
                    self.stop()
                done = self.run_program("status", "alice", expect=NEGATIVE)
                self.assertRegex(done.stdout, r"(?m)^  state +locked for another (30|29) min$")
                self.assertRegex(done.stdout, r"(?m)^  wrong codes +10 since the last right one, "
                                              r"10 in the last 24 hours$")
                self.assertRegex(done.stdout, r"(?m)^  number +\*{8}67$")
                self.assertIn("sudo sms2fa unlock alice", done.stdout)
                answer = self.json_of("status", "alice", expect=NEGATIVE)
                self.assertEqual((answer["state"], answer["failures_in_a_row"]), ("locked", 10))
                self.assertTrue(1700 < answer["locked_for_s"] <= 1800)
                done = self.run_program("status", expect=OK)
                self.assertRegex(done.stdout, r"(?m)^USER +STATE +WRONG CODES +LAST 24 H\n"
                                              r"alice +locked for another \d+ min +10 +10$")
                self.assert_owned_by_the_daemon()

    def test_a_disabled_user(self):
        self.configure("[limits]\nwrong_before_lockout = 3\nwrong_before_disable = 3\n")
        self.start()
        self.assertEqual(self.attempt("alice", None, rhost="198.51.100.1"),
                         (protocol.ACCEPTED, "right-code"))
        since = len(self.machine.log.lines)
        with protocol.Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", rhost="198.51.100.1")
            for _ in range(3):
                client.prompt()
                client.answers("0000000")  # no code of six digits
            self.assertEqual(client.verdict()[0], protocol.DENIED)
        self.machine.log.wait_for("notice kind=disabled user=alice", since)
        done = self.run_program("status", "alice", expect=NEGATIVE)
        self.assertRegex(done.stdout, r"(?m)^  state +disabled until an administrator unlocks$")
        self.assertIn("sudo sms2fa unlock alice", done.stdout)
        answer = self.json_of("status", "alice", expect=NEGATIVE)
        self.assertEqual((answer["state"], answer["failures_in_a_row"]), ("disabled", 3))
        self.assertRegex(self.run_program("status", expect=OK).stdout,
                         r"(?m)^alice +disabled until an administrator unlocks +3 +3$")
        self.assertEqual([each["state"] for each in self.json_of("status")["users"]], ["disabled"])
        self.assertIn("alice is disabled, and no bypass code ends that", self.run_program(
            "bypass", "alice", "--reason", "x", expect=OK).stdout)
        self.run_program("unlock", "alice", expect=OK)
        self.assertEqual(self.json_of("status", "alice")["state"], "ok")
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))

    def test_who_is_well(self):
        self.start()
        done = self.run_program("status", "bob", expect=OK)
        self.assertRegex(done.stdout, r"^bob\n  state +ok: may log in\n  wrong codes +0 since .*\n"
                                      r"  a year +0 of 99 wrong codes from elsewhere, 0 of 1000 in all\n"
                                      r"  number +\*{8}56\n  methods +sms, voice, totp, backup\n"
                                      r"  limit +sends_per_number: 6 of 6 messages in 10 min left "
                                      r"\(3 of 3 when nothing was proved first\)\n"
                                      r"  limit +sends_per_user: 30 of 30 messages in 1 d left "
                                      r"\(15 of 15 when nothing was proved first\)\n$")

    def test_nobody(self):
        self.start()
        done = self.run_program("status", "Alice", expect=NOUSER)
        self.assertIn("there is no user Alice on record", done.stderr)
        self.json_of("status", "Alice", expect=NOUSER)
        self.assertIn("\\x1b", self.run_program("status", "\x1b[2J", expect=NOUSER).stderr)

    def test_a_provider_that_is_left_alone_or_tried_again(self):
        self.start()
        self.stop()
        for state, words in (("open", "in cooldown"), ("half-open", "tried again")):
            with self.subTest(state):
                with sqlite3.connect(self.database) as database:
                    database.execute("REPLACE INTO providers VALUES ('outbox', ?, 1750000000000, 5)",
                                     (state,))
                for path in self.directory.iterdir():
                    os.chown(path, *pwd.getpwnam("_sms2fa")[2:4])
                done = self.run_program("status", expect=OK)
                self.assertRegex(
                    done.stdout, rf"outbox +{words} since 2025-06-15 \d\d:\d\d:40, 5 failures")
                self.assertEqual(self.json_of("status")["providers"],
                                 [{"name": "outbox", "state": words, "failures": 5,
                                   "since": "2025-06-15T15:06:40.000Z"}])


class RefusalTest(StateCase):
    COMMANDS = (["status"], ["log"], ["unlock", "alice"], ["metrics"], ["codes", "alice"],
                ["remove", "alice"], ["bypass", "alice", "--reason", "x"])

    def test_before_the_first_start(self):
        for command in self.COMMANDS:
            done = self.run_program(*command, expect=UNAVAILABLE)
            self.assertIn("there is no store yet", done.stderr)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_without_a_configuration(self):
        for command in (["status"], ["codes", "alice"], ["enroll", "--import", "gecos", "/etc/passwd"]):
            done = self.run_program(*command, "--config", "/nowhere", expect=CONFIG)
            self.assertIn("/nowhere: No such file or directory", done.stderr)
            self.assertNotIn("when it starts for the first time", done.stderr)
            self.assertIn("is looked over by: sudo sms2fa check", done.stderr)

    def test_not_for_everybody(self):
        self.start()
        for command in self.COMMANDS:
            self.run_program(*command, user="alice", expect=NOPERM)

    def test_a_damaged_store_is_left_as_it_is(self):
        self.start()
        self.stop()
        self.database.write_bytes(self.database.read_bytes()[:3000])
        before = self.database.read_bytes()
        for command in (["status"], ["unlock", "alice"], ["log"]):
            done = self.run_program(*command, expect=UNAVAILABLE)
            self.assertRegex(done.stderr, r"sms2fa: \S+state\.db: .*\n  docs/STORE\.md")
        self.assertEqual(self.database.read_bytes(), before)

    def test_a_store_that_vanished_is_not_made_anew(self):
        self.start()
        self.stop()
        self.database.unlink()
        self.run_program("unlock", "alice", expect=UNAVAILABLE)
        self.assertFalse(self.database.exists())

    def test_a_strangers_store_is_refused(self):
        self.start()
        self.stop()
        for path in self.directory.iterdir():
            shutil.chown(path, "alice")
        self.assertIn("is not owned by root or _sms2fa",
                      self.run_program("status", expect=NOPERM).stderr)
        shutil.chown(self.directory, "alice")
        self.run_program("status", expect=NOPERM)

    def test_another_programs_database_is_refused(self):
        with sqlite3.connect(self.database) as database:
            database.execute("CREATE TABLE t (a)")
        self.database.chmod(0o600)
        shutil.chown(self.database, "_sms2fa", "_sms2fa")
        self.assertIn("is not a store of sms2fa", self.run_program("log", expect=CONFIG).stderr)

    def test_a_store_in_memory_is_the_daemons_own(self):
        path = super().configure()
        path.write_text(re.sub(r"path = .*state\.db", "type = memory", path.read_text()))
        self.assertIn("only the daemon knows", self.run_program("status", expect=CONFIG).stderr)


class UnlockTest(StateCase):
    def test_beside_the_daemon(self):
        self.lock()
        since = len(self.machine.log.lines)
        done = self.run_program("unlock", "alice", expect=OK)
        self.assertEqual(done.stdout, "alice may try again at once.\n")
        self.machine.log.wait_for("notice kind=unlocked user=alice by=root", since)
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))
        self.assert_owned_by_the_daemon()

    def test_while_the_daemon_is_down(self):
        self.lock()
        self.stop()
        self.assertEqual(self.json_of("unlock", "alice")["user"], "alice")
        self.assert_owned_by_the_daemon()
        self.start()
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))

    def test_nothing_to_unlock(self):
        self.start()
        done = self.run_program("unlock", "alice", expect=NEGATIVE)
        self.assertIn("alice is not locked", done.stderr)
        self.json_of("unlock", "alice", expect=NEGATIVE)
        self.run_program("unlock", "nobody-at-all", expect=NOUSER)
        self.assertIn("--reason has more than 200 bytes", self.run_program(
            "unlock", "alice", "--reason", "x" * 201, expect=USAGE).stderr)
        self.run_program("unlock", expect=USAGE)

    def test_who_is_off_the_record_can_be_unlocked(self):
        self.lock()
        self.machine.write_trusted("/etc/sms2fa/users.conf", "[users]\nbob = +447400123456\n")
        self.assertEqual(self.json_of("status", "alice", expect=NEGATIVE)["state"], "locked")
        self.run_program("unlock", "alice", expect=OK)
        self.run_program("status", "alice", expect=NOUSER)


class LogTest(StateCase):
    def test_verdicts_and_notices_oldest_first(self):
        self.start()
        self.attempt("alice", "0000000")
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))
        self.attempt("mallory", "123456", rhost="2001:db8::1")
        self.wait_for_records(4)
        for down in (False, True):
            with self.subTest(down=down):
                if down:
                    self.stop()
                lines = self.run_program("log", expect=OK).stdout.splitlines()
                self.assertRegex(lines[0], r"^TIME +USER +SERVICE +FROM +VERDICT +REASON +BY$")
                days, times, shown = [], [], []
                for line in lines[1:]:
                    if re.fullmatch(r"\d{4}-\d\d-\d\d", line):
                        days.append(line)
                        continue
                    self.assertLessEqual(len(line), 80, line)
                    time_of_day, rest = line.split("  ", 1)
                    times.append((days[-1], time_of_day))
                    shown.append(re.sub(r" {2,}", "|", rest))
                self.assertEqual(sorted(shown), sorted([
                    "alice|sshd|192.0.2.7|denied|wrong-code|sms outbox",
                    "alice|sshd|192.0.2.7|notice|success-after-failures|sms",
                    "alice|sshd|192.0.2.7|accepted|right-code|sms",
                    "mallory|sshd|2001:db8::1|denied|unknown-user|sms"]))
                self.assertEqual(times, sorted(times))
                self.assertEqual(len(days), len(set(days)))
        verdicts = self.json_of("log", "alice")["verdicts"]
        self.assertEqual([each["reason"] for each in verdicts],
                         ["wrong-code", "success-after-failures", "right-code"])
        self.assertRegex(verdicts[0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(verdicts[0]["number"], "********67")
        for option in (["--lines=2"], ["--lines", "2"], ["-n2"], ["-n", "2"]):
            self.assertEqual(self.json_of("log", *option)["verdicts"], self.json_of("log")["verdicts"][-2:])

    def test_every_line_fits_a_terminal(self):
        self.start()
        longest = "alexandra.of.the.mountains@example.org"
        address = "2001:0db8:1234:5678:9abc:def0:1234:5678"
        self.attempt("alice", "0000000", rhost=address)
        self.attempt(longest, "123456", rhost=address)
        self.attempt("x" * 200, "123456", rhost="y" * 200)
        self.attempt("bob", "0000000")
        self.wait_for_records(4)
        said = self.run_program("log", expect=OK).stdout
        for line in said.splitlines():
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())
        # An ordinary line stays one, in its columns; of what is too long the rest follows below.
        self.assertRegex(said, r"(?m)^[\d:]{8}  bob +sshd +192\.0\.2\.7 +denied +wrong-code +sms outbox$")
        self.assertRegex(said, rf"(?m)^[\d:]{{8}}  alice  sshd +{address}  denied\n    wrong-code  sms outbox$")
        self.assertRegex(said, rf"(?m)^[\d:]{{8}}  {longest}  sshd\n    {address}  denied  unknown-user  sms$")
        self.assertIn("x" * 37 + "...", said)
        # And the whole of it is in the object.
        told = self.json_of("log")["verdicts"]
        self.assertIn(("x" * 200, "y" * 200), [(each["user"], each["rhost"]) for each in told])

    def test_the_days_stand_apart(self):
        self.start()
        self.stop()
        with sqlite3.connect(self.database) as database:
            for day in (20610, 20610, 20611, 20613):
                database.execute("INSERT INTO verdicts (at_ms, user, service, rhost, verdict, reason, method,"
                                 " provider, message_id, masked_number) VALUES (?, 'alice', 'sshd', 'a',"
                                 " 'denied', 'wrong-code', '', '', '', '')", (day * 86_400_000 + 43_200_000,))
        for path in self.directory.iterdir():
            os.chown(path, *pwd.getpwnam("_sms2fa")[2:4])
        lines = self.run_program("log", expect=OK).stdout.splitlines()[1:]
        self.assertEqual([line.split("  ")[0] for line in lines],
                         ["2026-06-06", "12:00:00", "12:00:00", "2026-06-07", "12:00:00", "2026-06-09",
                          "12:00:00"])

    def test_nothing_yet(self):
        self.start()
        self.assertEqual(self.run_program("log", expect=OK).stdout, "Nothing yet.\n")
        self.assertEqual(self.run_program("log", "bob", expect=OK).stdout,
                         "Nothing yet about bob.\n")
        self.run_program("log", "nobody-at-all", expect=NOUSER)
        for bad in ("0", "x", "-1", "10001", "5x"):
            self.assertIn("--lines needs a number", self.run_program(
                "log", f"--lines={bad}", expect=USAGE).stderr)

    def test_a_hostile_name_cannot_write_on_the_terminal(self):
        self.start()
        self.attempt("\x1b[2Jx\n", "123456", rhost="a\x07b")
        self.wait_for_records(1)
        shown = self.run_program("log", expect=OK).stdout
        self.assertIn("\\x1b[2Jx\\x0a", shown)
        self.assertIn("a\\x07b", shown)


class BypassTest(StateCase):
    def issue(self, *more, user="alice", expect=OK):
        return self.json_of("bypass", user, "--reason", "phone lost", *more, expect=expect)

    def test_it_is_shown_once_and_told(self):
        self.start()
        since = len(self.machine.log.lines)
        done = self.run_program("bypass", "alice", "--for", "20m", "--reason", "phone lost", expect=OK)
        code = re.search(r"(?m)^ {4}([0-9A-Z]{5}-[0-9A-Z]{5})$", done.stdout)[1]
        self.assertRegex(done.stdout, r"^One login of alice within 20 min, until \d{4}-.*:\n")
        line = self.machine.log.wait_for("notice kind=bypass-issued user=alice by=root", since)
        self.assertIn('detail="for 20 min: phone lost"', line)
        self.assertNotIn(code, "".join(self.machine.log.lines))
        self.stop()
        stored = b"".join(self.files().values())
        self.assertNotIn(code.encode(), stored)
        self.assertNotIn(code.replace("-", "").encode(), stored)
        self.assertRegex(self.run_program("status", "alice", expect=OK).stdout,
                         r"(?m)^  bypass code +one, good for another (20|19) min$")
        self.assert_owned_by_the_daemon()

    def test_codes_differ(self):
        self.start()
        codes = {self.issue()["bypass"] for _ in range(5)}
        self.assertEqual(len(codes), 5)

    def test_who_may(self):
        self.start()
        shutil.chown(self.machine.write_trusted(CONFIGURATION, pathlib.Path(CONFIGURATION).read_text()),
                     "root", "_sms2fa")
        done = self.run_program("bypass", "alice", "--reason", "x", user="_sms2fa", expect=NOPERM)
        self.assertIn("only root may give out bypass codes", done.stderr)
        self.run_program("bypass", "mallory", "--reason", "x", expect=NOUSER)

    def test_usage(self):
        self.start()
        self.assertIn("Write: sms2fa bypass alice --reason '", self.run_program("bypass", "alice", expect=USAGE).stderr)
        self.assertIn("--reason has more than 200 bytes", self.run_program(
            "bypass", "alice", "--reason", "x" * 201, expect=USAGE).stderr)
        for bad in ("0m", "2d", "59s", "soon"):
            self.assertIn("--for ", self.run_program("bypass", "alice", "--reason", "x", "--for", bad,
                                                     expect=USAGE).stderr)

    def test_a_lock_is_pointed_out(self):
        self.lock()
        done = self.run_program("bypass", "alice", "--reason", "x", expect=OK)
        self.assertIn("warning: alice is locked, and no bypass code ends that: sudo sms2fa unlock alice",
                      done.stdout)
