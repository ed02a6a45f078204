# SPDX-License-Identifier: Apache-2.0
"""What people have enrolled, on the store itself: status shows it, and the key that seals it."""

import pathlib
import re

from program import CONFIG, CONFIGURATION, NEGATIVE, NOUSER, OK, USERS_FILE
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
