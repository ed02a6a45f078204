# SPDX-License-Identifier: Apache-2.0
"""Which numbers codes go to, and files of other second factors that are not what they seem."""

import base64
import os
import pathlib
import pwd
import secrets
import subprocess

from login import PROMPT, LocalLogin
from private_machine import run
from protocol import DENIED, Client
from scenario import PREMIUM, Scenario

KEY_FILE = "/etc/sms2fa/store.key"
CAROLS = "+353851112223"

# One of each kind that no code may ever go to and that only libphonenumber can tell from others.
FORBIDDEN = {
    "premium": "+44 909 879 1234", "french-premium": "+33 899 123 456",
    "spanish-premium": "+34 803 123 456", "shared-cost": "+353 1850 123 456",
    "freephone": "+44 800 123 456", "personal": "+44 70 1234 5678", "pager": "+44 7640 123456",
    "universal": "+44 55 0012 3456", "ascension": "+247 123 456",
}


class Numbers(Scenario):
    def looks_like_a_login(self, user):
        """The first prompt and the verdict of somebody who asks for a message or a call."""
        with Client(self.machine.socket) as client:
            client.hello(user, service="sshd", rhost="198.51.100.7")
            prompt = client.prompt()
            for answer in ("v", "r"):
                client.answers(answer)
                client.prompt()
            for answer in ("000000", "000001", "000002"):
                client.answers(answer)
                if answer != "000002":
                    client.prompt()
            return prompt, client.verdict()

    def test_numbers_of_the_wrong_kind_get_neither_text_nor_call(self):
        self.start_daemon(users=FORBIDDEN, delivery={"voice": "yes"}, limits={"resend_after": "1s"})
        for user in FORBIDDEN:
            self.machine.add_user(user, "x")
            with self.subTest(user):
                prompt, verdict = self.looks_like_a_login(user)
                self.assertRegex(prompt, r"Code sent by SMS to \*{8}\d\d ")
                self.assertEqual((DENIED, "forbidden-number"), verdict)
        self.assertEqual(0, self.fake(self.provider).requests)

    def test_an_office_phone_at_premium_rate_is_not_called(self):
        run("usermod", "--comment", f"Eve,,{FORBIDDEN['premium']}", "eve")
        self.addCleanup(run, "usermod", "--comment", f"Eve,,{PREMIUM}", "eve")
        self.start_daemon(directory={"sources": "users-file, gecos"}, delivery={"voice": "yes"},
                          limits={"resend_after": "1s"})
        _, verdict = self.looks_like_a_login("eve")
        self.assertEqual((DENIED, "forbidden-number"), verdict)
        self.assertEqual(0, self.fake(self.provider).requests)

    def test_a_number_that_the_metadata_does_not_know_gets_its_code(self):
        self.start_house(users={"alice": "+353 99 999 9999"})
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in("alice")
        self.assertEqual(["+353999999999"], [text.to for text in self.texts()])

    def test_a_national_prefix_behind_the_country_code(self):
        meant = {"alice": ("+49 (0)151 23456789", "+4915123456789"),
                 "bob": ("+7 8 912 345 67 89", "+79123456789"),
                 "carol": ("+44 (0)7400 123456", "+447400123456"),
                 "eve": ("+353 085 123 4567", "+353851234567")}
        self.start_house(users={user: written for user, (written, _) in meant.items()})
        for count, user in enumerate(meant):
            with self.ssh(user) as person:
                person.reads(PROMPT)
                person.types(self.next_text(after=count).code)
                person.gets_in(user)
        self.assertEqual([number for _, number in meant.values()],
                         [text.to for text in self.texts()])

    def enrolls(self, *typed):
        """What carol reads when she types these one after the other."""
        with self.meet(LocalLogin("carol", str(self.machine.build / "sms2fa"), "enroll",
                                  "--socket", str(self.machine.user_socket),
                                  environment={"TERM": "xterm-256color"})) as person:
            for text in typed:
                person.reads("Phone number for codes")
                person.types(text)
            person.reads("Set up an authenticator app|Code sent by SMS")
            person.presses("c")
            return " ".join(person.screen.split())

    def test_people_enroll_only_mobile_numbers_of_known_countries(self):
        store_key = secrets.token_hex(32)
        self.keep_secret(store_key)
        self.machine.write_trusted(KEY_FILE, store_key + "\n")
        self.start_daemon(store={"path": self.state / "state.db", "key_file": KEY_FILE},
                          directory={"default_country": "IE"}, enroll={"self": "yes"})
        refused = {
            "+353 87 12": "too short for its country; one there is written like +353 8",
            "+44 909 879 1234": "is a premium-rate number",
            "+44 70 1234 5678": "is a personal number",
            "+353 1 234 5678": "is a fixed line's",
            "+353 99 999 9999": "is none that is known to be a mobile phone's",
            "+870 773 111 632": "has a prefix where no code may go",
            "+53 5 551 2345": "is of a country that gets no codes from here",
            "+1 876 555 1234": "is of a country that gets no codes from here",
            "085 111 2223 ext 5": "has a letter at column 14",
        }
        numbers = list(refused)
        for begin in range(0, len(numbers), 3):
            three = numbers[begin:begin + 3]
            screen = self.enrolls(*three)
            for number in three:
                with self.subTest(number):
                    self.assertIn(refused[number], screen)
        self.assertEqual(0, self.fake(self.provider).requests)
        # bob's number on record makes his country known.
        for count, number in enumerate(("+353 085 111 2223", "+44 (0)7400 123456")):
            self.assertIn("Code sent by SMS", self.enrolls(number))
            self.next_text(after=count)
        self.assertEqual([CAROLS, "+447400123456"], [text.to for text in self.texts()])


