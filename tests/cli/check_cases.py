# SPDX-License-Identifier: Apache-2.0
"""sms2fa check: files, permissions, numbers."""

import os
import pathlib
import shutil
import subprocess

from private_machine import run
from program import CONFIG, CONFIGURATION, NOPERM, OK, USERS_FILE, ProgramCase, provider_section

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

    def test_nothing_is_wrong(self):
        said = self.check(OK, f"ok: {CONFIGURATION}: configuration, users and providers can be "
                              "read\n",
                          "ok: _sms2fa can read all of it", "ok: 2 phone numbers look plausible")
        self.assertNotIn("warning", said)

    def test_providers(self):
        fakes = {kind: self.fake(kind) for kind in ("twilio", "telnyx")}
        self.configure("".join(provider_section(kind, fake) for kind, fake in fakes.items()),
                       "twilio, telnyx")
        self.assertNotIn("warning", self.check(OK))
        # It is a look only: nothing was sent, nobody was called.
        self.assertEqual([fake.connections for fake in fakes.values()], [0, 0])

    def test_json(self):
        answer = self.json_of("check")
        self.assertEqual({finding["severity"] for finding in answer["findings"]}, {"ok", "note"})
        self.configure("[nowhere]\n")
        answer = self.json_of("check", expect=CONFIG)
        self.assertIn({"severity": "error", "text": f"{CONFIGURATION}:10: unknown section nowhere"},
                      answer["findings"])

    def test_several_mistakes_at_once(self):
        self.configure("[code]\nlenght = 6\nattempts = 9\n[limits]\nsend_per_user = 1/1h\n")
        self.check(CONFIG, f"error: {CONFIGURATION}:11: unknown key lenght; did you mean length?\n",
                   f"error: {CONFIGURATION}:12: attempts: ",
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
                   f"error: {USERS_FILE}:4: the phone number has a satellite or premium-rate")

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
                self.check(NOPERM, "error: for _sms2fa, so at a reload (chgrp _sms2fa and chmod "
                                   f"g+r help): {path}: Permission denied")
                shutil.chown(path, group="_sms2fa")
        self.configure(provider_section("twilio", self.fake("twilio")), "twilio")
        os.chmod("/etc/sms2fa/twilio-ca.pem", 0o600)
        self.check(NOPERM, "for _sms2fa, so at a reload", "[provider twilio]")

    def test_a_mistake_outranks_a_permission(self):
        os.chmod(USERS_FILE, 0o644)
        section = provider_section("twilio", self.fake("twilio"), ca_file="/dev/null")
        self.configure(section, "twilio")
        self.check(CONFIG, "others can read it", "error: [provider twilio] ")

    def test_secret_files(self):
        secret = self.machine.write_trusted("/etc/sms2fa/token", "b" * 32 + "\n")
        section = provider_section("twilio", self.fake("twilio"))
        self.configure(section.replace("auth_token = " + "b" * 32, f"auth_token_file = {secret}"),
                       "twilio")
        self.check(OK)
        secret.chmod(0o600)
        self.check(NOPERM, "for _sms2fa", "auth_token_file")

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
        said = self.check(OK, "warning: user0's number ********00 looks like none that exists; "
                              "check it: sms2fa send user0\n",
                          "warning: and 15 more numbers look like none that exist\n")
        self.assertEqual(said.count("looks like none"), 10)
        self.assertNotIn("555555", said)

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
        self.check(OK, "warning: bob's number ********01 looks like none",
                   "warning: ", "eve", "whoever it is cannot log in",
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
