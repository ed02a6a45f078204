# SPDX-License-Identifier: Apache-2.0
"""What people have enrolled, on the store itself: status shows it, and the key that seals it."""

import pathlib
import re

import protocol
from program import CONFIG, CONFIGURATION, NEGATIVE, NOINPUT, NOUSER, OK, USERS_FILE
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
        self.run_program("rotate-key", "--first", expect=OK)
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
        self.run_program("rotate-key", "--first", expect=OK)
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


class EnrolledStatusTest(EnrolmentCase):
    def test_who_has_only_enrolled(self):
        self.run_program("rotate-key", "--first", expect=OK)
        self.start()
        self.run_program("status", "bob", expect=NOUSER)
        self.import_app()
        self.import_number()
        self.run_program("codes", "bob", expect=OK)
        self.run_program("pass", "bob", "--reason", "lost", expect=OK)
        shown = self.run_program("status", "bob", expect=OK).stdout
        self.assertRegex(shown, r"(?m)^  state +may log in$")
        self.assertRegex(shown, r"(?m)^  number +\*{8}56 \(enrolled\)$")
        self.assertRegex(shown, r"(?m)^  apps +imported \(since \d{4}-\d\d-\d\d\)$")
        self.assertRegex(shown, r"(?m)^  backup codes +10 left$")
        self.assertRegex(shown, r"(?m)^  pass +one, good for another (15|14) min$")
        answer = self.json_of("status", "bob")
        self.assertEqual((answer["state"], answer["number"], answer["number_is_enrolled"],
                          answer["backup_codes_left"], [app["label"] for app in answer["apps"]]),
                         ("ok", "********56", True, 10, ["imported"]))
        self.assertTrue(0 < answer["pass_for_s"] <= 900)
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
        self.assertIn("no way in: neither number nor app nor backup codes", shown)
        self.assertEqual(self.json_of("status", "tom", expect=NEGATIVE)["state"], "no-way-in")

    def test_a_number_of_another_country(self):
        self.configure("[limits]\ncountries = GB\n")
        self.start()
        shown = self.run_program("status", "alice", expect=NEGATIVE).stdout
        self.assertIn("no way in: no code may go to the number's country", shown)
        self.assertIn("warning: alice's number ********67 is of no country that gets codes",
                      self.run_program("check", expect=OK).stdout)
        self.run_program("rotate-key", expect=OK)
        done = self.import_number("alice", "+353851234567", expect=NEGATIVE)
        self.assertIn("its country gets no messages from here", done.stdout)
        self.assertIn("1 numbers", self.import_number().stdout)


class KeyTest(EnrolmentCase):
    def test_the_first_key_needs_no_provider(self):
        text = pathlib.Path(CONFIGURATION).read_text(encoding="ascii")
        self.machine.write_trusted(CONFIGURATION, text.replace(
            "type = outbox", "type = twilio\nauth_token_file = /nowhere/twilio.token"))
        self.assertIn("There is a first key",
                      self.run_program("rotate-key", "--first", expect=OK).stdout)
        made = KEY_FILE.read_bytes()
        self.assertRegex(made, rb"^[0-9a-f]{64}\n$")
        self.assertEqual((KEY_FILE.stat().st_mode & 0o777, KEY_FILE.group()), (0o640, "_sms2fa"))
        self.assertIn("There is a key already",
                      self.run_program("rotate-key", "--first", expect=OK).stdout)
        self.assertEqual(made, KEY_FILE.read_bytes())
        self.run_program("rotate-key", expect=OK)
        self.assertNotEqual(made, KEY_FILE.read_bytes())

    def test_check_misses_it(self):
        self.assertIn(f"note: {KEY_FILE} does not exist, so nobody can enroll",
                      self.run_program("check", expect=OK).stdout)
        self.run_program("rotate-key", "--first", expect=OK)
        self.assertNotIn(str(KEY_FILE), self.run_program("check", expect=OK).stdout)

    def test_a_lost_key_is_not_replaced_while_anything_needs_it(self):
        self.run_program("rotate-key", expect=OK)
        self.start()
        self.import_app()
        kept = KEY_FILE.read_text(encoding="ascii")
        KEY_FILE.unlink()
        for more in ([], ["--first"]):
            done = self.run_program("rotate-key", *more, expect=CONFIG)
            self.assertIn("is gone, and 1 people have numbers or apps that only its key opens",
                          done.stderr)
            self.assertFalse(KEY_FILE.exists())
        self.assertRegex(self.run_program("status", "bob", expect=NEGATIVE).stdout,
                         r"(?m)^  record +/etc/sms2fa/store\.key: ")
        self.machine.write_trusted(KEY_FILE, kept)
        self.run_program("status", "bob", expect=OK)
        KEY_FILE.unlink()
        self.run_program("remove", "bob", expect=OK)
        self.run_program("rotate-key", "--first", expect=OK)
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
