# SPDX-License-Identifier: Apache-2.0
"""What people have enrolled, on the store itself: status shows it, and the key that seals it."""

import pathlib
import re

import protocol
from program import (CONFIG, CONFIGURATION, NEGATIVE, NOINPUT, NOPERM, NOUSER, OK, UNAVAILABLE, USAGE, USERS_FILE,
                     code_in, newest_text)
from state_cases import StateCase

KEY_FILE = pathlib.Path("/etc/sms2fa/store.key")
OATH_KEY = "3132333435363738393031323334353637383930"


class EnrolmentCase(StateCase):
    def setUp(self):
        super().setUp()
        KEY_FILE.unlink(missing_ok=True)
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n")

    def import_app(self, user="bob", expect=OK):
        path = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30 {user} - {OATH_KEY}\n")
        return self.run_program("enroll", "--import", "pam_oath", path, expect=expect)

    def import_number(self, user="bob", number="+447400123456", expect=OK):
        path = self.machine.write_trusted("/etc/passwd.old", f"{user}:x:1:1:B,,{number},:/:/\n")
        return self.run_program("enroll", "--import", "gecos", path, expect=expect)


class AnswersAsJsonTest(EnrolmentCase):
    def setUp(self):
        super().setUp()
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()

    def test_codes(self):
        first, second = (self.json_of("codes", "alice") for _ in range(2))
        self.assertEqual(first["user"], "alice")
        self.assertEqual(len({*first["codes"], *second["codes"]}), 20)
        for code in first["codes"]:
            self.assertRegex(code, r"^[0-9A-Z]{5}-[0-9A-Z]{5}$")
        self.assertEqual(self.attempt("alice", first["codes"][0]), None)
        self.assertEqual(self.login_with(second["codes"][0]), (protocol.ACCEPTED, "right-code"))
        self.json_of("codes", "mallory", expect=NOUSER)

    def login_with(self, code):
        with protocol.Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", rhost="192.0.2.8")
            client.prompt()
            client.answers(code)
            return client.verdict()

    def test_remove(self):
        self.json_of("codes", "alice")
        self.assertEqual(self.json_of("remove", "alice")["user"], "alice")
        self.assertNotIn("backup_codes_left", self.json_of("status", "alice"))
        self.assertEqual(self.json_of("remove", "alice", expect=NEGATIVE)["user"], "alice")

    def test_import(self):
        path = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30 bob - {OATH_KEY}\n"
                                                             f"HOTP/T30 mallory - {OATH_KEY}\n"
                                                             f"HOTP/T30 alice - {OATH_KEY}\n")
        for more, people in (["--dry-run"], 2), ([], 2), ([], 0):
            with self.subTest(more=more, people=people):
                answer = self.json_of("enroll", "--import", "pam_oath", path, *more, expect=NEGATIVE)
                self.assertEqual((answer["dry_run"], answer["people"], answer["apps"],
                                  answer["unchanged"], answer["numbers"], answer["remarks"]),
                                 (bool(more), people, people, 2 - people, 0, []))
                self.assertEqual(len(answer["refused"]), 1)
                self.assertRegex(answer["refused"][0], r"^/etc/users\.oath:2: .*no such user$")
        self.assertNotIn(OATH_KEY, str(answer))

    def test_an_import_of_nothing(self):
        answer = self.json_of("enroll", "--import", "pam_oath", "/nowhere", expect=NOINPUT)
        self.assertEqual(answer["error"], "/nowhere: No such file or directory")
        said = self.run_program("enroll", "--import", "pam_oath", "/nowhere", expect=NOINPUT).stderr
        self.assertEqual(said, "sms2fa: /nowhere: No such file or directory\n")


