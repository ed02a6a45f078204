# SPDX-License-Identifier: Apache-2.0
"""Other ways in than a message: apps and backup codes, taken over from other second factors.

The codes come from oathtool, which is not ours, and the files from Debian's own tools.
"""

import base64
import datetime
import json
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import time

from login import Person
from private_machine import run
from protocol import ACCEPTED, Client
from scenario import USERS_FILE, Scenario

# Of whoever has a phone, and of whoever has none.
PROMPT = r"(Enter one time PIN|Enter an authenticator or backup code)[^:]*: "
KEY_FILE = "/etc/sms2fa/store.key"
OATH_KEY = "3132333435363738393031323334353637383930"
OATH_BYTES = bytes.fromhex(OATH_KEY)


def oathtool(*words):
    done = subprocess.run(["oathtool", "--totp", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Factors(Scenario):
    def house(self, users=None, **sections):
        store_key = secrets.token_hex(32)
        self.keep_secret(store_key)
        self.machine.write_trusted(KEY_FILE, store_key + "\n")
        store = {"path": self.state / "state.db", "key_file": KEY_FILE}
        self.configure(users=users or {"bob": "+447700900123"}, store=store, **sections)
        self.daemon = self.launch_daemon()
        self.machine.log.wait_for("ready", self.since)
        self.start_sshd()

    def sms2fa(self, *words, status=0):
        done = subprocess.run([self.machine.build / "sms2fa", *words], capture_output=True,
                              text=True, check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def import_oath(self, user="carol", digits=6):
        self.keep_secret(OATH_KEY, OATH_BYTES.decode(), base64.b32encode(OATH_BYTES).decode())
        path = self.machine.write_trusted("/etc/users.oath",
                                          f"HOTP/T30/{digits} {user} - {OATH_KEY}\n")
        return self.sms2fa("enroll", "--import", "pam_oath", path)

    def import_google(self):
        """A file that Debian's own tool makes, as carol; returns its key and scratch codes."""
        path = pathlib.Path("/home/carol/.google_authenticator")
        path.unlink(missing_ok=True)
        run("setpriv", "--reuid=carol", "--regid=carol", "--init-groups", "google-authenticator",
            "--time-based", "--disallow-reuse", "--force", "--rate-limit=3", "--rate-time=30",
            "--minimal-window", "--no-confirm", "--quiet", "--emergency-codes=5",
            f"--secret={path}")
        lines = path.read_text(encoding="ascii").splitlines()
        self.keep_secret(lines[0])
        self.assertIn("1 people", self.sms2fa("enroll", "--import", "google-authenticator", path))
        scratch = [line for line in lines if len(line) == 8 and line.isdigit()]
        self.keep_secret(*scratch)
        return lines[0], scratch

    def makes_codes(self):
        codes = self.sms2fa("codes", "carol").splitlines()[:10]
        self.keep_secret(*codes)
        return codes

    def gives_a_pass(self, *options):
        given = json.loads(self.sms2fa("bypass", "carol", *options, "--json"))["bypass"]
        self.keep_secret(given)
        return given

    def logs_in(self, code):
        self.keep_secret(code)
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            person.types(code)
            person.gets_in("carol")

    def is_refused(self, code):
        self.keep_secret(code)
        with self.ssh("carol") as person:
            person.reads(PROMPT)
            person.types(code)
            person.reads("Wrong code|That code was used before")

    def test_a_google_authenticator_file_is_taken_over(self):
        self.house()
        key, scratch = self.import_google()
        code = oathtool("--base32", key)
        self.logs_in(code)
        self.is_refused(code)
        self.logged("kind=replay user=carol")
        self.assertEqual(5, len(scratch))
        self.logs_in(scratch[0])
        self.is_refused(scratch[0])
        self.assert_texts(0)

    def test_a_clock_that_google_s_module_corrects_is_corrected_here_too(self):
        """A phone that is ten minutes ahead: what Debian's module takes and refuses, ours takes and refuses."""
        self.house()
        path = pathlib.Path("/home/carol/.google_authenticator")
        key = base64.b32encode(secrets.token_bytes(20)).decode()
        path.unlink(missing_ok=True)
        path.write_text(f"{key}\n\" TIME_SKEW 20\n\" TOTP_AUTH\n", encoding="ascii")
        path.chmod(0o400)
        shutil.chown(path, "carol", "carol")
        self.keep_secret(key)
        self.assertIn("1 apps", self.sms2fa("enroll", "--import", "google-authenticator", path))
        self.machine.pam_service("factors", ["auth required {module}", "account required pam_permit.so"])
        self.machine.pam_service("google", ["auth required pam_google_authenticator.so noskewadj",
                                            "account required pam_permit.so"])
        for ahead, expected in (("now", False), ("10 minutes", True)):
            code = oathtool("--base32", f"--now={ahead}", key)
            self.keep_secret(code)
            with Person(["pamtester", "google", "carol", "authenticate"]) as person:
                person.reads("Verification code: ")
                person.types(code)
                person.reads("successfully authenticated|failure|rror")
                self.assertEqual("successfully" in person.screen, expected, person.screen)
            self.assertEqual("in" if expected else "wrong", self.at_pamtester(code))

    def test_a_pam_oath_file_is_taken_over_once(self):
        self.house()
        self.assertIn("1 apps", self.import_oath(digits=8))
        self.assertIn("there already: 1", self.import_oath(digits=8))
        self.logs_in(oathtool("--digits=8", OATH_KEY))
        self.assert_texts(0)

    def test_keys_and_codes_are_not_kept_as_they_are(self):
        self.house()
        self.import_oath(digits=8)
        google_key, _ = self.import_google()
        codes = self.makes_codes()
        self.logs_in(codes[0])
        google_bytes = base64.b32decode(google_key + "=" * (-len(google_key) % 8))
        self.assert_not_kept(OATH_BYTES, google_bytes, *codes)

    def test_a_dry_run_takes_over_nothing(self):
        self.house()
        path = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30/6 carol - {OATH_KEY}\n")
        said = self.sms2fa("enroll", "--import", "pam_oath", "--dry-run", path)
        self.assertIn("Would take over: 1 people", said)
        self.is_refused(oathtool(OATH_KEY))

    def test_backup_codes_work_once_each(self):
        self.house()
        self.import_oath()
        codes = self.makes_codes()
        self.logs_in(codes[3].lower())
        self.is_refused(codes[3])
        self.logs_in(codes[4].replace("-", " "))

    def test_a_pass_lets_in_once_while_the_provider_is_down(self):
        self.house(users={"carol": "+353851112223"})
        self.close_fake("twilio")
        self.logs_in(self.gives_a_pass("--for", "15m", "--reason", "phone lost"))
        self.logged("notice kind=bypass-used user=carol")
        self.assertIn("method=bypass", self.logged("accepted reason=right-code user=carol"))
        with self.ssh("carol") as person:
            person.is_denied()

    def test_a_pass_helps_who_has_nothing_but_an_app(self):
        self.house()
        self.import_oath()
        self.logs_in(self.gives_a_pass("--reason", "app lost"))

    def test_s_brings_a_text_to_who_prefers_an_app(self):
        self.house()
        self.import_oath()
        self.machine.write_trusted(
            USERS_FILE, "[user carol]\nphone = +353851112223\nmethods = totp, sms\n")
        since = len(self.machine.log.lines)
        self.daemon.send_signal(signal.SIGHUP)
        self.machine.log.wait_for("again", since)
        with self.ssh("carol") as person:
            person.reads(r"Enter an authenticator or backup code \(s = text me\): ")
            self.assert_texts(0)
            person.types("s")
            person.reads(r"Enter one time PIN \(r = resend\): ")
            person.types(self.next_text().code)
            person.gets_in("carol")

    def is_called(self, person, code, after=1):
        person.types("v")
        person.reads("Code on its way again")
        said = self.fake("twilio").wait_for_message(after)
        self.assertEqual(code, re.sub(r"[^0-9]", "", said["body"]))

    def test_v_tells_the_code_by_a_call(self):
        self.house(users={"carol": "+353851112223"}, delivery={"voice": "yes"},
                   limits={"resend_after": "1s"})
        with self.ssh("carol") as person:
            person.reads(r"\(r = resend, v = call me\): ")
            code = self.next_text().code
            time.sleep(1)  # resend_after: the prompt takes v from then on
            self.is_called(person, code)
            person.types(code)
            person.gets_in("carol")

    def test_what_the_carrier_refuses_is_told_with_what_is_left(self):
        self.fake("twilio").deliver_as("sent", "undelivered", error=30006)
        self.house(users={"carol": "+353851112223"}, delivery={"voice": "yes"},
                   limits={"resend_after": "1s"})
        backup = self.makes_codes()[0]  # of which the number is told
        with self.ssh("carol") as person:
            person.reads(r"\(r = resend, v = call me\): ")
            code = self.next_text(after=1).code
            line = self.logged("state=failed")
            self.assertRegex(line, r"user=carol .*provider=twilio .*undelivered, error 30006")
            person.types("000000" if code != "000000" else "111111")
            person.sees("The last message did not arrive; an authenticator or backup code works too.")
            person.sees("(r = resend, v = call me): ")
            self.is_called(person, code, after=2)
            person.types(backup)
            person.gets_in("carol")

    def test_a_call_speaks_the_configured_language_and_twice(self):
        self.house(users={"carol": "+353851112223"}, delivery={"voice": "yes"},
                   limits={"resend_after": "1s"},
                   message={"language": "de-DE", "voice": "Der Code ist {code}."})
        with self.ssh("carol") as person:
            person.reads(r"\(r = resend, v = call me\): ")
            code = self.next_text().code
            time.sleep(1)
            person.types("v")
            person.reads("Code on its way again")
            call = self.fake("twilio").wait_for_message(1)
            self.assertEqual(("voice", "de-DE"), (call["medium"], call["language"]))
            text, pause, again = call["said"]
            self.assertEqual((text, None), (again, pause))
            self.assertRegex(text, r"^Der Code ist \d")
            self.assertEqual(code, re.sub(r"\D", "", text))
            person.types(code)
            person.gets_in("carol")

    def app_login_takes(self, code):
        self.keep_secret(code)
        with self.ssh("carol") as person:
            began = time.monotonic()
            person.reads(PROMPT)
            person.types(code)
            person.gets_in("carol")
        return time.monotonic() - began

    def test_an_app_user_waits_for_no_provider(self):
        self.house(users={"carol": "+353851112223"}, limits={"sends_per_code": "5"})
        self.import_oath()
        codes = [oathtool("--now", f"{ahead} seconds", OATH_KEY) for ahead in (0, 30)]
        usual = self.app_login_takes(codes[0])
        self.fake("twilio").misbehave("hang")
        hanging = self.app_login_takes(codes[1])
        print(f"[in by an app after {usual:.1f} s, after {hanging:.1f} s while the provider hangs] ",
              end="", flush=True)
        # Over what all of ssh takes on this machine; the provider's own deadline is far beyond.
        self.assertLess(hanging - usual, 2)

    def test_the_daemon_lets_an_app_user_in_while_the_provider_hangs(self):
        self.house(users={"carol": "+353851112223"})
        self.import_oath()
        self.fake("twilio").misbehave("hang")
        code = oathtool(OATH_KEY)
        self.keep_secret(code)
        began = time.monotonic()
        with Client(self.machine.socket) as client:
            client.hello("carol")
            client.prompt()
            client.answers(code)
            self.assertEqual((ACCEPTED, "right-code"), client.verdict())
        took = time.monotonic() - began
        print(f"[hello to accepted: {took:.2f} s] ", end="", flush=True)
        # The promise, without what ssh takes.
        self.assertLess(took, 2)

    def at_pamtester(self, code):
        """What somebody reads who types this there."""
        self.keep_secret(code)
        with Person(["pamtester", "factors", "carol", "authenticate"]) as person:
            person.reads(PROMPT)
            person.types(code)
            person.reads("successfully authenticated|Wrong code|used before")
            return "in" if "successfully" in person.screen else "wrong"

    def test_each_factor_works_at_any_pam_host(self):
        self.house()
        self.import_oath()
        self.machine.pam_service("factors", ["auth required {module}", "account required pam_permit.so"])
        backup = self.makes_codes()[0]
        app = oathtool(OATH_KEY)
        said = [self.at_pamtester(code) for code in (app, app, backup, backup)]
        self.assertEqual(["in", "wrong", "in", "wrong"], said)

    def test_a_new_key_opens_everything_and_needs_no_restart(self):
        self.house()
        self.import_oath()
        before = pathlib.Path(KEY_FILE).read_text(encoding="ascii")
        self.assertIn("sealed with it: 1", self.sms2fa("rotate-key"))
        self.assertNotEqual(before, pathlib.Path(KEY_FILE).read_text(encoding="ascii"))
        self.logs_in(oathtool(OATH_KEY))

    def restart_daemon(self, **options):
        self.assertEqual(0, self.stop_daemon())
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon(**options)
        self.machine.log.wait_for("ready", since)

    def test_no_code_works_again_when_the_clock_has_gone_back_an_hour(self):
        self.house()
        self.import_oath()
        self.logs_in(oathtool(OATH_KEY))
        # Where the library looks when there is no environment, for the daemon clears its own.
        faked = pathlib.Path("/etc/faketimerc")
        faked.write_text("-1h\n", encoding="ascii")
        self.addCleanup(faked.unlink)
        library, = pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        self.restart_daemon(environment={"LD_PRELOAD": str(library), "FAKETIME_DISABLE_SHM": "1",
                                         "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                                         "FAKETIME_CACHE_DURATION": "600"})
        # Of now, as the daemon sees it: never used, but older than one that was.
        self.is_refused(oathtool("--now=now - 1 hour", OATH_KEY))
        self.logged("kind=replay user=carol")
        self.restart_daemon()
        self.logs_in(oathtool("--now=now + 30 seconds", OATH_KEY))

    def test_who_has_enrolled_nothing_passes_where_the_configuration_says_so(self):
        self.house(code={"unenrolled": "allow"})
        with self.ssh("carol") as person:
            person.gets_in("carol")
            self.assertNotRegex(person.screen, PROMPT)
        self.logged("accepted reason=unenrolled user=carol")
        self.import_oath()
        self.is_refused("000000x")

    def test_a_countdown_says_how_many_days_are_left_and_ends(self):
        day = datetime.datetime.now(datetime.timezone.utc).date()
        later = {"unenrolled": "countdown", "deadline": day + datetime.timedelta(days=3)}
        self.house(code=later, enroll={"self": "yes"})
        with self.ssh("carol") as person:
            person.gets_in("carol")
            self.assertNotRegex(person.screen, PROMPT)
        self.logged(f"3 days left to enroll, until {later['deadline']}")
        said = subprocess.run([self.machine.build / "sms2fa", "doctor", "carol"], capture_output=True, text=True,
                              check=False).stdout
        self.assertIn("carol has enrolled nothing and gets in without a code (3 days left to enroll, until ", said)
        # Another deadline, which has come.
        self.configure(users={"bob": "+447700900123"}, code=later | {"deadline": day},
                       store={"path": self.state / "state.db", "key_file": KEY_FILE})
        self.restart_daemon()
        self.is_refused("000000x")
        self.logged(f"nothing is enrolled, and the deadline was {day}")

    def test_a_lost_key_is_missed_and_lets_nobody_in(self):
        self.house()
        self.import_oath()
        pathlib.Path(KEY_FILE).unlink()
        self.restart_daemon()
        self.logged("enrolled numbers and apps don't work: /etc/sms2fa/store.key: ")
        with self.ssh("carol") as person:
            person.is_denied()
        self.assertIn("store.key", self.logged("unavailable reason="))
        self.assertFalse(pathlib.Path(KEY_FILE).exists())

    def test_a_right_app_code_is_not_counted_while_the_key_is_lost(self):
        self.house()
        self.import_oath()
        backup_code, *_ = self.makes_codes()
        pathlib.Path(KEY_FILE).unlink()
        self.restart_daemon()
        with self.ssh("carol") as person:
            person.sees("Authenticator codes cannot be checked at the moment. Enter a backup code: ")
            person.types(oathtool(OATH_KEY))
            person.sees("The code could not be checked, 2 tries left. Enter a backup code: ")
            told = json.loads(self.sms2fa("status", "carol", "--json"))
            self.assertEqual((0, 0, ["app"]), (told["failures_in_a_row"],
                                               told["failures_last_day"], told["unusable"]))
            person.types(backup_code)
            person.gets_in("carol")
        self.assertIn("may log in, but not by app", self.sms2fa("status", "carol"))

    def test_removing_ends_it(self):
        self.house()
        self.import_oath()
        self.sms2fa("remove", "carol")
        self.sms2fa("remove", "carol", status=1)
        self.is_refused(oathtool(OATH_KEY))
