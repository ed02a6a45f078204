# SPDX-License-Identifier: Apache-2.0
"""sms2fa check: files, permissions, numbers."""

import datetime
import os
import pathlib
import shutil
import subprocess

from private_machine import run
from program import CONFIG, CONFIGURATION, NOPERM, OK, USERS_FILE, ProgramCase, provider_section

FORGETS = "[store] type = memory: a restart of the daemon forgets locks, budgets and how often people were guessed at"
FINDING = r"^(?:(?:ok|note|warning|error): .+\n)+$"


class CheckTest(ProgramCase):
    def check(self, expect, *said, **options):
        """Its output, in which every text of `said` stands."""
        done = self.run_program("check", expect=expect, **options)
        self.assertRegex(done.stdout, FINDING)
        for text in said:
            self.assertIn(text, done.stdout)
        self.assertEqual("error: " in done.stdout, expect != OK)
        return done.stdout

    def warnings(self, said):
        """All but that of the store in memory, which most tests here have."""
        return [line for line in said.splitlines() if line.startswith("warning: ") and FORGETS not in line]

    def test_nothing_is_wrong(self):
        said = self.check(OK, f"ok: {CONFIGURATION}: configuration, users and providers can be "
                              "read\n",
                          "ok: _sms2fa can read all of it", "ok: 2 phone numbers look plausible")
        self.assertEqual([], self.warnings(said))

    def test_providers(self):
        fakes = {kind: self.fake(kind) for kind in ("twilio", "telnyx")}
        self.configure("".join(provider_section(kind, fake) for kind, fake in fakes.items()),
                       "twilio, telnyx")
        self.assertEqual([], self.warnings(self.check(OK)))
        # It is a look only: nothing was sent, nobody was called.
        self.assertEqual([fake.connections for fake in fakes.values()], [0, 0])

    def test_services_that_make_codes(self):
        service = ("[provider service]\ntype = telnyx-verify\napi_key = KEY0123456789ABCDEF\n"
                   "verify_profile_id = 12ade33a-21c0-473b-b055-b3c836e1c292\n")
        self.configure(service, "service")
        length = "note: [provider service] decides how long its codes are"
        untold = "warning: no provider sends texts of ours, so nobody can enroll a number or be told of a change"
        self.check(OK, length, "set 6 or more, shorter ones let nobody in", untold)
        self.configure(service, "service, outbox")
        self.assertNotIn(untold, self.check(OK, length))

    def test_guesses_at_a_services_codes(self):
        """It may make six digits, whatever ours have."""
        service = ("[provider service]\ntype = twilio-verify\naccount_sid = AC%032d\nauth_token = %032d\n"
                   "verify_service_sid = VA%032d\n" % (1, 2, 3))
        ours = "[code]\nlength = 8\n"
        guesses = "with a number may each be guessed at %d times a year, 1 in 1000,"
        self.configure(ours + service, "outbox")
        self.check(OK, guesses % 100000)
        self.configure(ours + service, "service")
        self.check(OK, guesses % 1000)

    def test_json(self):
        answer = self.json_of("check")
        self.assertEqual({finding["severity"] for finding in answer["findings"]}, {"ok", "note", "warning"})
        self.configure("[nowhere]\n")
        answer = self.json_of("check", expect=CONFIG)
        self.assertIn({"severity": "error", "text": f"{CONFIGURATION}:10: unknown section nowhere"},
                      answer["findings"])

    def test_several_mistakes_at_once(self):
        self.configure("[code]\nlenght = 6\ntries = 9\n[limits]\nsend_per_user = 1/1h\n")
        self.check(CONFIG, f"error: {CONFIGURATION}:11: unknown key lenght; did you mean length?\n",
                   f"error: {CONFIGURATION}:12: tries: ",
                   f"error: {CONFIGURATION}:14: unknown key send_per_user; did you mean "
                   "sends_per_user?\n")

    def test_credentials_of_the_wrong_shape(self):
        section = provider_section("twilio", self.fake("twilio"), account_sid="AC12")
        self.configure(section, "twilio")
        said = self.check(CONFIG, ": account_sid: must be AC and 32 hexadecimal digits")
        self.assertNotIn("AC12", said)

    def test_users_file(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\nalice = 12\n"
                                               "eve = +19005550006\n")
        self.check(CONFIG, f"error: {USERS_FILE}:3: this user stands already in line 2\n",
                   f"error: {USERS_FILE}:3: the phone number does not begin with '+'",
                   f"error: {USERS_FILE}:4: the phone number has a prefix where no code may go")

    def test_missing_files(self):
        os.unlink(USERS_FILE)
        self.check(CONFIG, f"error: {USERS_FILE}: No such file or directory (write it: man 5 "
                           "sms2fa-users.conf)")
        os.unlink(CONFIGURATION)
        self.check(CONFIG, f"error: {CONFIGURATION}: No such file or directory (write it: man 5 "
                           "sms2fa.conf)")

    def test_permissions(self):
        for path in (CONFIGURATION, USERS_FILE):
            for mode, said in ((0o644, "others can read it (chmod o-r)"),
                               (0o660, "others can write to it (chmod go-w)")):
                with self.subTest(path=path, mode=mode):
                    os.chmod(path, mode)
                    self.check(NOPERM, f"error: {path}: {said}")
                    os.chmod(path, 0o640)

    def test_what_only_root_can_read_fails_at_the_next_reload(self):
        for path in (CONFIGURATION, USERS_FILE):
            with self.subTest(path):
                shutil.chown(path, group="root")
                self.check(NOPERM, f"error: _sms2fa can't read {path}, so sms2fad refuses its next reload "
                                   f"or start: chgrp _sms2fa {path} && chmod g+r {path}\n")
                shutil.chown(path, group="_sms2fa")
        self.configure(provider_section("twilio", self.fake("twilio")), "twilio")
        os.chmod("/etc/sms2fa/twilio-ca.pem", 0o600)
        self.check(NOPERM, "for _sms2fa, so at a reload", "[provider twilio]")
        os.chmod("/etc/sms2fa/twilio-ca.pem", 0o644)
        os.chmod("/etc/sms2fa", 0o700)
        self.addCleanup(os.chmod, "/etc/sms2fa", 0o755)
        self.check(NOPERM, ": chgrp _sms2fa /etc/sms2fa && chmod g+x /etc/sms2fa\n")

    def test_a_mistake_outranks_a_permission(self):
        os.chmod(USERS_FILE, 0o644)
        section = provider_section("twilio", self.fake("twilio"), ca_file="/dev/null")
        self.configure(section, "twilio")
        self.check(CONFIG, "others can read it", "error: [provider twilio] ")

    def test_credentials_that_nobody_has(self):
        fake = self.fake("twilio")
        for changes, expect, said in (
                ({"account_sid": "AC" + "0" * 32}, CONFIG, "error: [provider twilio] account_sid is still a placeholder; "),
                ({"auth_token": "x" * 32}, CONFIG, "error: [provider twilio] auth_token is still a placeholder; "),
                ({"auth_token": "b" * 31}, OK, "warning: [provider twilio] auth_token is none of Twilio's, "),
                ({"auth_token": "b" * 31 + "g"}, OK, "warning: [provider twilio] auth_token is none of Twilio's, ")):
            with self.subTest(changes):
                self.configure(provider_section("twilio", fake, **changes), "twilio")
                self.check(expect, said)
        self.configure(provider_section("telnyx", self.fake("telnyx"), api_key="0123456789"), "telnyx")
        self.check(OK, "warning: [provider telnyx] api_key is none of Telnyx's, ")
        self.configure(provider_section("twilio", fake), "twilio")
        self.assertNotIn("none of Twilio's", self.check(OK))

    def test_keys_under_the_wrong_section(self):
        self.configure("[limits]\nlength = 6\n[code]\nresend_after = 30s\n")
        self.check(CONFIG, ": length belongs to [code]\n", ": resend_after belongs to [limits]\n")

    def test_a_misspelt_module(self):
        pathlib.Path("/etc/pam.d/case-spelling").write_text("auth requisite pam_sms2af.so\n")
        self.addCleanup(os.unlink, "/etc/pam.d/case-spelling")
        self.check(CONFIG, "error: /etc/pam.d/case-spelling:1: there is no module pam_sms2af.so; did you mean "
                           "pam_sms2fa.so? write it: sed -i '1s/pam_sms2af.so/pam_sms2fa.so/' "
                           "/etc/pam.d/case-spelling\n")

    def test_secret_files(self):
        secret = self.machine.write_trusted("/etc/sms2fa/token", "b" * 32 + "\n")
        section = provider_section("twilio", self.fake("twilio"))
        self.configure(section.replace("auth_token = " + "b" * 32, f"auth_token_file = {secret}"),
                       "twilio")
        self.check(OK)
        secret.chmod(0o600)
        self.check(NOPERM, "_sms2fa can't read /etc/sms2fa/token, so sms2fad refuses ")

    def test_ca_file(self):
        fake = self.fake("twilio")
        for ca_file in ("/etc/sms2fa/none.pem", "/etc/hosts"):
            self.configure(provider_section("twilio", fake, ca_file=ca_file), "twilio")
            self.check(CONFIG, "error: [provider twilio] ", ca_file)

    def test_outbox(self):
        self.make_outbox(mode=0o755)
        self.check(NOPERM, f"error: [provider outbox] {self.outbox}: is open to others (chmod ")
        self.make_outbox(owner="alice")
        self.check(NOPERM, "error: [provider outbox] ", "is not owned by root or _sms2fa")
        self.make_outbox(owner="root")
        self.check(OK, "warning: [provider outbox] ", "install -d -m 700 -o _sms2fa ")
        shutil.rmtree(self.outbox)
        self.check(OK, "warning: [provider outbox] ", "does not belong to _sms2fa yet")
        self.configure("[provider deep]\ntype = outbox\ndirectory = /run/no/where\n", "deep")
        self.check(CONFIG, "error: [provider deep] /run/no/where: No such file")

    def test_no_account(self):
        run("userdel", "_sms2fa")
        self.addCleanup(run, "useradd", "--system", "--no-create-home", "--home-dir",
                        "/nonexistent", "--shell", "/usr/sbin/nologin", "--uid",
                        str(os.stat(self.outbox).st_uid), "_sms2fa")
        shutil.chown(self.outbox, "root")
        self.check(NOPERM, "error: there is no account _sms2fa for the daemon; make it: useradd ")

    def test_odd_numbers(self):
        lines = "".join(f"user{i} = +1555555{i:04}\n" for i in range(25))
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n" + lines)
        said = self.check(OK, "warning: user0's number ********00 is none that is known to be a "
                              "mobile phone's; check it: sms2fa send user0\n",
                          "warning: and 15 more numbers like these\n")
        self.assertEqual(said.count("is none that is known"), 10)
        self.assertNotIn("555555", said)

    def test_numbers_that_no_code_goes_to(self):
        self.machine.write_trusted(USERS_FILE, "[users]\n"
                                               "alice = +353 85 123 4567\n"
                                               "ann = +353 87 12\n"
                                               "ben = +353 85 1234 56789\n"
                                               "cid = +44 909 879 1234\n"
                                               "dan = +44 70 1234 5678\n"
                                               "eve = +353 1850 123 456\n"
                                               "fay = +44 20 7946 0018\n")
        where = f"error: {USERS_FILE}:"
        self.check(CONFIG,
                   where + "3: the phone number is too short for its country; one there is written "
                           "like +353 8",
                   where + "4: the phone number is too long for its country",
                   where + "5: the phone number is a premium-rate number, where no code may go\n",
                   where + "6: the phone number is a personal number, which may cost much, where "
                           "no code may go\n",
                   where + "7: the phone number is a shared-cost number, where no code may go\n",
                   "warning: fay's number ********18 is a fixed line's, which gets no text messages")

    def test_an_invisible_character_in_a_number(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +3\u202a53851234567\n")
        self.check(CONFIG, f"error: {USERS_FILE}:2: the phone number has U+202A at column 3, which "
                           "is no part of a number; type it anew instead of pasting it\n")

    def test_a_national_prefix_behind_the_country_code(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +49 (0)151 23456789\n"
                                               "bob = +7 8 912 345 67 89\n"
                                               "cid = +353 085 123 4567\n")
        self.check(OK, "ok: 3 phone numbers look plausible\n")

    LOST = f"{USERS_FILE}: no account has the name "

    def test_records_that_no_account_has(self):
        self.assertNotIn("no account has", self.check(OK))
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\nAlice = +447400123456\n"
                                               "alcie = +447400123456\n")
        found = ("Alice, alcie, so nobody gets a code by it")
        mend = "; write the account's own name, or take the line out\n"
        self.check(OK, "warning: " + self.LOST + found + mend)
        self.configure("[code]\nunenrolled = allow\n")
        self.check(CONFIG, "error: " + self.LOST + found + ", and as [code] unenrolled lets people in, the one who "
                   "is meant gets in without one" + mend)

    def test_a_countdown_is_warned_of_in_its_last_days(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for days, says in ((40, "note: people who have enrolled nothing get in until {}: 40 days left\n"),
                           (3, "warning: people who have enrolled nothing get in until {}: 3 days left\n"),
                           (0, "note: the countdown has ended: since {} people who have enrolled nothing are denied\n")):
            deadline = today + datetime.timedelta(days=days)
            self.configure(f"[code]\nunenrolled = countdown\ndeadline = {deadline}\n")
            self.check(OK, says.format(deadline))

    def test_many_records_that_no_account_has(self):
        lines = "".join(f"user{i} = +353851234567\n" for i in range(1200))
        self.machine.write_trusted(USERS_FILE, "[users]\n" + lines)
        said = self.check(OK, "user9 and 990 more, so nobody gets a code by it",
                          f"note: {USERS_FILE}: whether there is an account was not looked up for 200 names\n")
        self.assertNotIn("user10,", said)

    def test_a_name_that_is_hostile(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\nx\u202ey = +447400123456\n")
        self.assertNotIn("\u202e", self.check(OK, "no account has the name x"))

    def keep_state_in_a_file(self):
        """From now on; returns the folder."""
        folder = self.machine.state / "store"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        shutil.chown(folder, "_sms2fa")
        configuration = pathlib.Path(CONFIGURATION)
        text = configuration.read_text(encoding="utf-8")
        configuration.write_text(text.replace("type = memory", f"type = sqlite\npath = {folder}/state.db"),
                                 encoding="utf-8")
        return folder

    def make_state(self):
        """The daemon makes it; then there is a key, too."""
        self.machine.stop(self.machine.start_daemon(CONFIGURATION))
        key = self.machine.write_trusted("/etc/sms2fa/store.key", "ab" * 32 + "\n")
        self.addCleanup(key.unlink)

    def test_somebody_enrolled_whose_account_is_gone(self):
        folder = self.keep_state_in_a_file()
        self.assertNotIn("enrolled: ", self.check(OK))
        self.make_state()
        lost = "warning: enrolled: no account has the name gone, so nobody gets a code by it; take it away: "
        self.assertNotIn(lost, self.check(OK))
        run("sqlite3", folder / "state.db",
            "insert into numbers (user, sealed) values ('gone', x'00'), ('alice', x'00')", user="_sms2fa")
        self.check(OK, lost + "sms2fa remove NAME\n")

    def test_the_chance_of_a_guess_for_people_of_each_kind(self):
        number = "with a number may each be guessed at 1000 times a year, 1 in 1000, and by strangers 99 times, 1 in 10101\n"
        both = ("with a number and an app may be guessed at 250 times a year, 1 in 1000, and by strangers 99 times, "
                "1 in 2525\n")
        self.check(OK, "note: 2 people " + number, "note: somebody " + both)

        self.machine.write_trusted(USERS_FILE, """\
[users]
alice = +353851234567
bob = +447400123456
[user appuser]
phone = +353851234568
methods = totp, backup
[user smsuser]
phone = +353851234569
methods = sms
""")
        folder = self.keep_state_in_a_file()
        self.make_state()
        self.check(OK, "note: 3 people " + number)
        run("sqlite3", folder / "state.db",
            "insert into apps (user, label, sealed, algorithm, digits, since_ms) values "
            "('alice', 'app', x'00', 'SHA1', 6, 0), ('bob', 'app', x'00', 'SHA1', 6, 0), "
            "('bob', 'app 2', x'00', 'SHA1', 8, 0), ('appuser', 'app', x'00', 'SHA1', 6, 0), "
            "('appuser', 'app 2', x'00', 'SHA1', 6, 0), ('smsuser', 'app', x'00', 'SHA1', 6, 0);"
            "insert into numbers (user, sealed) values ('own', x'00')", user="_sms2fa")
        # The record's methods decide: to one an app is of no use, to another the number.
        self.check(OK, "note: 2 people " + number, "note: 1 person " + both,
                   "note: 1 person with 2 apps may be guessed at 166 times a year, 1 in 1004, and by strangers 83 ",
                   "note: 1 person with a number and an app and an app of 8 digits may be guessed at 248 times a year")
        self.assertNotIn(FORGETS, self.check(OK))

    def test_methods_that_nobody_has(self):
        self.configure("[code]\nmethods = sms, backup\n")
        said = self.check(OK, "note: 2 people with a number may each be guessed")
        self.assertNotIn("an app", said)

    def test_a_store_that_forgets(self):
        self.check(OK, "warning: " + FORGETS)

    def test_nobody_on_record(self):
        self.machine.write_trusted(USERS_FILE, "[user tom]\nmethods = totp\n")
        self.check(OK, "warning: there is no phone number on record")

    def test_gecos(self):
        login_defs = pathlib.Path("/etc/login.defs")
        before = login_defs.read_text()
        self.addCleanup(login_defs.write_text, before)
        login_defs.write_text("CHFN_RESTRICT\t\trwh\n")
        run("usermod", "--comment", "Alice,,+353851234567", "alice")
        run("usermod", "--comment", "Bob,,+15555550001", "bob")
        run("useradd", "--comment", "Eve,,0851234567", "eve")
        self.addCleanup(run, "userdel", "eve")
        self.configure("sources = gecos\n")
        self.check(OK, "warning: bob's number ********01 is none that is known",
                   "warning: ", "eve", "that account gets no code",
                   "warning: /etc/login.defs: CHFN_RESTRICT lets people change GECOS field 3 by ",
                   "take 'w' out of it")
        login_defs.write_text("# CHFN_RESTRICT rwh\nCHFN_RESTRICT rh\n")
        self.assertNotIn("login.defs", self.check(OK))

    def test_somebody_without_rights(self):
        self.check(NOPERM, f"error: {CONFIGURATION}: Permission denied (run it as root: sudo "
                           "sms2fa check)", user="alice")

    def test_another_configuration(self):
        path = self.machine.write_trusted("/etc/sms2fa/other.conf", "[delivery]\n")
        self.addCleanup(path.unlink)
        done = self.run_program("check", "--config", path, expect=CONFIG)
        self.assertIn(f"error: {path}:1: [delivery] lacks providers", done.stdout)

    def test_colours(self):
        green = "\x1b[32mok:\x1b[0m "
        for environment, coloured in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False),
                                      ({}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                      ({"TERM": "xterm", "NO_COLOR": ""}, True)):
            with self.subTest(environment):
                said, status = self.end_of(self.in_terminal("check", env=environment))
                self.assertEqual((green in said, "\x1b" in said, status), (coloured, coloured, OK))
        self.assertNotIn("\x1b", self.run_program("check", env={"TERM": "xterm"}).stdout)

    def test_a_reader_that_went_away(self):
        done = subprocess.run(["sh", "-c", f"{self.program} check | true"], capture_output=True,
                              check=False)
        self.assertEqual(done.stderr, b"")