class ProgressTest(EnrolmentCase):
    def setUp(self):
        super().setUp()
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()

    def oath_file(self, count):
        return self.machine.write_trusted("/etc/users.oath", "".join(
            f"HOTP/T30 nobody{i} - {OATH_KEY}\n" for i in range(count)))

    def imported_in_terminal(self, count):
        child = self.in_terminal("enroll", "--import", "pam_oath", str(self.oath_file(count)))
        said, status = self.end_of(child)
        self.assertEqual(status, NEGATIVE, said)
        return said

    def test_a_long_import_shows_a_bar_in_a_terminal(self):
        said = self.imported_in_terminal(20)
        self.assertEqual(re.findall(r"\r(\[[#.]{40}\] \d+ of 20)", said),
                         [f"[{'#' * (2 * i)}{'.' * (40 - 2 * i)}] {i} of 20" for i in range(21)])
        # It is gone before the report begins.
        self.assertRegex(said, r"20 of 20\r\x1b\[K[^\r]*nobody0")

    def test_a_short_one_shows_none(self):
        self.assertNotIn("[#", self.imported_in_terminal(9))

    def test_none_goes_through_a_pipe(self):
        done = self.run_program("enroll", "--import", "pam_oath", self.oath_file(20),
                                expect=NEGATIVE)
        self.assertEqual(done.stderr, "")
        self.assertNotIn("[#", done.stdout)


class SendTest(EnrolmentCase):
    """sms2fa send, to numbers that lie in the store."""

    def setUp(self):
        super().setUp()
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()
        self.import_number()

    def sent_to(self):
        return sorted(self.outbox.glob("*.txt"))[-1].read_text().split("\n", 1)[0]

    def test_an_enrolled_number(self):
        for down in (False, True):
            with self.subTest(down=down):
                if down:
                    self.stop()
                count = len(list(self.outbox.glob("*.txt")))
                done = self.run_program("send", "bob", expect=OK)
                self.assertIn("outbox accepted the message for bob at ********56", done.stdout)
                self.assertEqual(len(list(self.outbox.glob("*.txt"))), count + 1)
                self.assertIn("+447400123456", self.sent_to())
                self.assert_owned_by_the_daemon()
        self.assertEqual(self.json_of("send", "bob")["number"], "********56")

    def test_the_number_on_record_comes_first(self):
        self.import_number("alice", "+447400123457")
        self.assertEqual(self.json_of("send", "alice")["number"], "********67")

    def test_somebody_without_a_number(self):
        self.import_app("tom")
        done = self.run_program("send", "tom", expect=NEGATIVE)
        self.assertIn("tom has no phone number on record, and has enrolled none", done.stderr)
        self.run_program("send", "mallory", expect=NOUSER)

    def test_limits_on_countries_hold(self):
        self.configure("[limits]\ncountries = IE\n")
        done = self.run_program("send", "bob", expect=NEGATIVE)
        self.assertIn("nothing may be sent to ********56, the number of bob", done.stderr)

    def test_without_the_key(self):
        KEY_FILE.rename("/etc/store.key.lost")
        done = self.run_program("send", "bob", expect=UNAVAILABLE)
        self.assertIn("the number that bob has enrolled cannot be read", done.stderr)
        self.assertIn("sudo sms2fa check", done.stderr)
        self.run_program("send", "alice", expect=OK)

    def test_only_for_who_may_read_the_store(self):
        """Whoever may read the configuration, and nothing else."""
        for path in (CONFIGURATION, USERS_FILE):
            pathlib.Path(path).chmod(0o644)
        before = sorted(self.outbox.iterdir())
        done = self.run_program("send", "bob", user="tom", expect=NOPERM)
        self.assertNotIn("accepted", done.stdout)
        self.assertEqual(sorted(self.outbox.iterdir()), before)


