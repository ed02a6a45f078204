# SPDX-License-Identifier: Apache-2.0
"""People enroll themselves in a terminal, without an administrator, and then log in with it."""

import re
import secrets
import subprocess

from login import PROMPT, LocalLogin
from scenario import Scenario

KEY_FILE = "/etc/sms2fa/store.key"
CAROLS = "+353851112223"


def oathtool(key, *options):
    """The code of a generator that is not ours, for now or another time."""
    done = subprocess.run(["oathtool", "--totp", "--base32", *options, key], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()


class Enroll(Scenario):
    def house(self, **sections):
        self.machine.write_trusted(KEY_FILE, secrets.token_hex(32) + "\n")
        store = {"path": self.state / "state.db", "key_file": KEY_FILE}
        self.start_house(store=store, **sections)

    def sits_down(self, user="carol", *options):
        return self.meet(LocalLogin(user, str(self.machine.build / "sms2fa"), "enroll",
                                    "--socket", str(self.machine.socket), *options,
                                    environment={"TERM": "xterm-256color"}))

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
        person.sees("Enter the code that the app shows")
        person.types(oathtool(key))
        person.sees("The app is set up.")
        person.sees("Backup codes: each lets you in once")
        codes = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", person.screen)
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
            self.tries_number(person, "12", "Not a usable number")
            self.tries_number(person, "+44 7700 900124", "Not a usable number")
            self.tries_number(person, "(085) 111-2223", r"Code sent by SMS to \*{8}23")
            person.presses("c")
        with self.sits_down() as person:
            self.tries_number(person, "0049 1512 3456789", r"Code sent by SMS to \*{8}89")
            person.types(self.next_text(after=1).code)
            person.sees("From now on codes go to ********89")
        self.assertEqual([CAROLS, "+4915123456789"], [text.to for text in self.texts()])

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
            read = subprocess.run(["zbarimg", "--quiet", "--raw", picture], check=True,
                                  capture_output=True, text=True).stdout.strip()
            self.assertEqual(uri, read)

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

    def test_nobody_enrolls_somebody_else(self):
        self.house()
        with self.sits_down("carol", "alice") as person:
            person.sees("you may only enroll yourself")
            self.assertEqual(77, person.waits_for_the_end())
