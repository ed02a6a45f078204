# SPDX-License-Identifier: Apache-2.0
"""People enroll themselves in a terminal, without an administrator, and then log in with it."""

import base64
import re
import secrets
import subprocess

from login import PROMPT, LocalLogin, Person
from scenario import CONFIGURATION, Scenario

KEY_FILE = "/etc/sms2fa/store.key"
CAROLS = "+353851112223"
CAROLS_NEXT = "+353851112245"
TERMINAL = {"TERM": "xterm-256color"}
# One row of the picture: black on white by the 256 colours, which no theme changes.
ROW = re.compile("\x1b\\[38;5;16;48;5;231m([ \u2580\u2584\u2588]+)\x1b\\[0m")


def oathtool(key, *options):
    """The code of a generator that is not ours, for now or another time."""
    done = subprocess.run(["oathtool", "--totp", "--base32", *options, key], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()


class Enroll(Scenario):
    def house(self, **sections):
        store_key = secrets.token_hex(32)
        self.keep_secret(store_key, CAROLS.lstrip("+"), CAROLS_NEXT.lstrip("+"))
        self.machine.write_trusted(KEY_FILE, store_key + "\n")
        store = {"path": self.state / "state.db", "key_file": KEY_FILE}
        self.start_house(**({"store": store, "enroll": {"self": "yes"}} | sections))

    def sits_down(self, user="carol", *options):
        return self.meet(LocalLogin(user, str(self.machine.build / "sms2fa"), "enroll",
                                    *options,
                                    environment=TERMINAL))

    def enrolls_everything(self, person):
        """Returns the app's key and the backup codes."""
        person.sees("Phone number for codes")
        person.types(CAROLS)
        person.sees("Code sent by SMS to ********23")
        person.types(self.next_text().code)
        person.sees("From now on codes go to ********23")
        person.sees("Set up an authenticator app?")
        person.types("y")
        key = person.reads(r"type the key:([A-Z2-7 ]+)").group(1).replace(" ", "")
        self.assertEqual(32, len(key))  # 160 bits
        person.sees("Enter the code that the app shows")
        code = oathtool(key)
        self.keep_secret(key, code)
        person.types(code)
        person.sees("The app is set up.")
        person.sees("Backup codes: each lets you in once")
        codes = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", person.screen)
        self.keep_secret(*codes)
        person.types("")
        person.sees("Done.")
        self.assertEqual(0, person.waits_for_the_end())
        return key, codes

    def test_an_unprivileged_user_enrolls_and_logs_in_by_message(self):
        self.house()
        _, codes = self.enrolls_everything(self.sits_down())
        self.assertEqual(10, len(set(codes)))
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            person.types(self.next_text(after=1).code)
            person.gets_in("carol")
        self.logged("kind=enrolled user=carol")

    def test_what_was_enrolled_is_not_kept_as_it_is(self):
        self.house()
        key, codes = self.enrolls_everything(self.sits_down())
        self.assert_not_kept(CAROLS.lstrip("+"), base64.b32decode(key), *codes)

    def test_whoever_finds_the_session_open_changes_nothing_without_a_code(self):
        self.house()
        self.enrolls_everything(self.sits_down())
        with self.sits_down() as person:
            person.sees("First show that you are who you were")
            for _ in range(3):
                person.reads(PROMPT)
                person.types(self.next_text(after=1).wrong_code)
            self.assertEqual(1, person.waits_for_the_end())
            self.assertNotRegex(person.screen, "Another number|authenticator app|otpauth|ten new")
        self.logged("denied reason=no-tries-left user=carol service=sms2fa-enroll")
        with self.ssh("carol") as person:
            person.sees("********23")
        self.assertEqual({CAROLS}, {text.to for text in self.texts()})

    def test_root_changes_a_number_at_once_and_proves_nothing(self):
        self.house()
        self.enrolls_everything(self.sits_down())
        words = [self.machine.build / "sms2fa", "enroll", "carol", "--socket", self.machine.socket]
        with Person([str(word) for word in words], env=TERMINAL) as person:
            person.sees("Codes go to ********23. Another number")
            person.types(CAROLS_NEXT)
            person.sees("Code sent by SMS to ********45")
            person.types(self.next_text(after=1).code)
            person.sees("From now on codes go to ********45")
            person.sees("Set up another one?")
            person.types("")
            person.sees("Make ten new ones")
            person.types("")
            person.sees("Done.")
            self.assertEqual(0, person.waits_for_the_end())
            self.assertNotIn("First show", person.screen)
        self.logged("by=root")
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            told = self.next_text(after=2)
            self.assertEqual(CAROLS, told.to)
            self.assertIn("your login codes now go to another phone", told.body)
            text = self.next_text(after=3)
            self.assertEqual(CAROLS_NEXT, text.to)
            person.types(text.code)
            person.gets_in("carol")

    def test_what_was_enrolled_lets_in(self):
        self.house()
        key, codes = self.enrolls_everything(self.sits_down())
        # The step that proved the app is used up; one step ahead is as good as now.
        for answer in (oathtool(key, "--now", "30 seconds"), codes[0]):
            with self.ssh("carol") as person:
                person.reads(PROMPT)
                person.types(answer)
                person.gets_in("carol")

    def tries_number(self, person, typed, shown):
        person.reads("Phone number for codes|Another number")
        person.types(typed)
        person.reads(shown)

    def test_numbers_are_typed_as_people_write_them(self):
        self.house(directory={"default_country": "IE"}, limits={"countries": "IE, DE"})
        with self.sits_down() as person:
            self.tries_number(person, "12", "Not usable: ")
            self.tries_number(person, "+44 7400 123456", "Not usable: the phone number is of a "
                                                         "country that gets no codes from here")
            self.tries_number(person, "(085) 111-2223", r"Code sent by SMS to \*{8}23")
            person.presses("c")
        with self.sits_down() as person:
            self.tries_number(person, "0049 1512 3456789", r"Code sent by SMS to \*{8}89")
            person.types(self.next_text(after=1).code)
            person.sees("From now on codes go to ********89")
        self.assertEqual([CAROLS, "+4915123456789"], [text.to for text in self.texts()])

    def photographs(self, screen):
        """A picture of the rows on the screen, four pixels a module."""
        lines = []
        for row in ROW.findall(screen):
            for dark in ("\u2580\u2588", "\u2584\u2588"):  # the upper half of each, the lower half
                lines += 4 * ["".join(4 * str(int(half in dark)) for half in row)]
        picture = self.machine.state / "screen.pbm"
        size = f"{len(lines[0])} {len(lines)}" if lines else "0 0"
        picture.write_text("\n".join(["P1", size, *lines, ""]), encoding="ascii")
        return picture

    def read_from(self, picture):
        return subprocess.run(["zbarimg", "--quiet", "--raw", picture], check=True,
                              capture_output=True, text=True).stdout.strip()

    def test_the_picture_that_is_drawn_says_what_the_uri_says(self):
        self.house()
        picture = "/home/carol/key.png"
        with self.sits_down("carol", "--png", picture) as person:
            person.sees("Phone number for codes")
            person.types("")
            person.sees("Set up an authenticator app?")
            person.types("y")
            uri = person.reads(r"otpauth://totp/web01:carol\S+").group(0)
            person.sees("Enter the code that the app shows")
            self.assertEqual(uri, self.read_from(picture))
            self.assertEqual(uri, self.read_from(self.photographs(person.screen)))

    def test_ctrl_c_leaves_nothing_half_done(self):
        self.house()
        with self.sits_down() as person:
            person.sees("Phone number for codes")
            person.types(CAROLS)
            person.sees("Code sent by SMS")
            person.presses("c")
            self.assertNotEqual(0, person.waits_for_the_end())
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.reads("Wrong code")
        self.assert_texts(1)

    def by_root(self, *words):
        words = [self.machine.build / "sms2fa", *words, "--config", CONFIGURATION]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def is_told_to_begin_again(self, person):
        person.sees("changed or locked meanwhile. Begin again.")
        self.assertEqual(1, person.waits_for_the_end())
        self.logged("reason=changed-meanwhile user=carol")

    def test_an_enrolment_held_open_changes_nothing_once_carol_has_enrolled(self):
        self.house()
        thief = self.sits_down()
        thief.sees("Phone number for codes")
        self.enrolls_everything(self.sits_down())
        thief.types(CAROLS_NEXT)
        thief.sees("Code sent by SMS to ********45")
        thief.types(self.next_text(after=1).code)
        self.is_told_to_begin_again(thief)
        with self.ssh("carol") as person:
            person.sees("********23")

    def test_removing_ends_an_enrolment_that_was_proved(self):
        self.house()
        self.enrolls_everything(self.sits_down())
        person = self.sits_down()
        person.reads(PROMPT)
        person.types(self.next_text(after=1).code)
        person.sees("Set up another one?")
        self.by_root("remove", "carol")
        self.assertIn("are being removed from your login", self.next_text(after=2).body)
        person.types("y")
        key = person.reads(r"type the key:([A-Z2-7 ]+)").group(1).replace(" ", "")
        person.sees("Enter the code that the app shows")
        code = oathtool(key)
        self.keep_secret(key, code)
        person.types(code)
        self.is_told_to_begin_again(person)
        self.assertIn("no user carol on record", subprocess.run(
            [self.machine.build / "sms2fa", "status", "carol", "--config", CONFIGURATION],
            capture_output=True, text=True, check=False).stderr)

    def test_what_was_removed_is_dead_at_a_prompt_that_stands_already(self):
        self.house()
        key, codes = self.enrolls_everything(self.sits_down())
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            self.by_root("remove", "carol")
            for answer in (oathtool(key, "--now", "30 seconds"), codes[0]):
                person.types(answer)
                person.reads("Wrong code")
            person.types(self.next_text(after=1).code)
            person.reads("Too many wrong codes|denied")
        self.logged("denied reason=unknown-user user=carol service=sshd")

    def test_one_code_adds_one_thing_and_the_number_is_told(self):
        self.house(limits={"sends_per_number": "20/10m"})
        with self.sits_down() as person:
            person.sees("Phone number for codes")
            person.types(CAROLS)
            person.sees("Code sent by SMS")
            person.types(self.next_text().code)
            person.sees("From now on codes go to")
            person.presses("c")
        person = self.sits_down()
        person.reads(PROMPT)
        proof = self.next_text(after=1)
        self.assertIn("to ADD a phone or app, not to log in", proof.body)
        person.types(proof.code)
        person.sees("Set up an authenticator app?")
        person.types("y")
        key = person.reads(r"type the key:([A-Z2-7 ]+)").group(1).replace(" ", "")
        person.sees("Enter the code that the app shows")
        code = oathtool(key)
        self.keep_secret(key, code)
        person.types(code)
        person.sees("The app is set up.")
        told = self.next_text(after=2)
        self.assertEqual((CAROLS, None), (told.to, told.code))
        self.assertIn("an authenticator app is being added to your login", told.body)
        person.sees("You have no backup codes. Make ten?")
        person.types("y")
        person.sees("Another change needs another code.")
        person.reads(PROMPT)
        for _ in range(3):
            person.types(proof.code)
        self.assertEqual(1, person.waits_for_the_end())
        self.assertNotIn("Backup codes: each", person.screen)

    def test_who_holds_nothing_needs_an_invitation(self):
        self.house(enroll={})
        with self.sits_down() as person:
            person.sees("Enter the invitation that your administrator gave you")
            for _ in range(3):
                person.types("7K2XM-Q9RTC")
            self.assertEqual(1, person.waits_for_the_end())
        self.logged("denied reason=may-not-enroll user=carol")
        said = self.by_root("invite", "carol", "--for", "2h")
        self.logged("notice kind=invited user=carol by=root detail=\"for 2 h\"")
        word = re.search(r"^    ([0-9A-Z]{5}-[0-9A-Z]{5})$", said, re.MULTILINE).group(1)
        self.keep_secret(word)
        person = self.sits_down()
        person.sees("Enter the invitation")
        person.types(word.lower())
        self.enrolls_everything(person)
        with self.sits_down() as person:
            person.sees("First show that you are who you were")
        self.assert_not_kept(word)

    def test_an_account_that_is_no_persons_enrolls_nothing(self):
        self.house()
        self.machine.add_user("deploy", "unused", "--uid", "990")
        with self.sits_down("deploy") as person:
            person.sees("This is no person's account")
            self.assertEqual(1, person.waits_for_the_end())
        self.logged("denied reason=may-not-enroll user=deploy")
        self.assert_texts(0)

    def test_nobody_enrolls_somebody_else(self):
        self.house()
        with self.sits_down("carol", "alice") as person:
            person.sees("you may only enroll yourself")
            self.assertEqual(77, person.waits_for_the_end())