class EnrolledStatusTest(EnrolmentCase):
    def test_who_has_only_enrolled(self):
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()
        self.run_program("status", "bob", expect=NOUSER)
        self.import_app()
        self.import_number()
        self.run_program("codes", "bob", expect=OK)
        self.run_program("bypass", "bob", "--reason", "lost", expect=OK)
        shown = self.run_program("status", "bob", expect=OK).stdout
        self.assertRegex(shown, r"(?m)^  state +ok: may log in$")
        self.assertRegex(shown, r"(?m)^  number +\*{8}56 \(enrolled\)$")
        self.assertRegex(shown, r"(?m)^  apps +imported \(since \d{4}-\d\d-\d\d\)$")
        self.assertRegex(shown, r"(?m)^  backup codes +10 left$")
        self.assertRegex(shown, r"(?m)^  bypass code +one, good for another (15|14) min$")
        answer = self.json_of("status", "bob")
        self.assertEqual((answer["state"], answer["number"], answer["number_is_enrolled"],
                          answer["backup_codes_left"], [app["label"] for app in answer["apps"]]),
                         ("ok", "********56", True, 10, ["imported"]))
        self.assertTrue(0 < answer["bypass_for_s"] <= 900)
        shown = self.run_program("status", expect=OK).stdout
        self.assertRegex(shown, r"(?m)^ENROLLED +NUMBER +APPS +BACKUP CODES\n"
                                r"bob +\*{8}56 +1 +10$")
        self.assertEqual([each["user"] for each in self.json_of("status")["enrolled"]], ["bob"])
        self.run_program("remove", "bob", expect=OK)
        self.assertNotIn("enrolled", self.run_program("status", expect=OK).stdout.lower())

    def test_who_has_no_way_in(self):
        self.machine.write_trusted(USERS_FILE, "[user tom]\nmethods = totp\n")
        self.start()
        shown = self.run_program("status", "tom", expect=NEGATIVE).stdout
        self.assertIn("no-way-in: neither number nor app nor backup codes", shown)
        self.assertEqual(self.json_of("status", "tom", expect=NEGATIVE)["state"], "no-way-in")

    def test_a_number_of_another_country(self):
        self.configure("[limits]\ncountries = GB\n")
        self.start()
        shown = self.run_program("status", "alice", expect=NEGATIVE).stdout
        self.assertIn("no-way-in: no code may go to the number's country", shown)
        self.assertIn("warning: alice's number ********67 is of a country that gets no codes from here",
                      self.run_program("check", expect=OK).stdout)
        self.run_program("rotate-key", expect=OK)
        done = self.import_number("alice", "+353851234567", expect=NEGATIVE)
        self.assertIn("is of a country that gets no codes from here", done.stdout)
        self.assertIn("1 numbers", self.import_number().stdout)


class InviteTest(EnrolmentCase):
    def setUp(self):
        super().setUp()
        self.start()

    def test_as_sentences_and_as_json(self):
        said = self.run_program("invite", "bob", expect=OK).stdout
        self.assertRegex(said, r"An invitation for bob, good once within 7 d, until ")
        words = set(re.findall(r"(?m)^    ([0-9A-Z]{5}-[0-9A-Z]{5})$", said))
        answer = self.json_of("invite", "bob", "--for", "30d")
        words.add(answer["invitation"])
        self.assertEqual((answer["user"], len(words)), ("bob", 2))

    def test_who_has_no_use_for_one(self):
        for user, why in (("alice", "alice has a second factor, and proves that"),
                          ("root", "only root may enroll it"), ("_sms2fa", "only root may enroll it")):
            with self.subTest(user):
                self.assertIn(why, self.run_program("invite", user, expect=NEGATIVE).stderr)
                self.assertIn(why, self.json_of("invite", user, expect=NEGATIVE)["error"])
        self.assertIn("no user mallory", self.run_program("invite", "mallory", expect=NOUSER).stderr)
        self.configure("[enroll]\nself = no\n")
        self.assertIn("only root enrolls people", self.run_program("invite", "bob", expect=NEGATIVE).stderr)

    def test_mistakes(self):
        for bad in ("0s", "31d", "soon"):
            self.assertIn("--for ", self.run_program("invite", "bob", "--for", bad, expect=USAGE).stderr)
        self.assertIn("only root may invite people",
                      self.run_program("invite", "bob", user="_sms2fa", expect=NOPERM).stderr)