class Import(Scenario):
    def setUp(self):
        super().setUp()
        store_key = secrets.token_hex(32)
        self.keep_secret(store_key)
        self.machine.write_trusted(KEY_FILE, store_key + "\n")
        self.start_daemon(store={"path": self.state / "state.db", "key_file": KEY_FILE})

    def file_of(self, user):
        path = pathlib.Path(f"/home/{user}/.google_authenticator")
        self.addCleanup(path.unlink, missing_ok=True)
        path.unlink(missing_ok=True)
        return path

    def writes(self, user, more="", mode=0o400):
        key = base64.b32encode(secrets.token_bytes(20)).decode()
        self.keep_secret(key)
        path = self.file_of(user)
        path.write_text(f"{key}\n\" RATE_LIMIT 3 30\n\" TOTP_AUTH\n{more}", encoding="ascii")
        os.chown(path, pwd.getpwnam(user).pw_uid, -1)
        path.chmod(mode)
        return path

    def imports(self, *paths, status=1):
        done = subprocess.run(
            [self.machine.build / "sms2fa", "enroll", "--import", "google-authenticator", *paths],
            capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_files_that_cannot_be_used_hinder_no_others(self):
        good = self.writes("alice", "12345678\n")
        link, pipe, large = (self.file_of(user) for user in ("bob", "carol", "eve"))
        os.symlink("/etc/shadow", link)
        os.mkfifo(pipe)
        self.writes("eve", "".join(f"{i:08}\n" for i in range(100_000)))
        said = self.imports(link, pipe, large, "/home", "/dev/zero", "/nowhere", good)
        for path, why in ((link, "is a symbolic link"), (pipe, "is not a regular file"),
                          (large, "is larger than 64 KiB"),
                          ("/home", "is not a regular file"),
                          ("/dev/zero", "is not a regular file"),
                          ("/nowhere", "No such file or directory")):
            self.assertIn(f"warning: {path}: {why}\n", said)
        self.assertIn("Taken over: 1 people, 1 apps, 0 numbers, 1 scratch codes; there already: 0; "
                      "refused: 6.", said)

    def test_too_many_scratch_codes_stay_behind(self):
        path = self.writes("alice", "".join(f"{i:08}\n" for i in range(20_000_000, 20_000_500)))
        said = self.imports(path, status=0)
        self.assertIn("alice: its list of more than ten scratch codes stays behind", said)
        self.assertIn("1 apps, 0 numbers, 0 scratch codes", said)

    def test_a_file_that_others_can_write_is_nobody_s_word(self):
        path = self.writes("alice", mode=0o620)
        said = self.imports(path, self.writes("bob"))
        self.assertIn(f"warning: {path}: others can write to it (chmod go-w)", said)
        self.assertIn("1 people", said)

    def test_a_file_of_no_account(self):
        path = self.writes("alice")
        os.chown(path, 4711, -1)
        said = self.imports(path, self.writes("bob"))
        self.assertIn(f"warning: {path}: belongs to no account", said)
        self.assertIn("1 people", said)