class ToldTest(EnrolmentCase):
    def test_the_number_on_record_is_told_of_what_root_does(self):
        self.start()
        before = set(self.outbox.glob("*.txt"))
        self.run_program("codes", "alice", expect=OK)
        self.run_program("remove", "alice", expect=OK)
        told = sorted(set(self.outbox.glob("*.txt")) - before)
        self.assertEqual(len(told), 2)
        self.assertIn("new backup codes are being made for your login", told[0].read_text("ascii"))
        self.assertIn("are being removed from your login", told[1].read_text("ascii"))
        self.run_program("remove", "alice", expect=NEGATIVE)
        self.assertEqual(len(set(self.outbox.glob("*.txt")) - before), 2)

    def told_by_import(self, *people, wanted=OK):
        """The texts that an import of an app for each of them sends, and its report."""
        before = set(self.outbox.glob("*.txt"))
        path = self.machine.write_trusted(
            "/etc/users.oath", "".join(f"HOTP/T30 {user} - {OATH_KEY}\n" for user in people))
        report = self.json_of("enroll", "--import", "pam_oath", path, expect=wanted)
        return [path.read_text("ascii") for path in sorted(set(self.outbox.glob("*.txt")) - before)], report

    def test_an_import_tells_those_whom_it_adds_something_for(self):
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()
        self.run_program("enroll", "--import", "pam_oath", "--dry-run",
                         self.machine.write_trusted("/etc/users.oath", f"HOTP/T30 alice - {OATH_KEY}\n"), expect=OK)
        texts, report = self.told_by_import("alice", "bob")
        self.assertEqual((1, 2, 0), (len(texts), report["people"], report["untold"]))  # bob has no number
        self.assertIn("an authenticator app, a phone or backup codes were added to your login", texts[0])
        self.assertEqual([], self.told_by_import("alice", "bob")[0])
        before = set(self.outbox.glob("*.txt"))
        self.import_number("bob")
        (text,) = set(self.outbox.glob("*.txt")) - before
        self.assertIn("were added to your login", text.read_text("ascii"))

    def test_an_import_leaves_logins_their_messages(self):
        people = ["alice", *(f"user{i}" for i in range(7))]
        self.machine.add_accounts(people[1:])
        self.machine.write_trusted(USERS_FILE, "[users]\n" + "".join(
            f"{user} = +35385123456{i}\n" for i, user in enumerate(people)))
        self.configure("[limits]\nsends_per_host = 4/1h\n")
        self.run_program("rotate-key", "--init", expect=OK)
        self.start()
        since = len(self.machine.log.lines)
        texts, report = self.told_by_import(*people)
        self.assertEqual((2, 8, 6), (len(texts), report["people"], report["untold"]))
        self.machine.log.wait_for("notice kind=enrolled user=user1 by=root method=totp", since)
        self.machine.log.wait_for('kind=not-told user=user2 by=root detail="the unproven share of sends_per_host is '
                                  'used up"', since)
        self.machine.log.wait_for('kind=not-told user=user6 by=root detail="not tried', since)
        with protocol.Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", flags=protocol.FIRST_PROVED)
            client.prompt()
            client.answers(code_in(newest_text(self.outbox)))
            self.assertEqual((protocol.ACCEPTED, "right-code"), client.verdict())

    def test_what_cannot_be_told_is_done_and_said(self):
        self.start()
        self.configure("[limits]\nsends_per_number = 1/1h\n")
        since = len(self.machine.log.lines)
        self.run_program("codes", "alice", expect=OK)
        said = self.run_program("codes", "alice", expect=OK)
        self.assertIn("alice's number on record could not be told: sends_per_number", said.stderr)
        self.machine.log.wait_for("notice kind=not-told user=alice by=root", since)


class KeyTest(EnrolmentCase):
    def test_the_first_key_needs_no_provider(self):
        text = pathlib.Path(CONFIGURATION).read_text(encoding="ascii")
        self.machine.write_trusted(CONFIGURATION, text.replace(
            "type = outbox", "type = twilio\nauth_token_file = /nowhere/twilio.token"))
        self.assertIn("There is a first key",
                      self.run_program("rotate-key", "--init", expect=OK).stdout)
        made = KEY_FILE.read_bytes()
        self.assertRegex(made, rb"^[0-9a-f]{64}\n$")
        self.assertEqual((KEY_FILE.stat().st_mode & 0o777, KEY_FILE.group()), (0o640, "_sms2fa"))
        self.assertIn("There is a key already",
                      self.run_program("rotate-key", "--init", expect=OK).stdout)
        self.assertEqual(made, KEY_FILE.read_bytes())
        self.run_program("rotate-key", expect=OK)
        self.assertNotEqual(made, KEY_FILE.read_bytes())

    def test_check_misses_it(self):
        self.assertIn(f"note: {KEY_FILE} does not exist, so nobody can enroll",
                      self.run_program("check", expect=OK).stdout)
        self.run_program("rotate-key", "--init", expect=OK)
        self.assertNotIn(str(KEY_FILE), self.run_program("check", expect=OK).stdout)

    def test_a_lost_key_is_not_replaced_while_anything_needs_it(self):
        self.run_program("rotate-key", expect=OK)
        self.start()
        self.import_app()
        kept = KEY_FILE.read_text(encoding="ascii")
        KEY_FILE.unlink()
        for more in ([], ["--init"]):
            done = self.run_program("rotate-key", *more, expect=CONFIG)
            self.assertIn("is gone, and 1 people have numbers or apps that only its key opens",
                          done.stderr)
            self.assertFalse(KEY_FILE.exists())
        # The daemon that runs has read it, and has it until it reads its files again.
        said = self.run_program("status", "bob", expect=NEGATIVE).stdout
        self.assertRegex(said, r"(?m)^  state +ok: may log in, until sms2fad reads its files again$")
        self.assertRegex(said, r"(?m)^  after a reload +no-way-in: only the store's key opens what is")
        self.stop()
        said = self.run_program("status", "bob", expect=NEGATIVE).stdout
        self.assertRegex(said, r"(?m)^  record +/etc/sms2fa/store\.key: ")
        self.assertRegex(said, r"(?m)^  state +no-way-in: only the store's key opens what is enrolled$")
        self.assertRegex(said, r"(?m)^  apps +.*, cannot be used$")
        self.assertEqual(["app"], self.json_of("status", "bob", expect=NEGATIVE)["unusable"])
        said = self.run_program("check", expect=CONFIG).stdout
        self.assertIn(f"error: {KEY_FILE} is gone, and 1 people have numbers or apps that only its "
                      "key opens", said)
        self.assertIn("sms2fa remove USER", said)
        self.machine.write_trusted(KEY_FILE, kept)
        self.run_program("status", "bob", expect=OK)
        KEY_FILE.unlink()
        self.run_program("remove", "bob", expect=OK)
        self.run_program("rotate-key", "--init", expect=OK)
        self.import_app()
        self.run_program("status", "bob", expect=OK)

    def test_a_rotation_that_was_broken_off_ends_with_the_next(self):
        self.run_program("rotate-key", expect=OK)
        self.start()
        self.import_app()
        old = KEY_FILE.read_text(encoding="ascii")
        self.machine.write_trusted(KEY_FILE, "".join(f"{i}" * 64 + "\n" for i in range(1, 8)) + old)
        self.assertIn("sealed with it: 1", self.run_program("rotate-key", expect=OK).stdout)
        self.assertEqual(1, len(re.findall(r"(?m)^[0-9a-f]{64}$", KEY_FILE.read_text("ascii"))))
        self.run_program("status", "bob", expect=OK)
