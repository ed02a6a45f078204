# SPDX-License-Identifier: Apache-2.0
"""sms2fa send, through fake providers."""

import re

from fake_provider import telnyx, twilio, twilio_verify
from program import (CONFIG, CONFIGURATION, NEGATIVE, NOPERM, NOUSER, OK, TEMPFAIL, UNAVAILABLE,
                     USAGE, ProgramCase, newest_text, provider_section)

STEPS = (r"Name look-up \d+\.\d ms, connect \d+\.\d ms, TLS [1-9]\d*\.\d ms, "
         r"first byte \d+\.\d ms, in all \d+\.\d ms\.\n")
TEXT = "web01: test message from sms2fa. No code inside."


class SendTest(ProgramCase):
    def use(self, *kinds):
        fakes = [self.fake(kind) for kind in kinds]
        self.configure("".join(map(provider_section, kinds, fakes)), ", ".join(kinds))
        return fakes

    def test_sends(self):
        for kind, message_id in (("twilio", r"SM[0-9a-f]{32}"), ("telnyx", r"[0-9a-f-]{36}")):
            with self.subTest(kind):
                [fake] = self.use(kind)
                done = self.run_program("send", "alice", expect=OK)
                message = fake.wait_for_message()
                self.assertEqual((message["to"], message["body"]), ("+353851234567", TEXT))
                self.assertIsNone(re.search(r"\d{4}", message["body"]))
                self.assertRegex(done.stdout,
                                 rf"^{kind} accepted the message for alice at \*{{8}}67 in \d\.\d s "
                                 rf"\(message id {message_id}\)\.\n{STEPS}")
                self.assertIn(message["id"], done.stdout)
                self.assertEqual(done.stderr, "")

    def test_json(self):
        [fake] = self.use("twilio")
        answer = self.json_of("send", "alice")
        steps = answer.pop("steps_us")
        self.assertEqual(list(steps), ["look_up", "connect", "tls", "first_byte", "total"])
        self.assertGreater(steps["tls"], 0)
        self.assertGreaterEqual(steps["total"], sum(steps.values()) - steps["total"])
        self.assertEqual(answer | {"took_ms": 0}, {
            "command": "send", "ok": True, "exit_code": 0, "user": "alice", "number": "********67",
            "provider": "twilio", "message_id": fake.messages()[0]["id"], "class": "accepted",
            "detail": "twilio: accepted (HTTP 201)", "took_ms": 0})
        self.assertGreater(answer["took_ms"], 0)

    def test_calls(self):
        for kind in ("twilio", "telnyx"):
            with self.subTest(kind):
                fake = self.fake(kind)
                texml = {"texml_application_id": telnyx.TEXML_APPLICATION_ID} if kind == "telnyx" else {}
                self.configure_delivery(kind, fake, voice="no", **texml)
                done = self.run_program("send", "alice", "--voice", expect=CONFIG)
                self.assertIn("no provider of the configuration makes calls", done.stderr)
                self.assertEqual(fake.messages(), [])
                self.configure_delivery(kind, fake, voice="yes", **texml)
                self.run_program("send", "alice", "--voice", expect=OK)
                [call] = fake.messages()
                self.assertEqual((call["medium"], call["to"]), ("voice", "+353851234567"))
                self.assertIn("test call", call["body"])
                self.assertEqual(call["said"].count(call["body"]), 2)

    def configure_delivery(self, kind, fake, lifetime="5m", voice="no", **changes):
        """Like use(), with other words in [delivery] and [code]."""
        path = self.configure(f"[code]\nlifetime = {lifetime}\n"
                              + provider_section(kind, fake, **changes), kind)
        text = path.read_text().replace("[delivery]\n", f"[delivery]\nvoice = {voice}\n")
        self.machine.write_trusted(CONFIGURATION, text)

    def test_waits_for_the_phone(self):
        for kind, word, failed, code in (("twilio", "delivered", "undelivered", 30003),
                                         ("telnyx", "delivered", "delivery_failed", 40008)):
            [fake] = self.use(kind)
            with self.subTest(kind):
                fake.deliver_as("queued", word)
                done = self.run_program("send", "alice", "--wait", expect=OK)
                self.assertTrue(done.stdout.endswith(f"\nIt was delivered ({word}).\n"), done.stdout)
                self.assertEqual(done.stderr, "")  # no progress but on a terminal
                fake.deliver_as(failed, error=code)
                answer = self.json_of("send", "alice", "--wait", expect=UNAVAILABLE)
                self.assertEqual((answer["delivery"], answer["delivery_word"]), ("failed", failed))
                self.assertIn("failed to arrive", answer["error"])
                self.assertIn(str(code), answer["error"])
                done = self.run_program("send", "alice", "--wait", expect=UNAVAILABLE)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr,
                                 rf"\nsms2fa: Message id {fake.messages()[-1]['id']}\.\n"
                                 rf"sms2fa: {STEPS}  Check the number on record")

    def test_does_not_wait_for_ever(self):
        fake = self.fake("twilio")
        self.configure_delivery("twilio", fake, lifetime="3s")
        fake.deliver_as("sent")
        answer = self.json_of("send", "alice", "--wait", expect=TEMPFAIL)
        self.assertEqual((answer["delivery"], answer["delivery_word"]), ("unknown", "sent"))
        self.assertEqual((answer["class"], answer["message_id"]),
                         ("accepted", fake.messages()[0]["id"]))

    def test_waits_for_nobody_who_cannot_tell(self):
        self.configure()
        self.assertIn("can't be asked", self.run_program("send", "alice", "--wait", expect=OK).stdout)
        self.assertEqual(self.json_of("send", "alice", "--wait")["delivery"], "unknown")

    def test_on_a_terminal_it_shows_how_the_wait_goes(self):
        [fake] = self.use("twilio")
        fake.deliver_as("queued", "sending", "delivered")
        child = self.in_terminal("send", "alice", "--wait")
        child.expect(r"\r\x1b\[KOn its way, \d s")
        child.expect(r"\r\x1b\[KOn its way \(queued\), \d s")
        child.expect(r"\r\x1b\[Ktwilio accepted the message")
        self.assertEqual(self.end_of(child)[1], OK)

    def test_countries(self):
        fake = self.fake("twilio")
        self.configure("[limits]\ncountries = GB\n" + provider_section("twilio", fake), "twilio")
        done = self.run_program("send", "alice", expect=NEGATIVE)
        self.assertIn("nothing may be sent to ********67, the number of alice", done.stderr)
        self.assertEqual(fake.requests, 0)
        self.run_program("send", "bob", expect=OK)

    def test_a_verification_service_says_that_its_code_is_good_for_nothing(self):
        fake = self.fake("verify")
        self.configure(provider_section("twilio", fake, type="twilio-verify",
                                        verify_service_sid=twilio_verify.SERVICE_SID).replace(
            f"from = {twilio.FROM_NUMBER}\n", ""), "twilio")
        self.assertIn("a code of the provider's, which is good for nothing",
                      self.run_program("send", "alice", expect=OK).stdout)

    def test_endings(self):
        for mode, code, said in (
                ("status-401", UNAVAILABLE, "refuses our account, key, sender or address"),
                ("code-21606", UNAVAILABLE, "refuses our account, key, sender or address"),
                ("code-21614", UNAVAILABLE, "cannot get text messages"),
                ("code-21211", UNAVAILABLE, "refuses this number"),
                ("code-21610", UNAVAILABLE, "has sent STOP"),
                ("status-503", UNAVAILABLE, "overloaded or failing"),
                ("reset", UNAVAILABLE, "it may have been sent"),
                ("redirect", UNAVAILABLE, "refuses our account, key, sender or address"),
                ("too-many", TEMPFAIL, "too many requests lately"),
                ("code-30450", TEMPFAIL, "holds messages to this number back")):
            with self.subTest(mode):
                [fake] = self.use("twilio")
                fake.misbehave(mode)
                done = self.run_program("send", "alice", expect=code)
                self.assertRegex(done.stderr, r"^sms2fa: no message for alice at \*{8}67 after ")
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")
                if mode != "reset":  # where no answer came, the steps end sooner
                    self.assertRegex(done.stderr, rf"\nsms2fa: {STEPS}  ")
                self.assertNotIn("Message id", done.stderr)
                # The last line says what to do next.
                self.assertRegex(done.stderr.splitlines()[-1], r"^  [A-Z].*\.$")
                answer = self.json_of("send", "alice", expect=code)
                self.assertIn(said, answer["error"])
                self.assertEqual(answer["provider"], "twilio")

    def test_waits_as_long_as_told(self):
        [fake] = self.use("telnyx")
        fake.misbehave("too-many")
        self.assertIn("retry after 3600 s",
                      self.run_program("send", "alice", expect=TEMPFAIL).stderr)

    def test_unreachable(self):
        [fake] = self.use("twilio")
        fake.misbehave("reset-early")
        done = self.run_program("send", "alice", expect=UNAVAILABLE)
        self.assertIn("no provider could be reached", done.stderr)
        self.assertEqual(fake.messages(), [])

    def test_goes_on_to_the_next_provider(self):
        first, second = self.use("twilio", "telnyx")
        first.misbehave("status-503")
        done = self.run_program("send", "bob", expect=OK)
        self.assertIn("telnyx accepted the message for bob", done.stdout)
        self.assertIn("Tried: twilio: failing (HTTP 503", done.stdout)
        self.assertEqual(len(second.messages()), 1)

    def test_a_chosen_provider(self):
        first, second = self.use("twilio", "telnyx")
        self.run_program("send", "alice", "--provider", "telnyx", expect=OK)
        second.misbehave("status-503")
        self.run_program("send", "alice", "--provider", "telnyx", expect=UNAVAILABLE)
        self.assertEqual((first.requests, len(second.messages())), (0, 1))
        done = self.run_program("send", "alice", "--provider", "twillio", expect=USAGE)
        self.assertIn("no provider twillio; did you mean twilio?", done.stderr)
        done = self.run_program("send", "alice", "--provider", "carrier", expect=USAGE)
        self.assertIn("no provider carrier; it has: twilio, telnyx", done.stderr)

    def test_people(self):
        done = self.run_program("send", "Alice", expect=NOUSER)
        self.assertIn("there is no user Alice on record\n  Names are case-sensitive", done.stderr)
        done = self.run_program("send", "tom", expect=NEGATIVE)
        self.assertIn("tom has no phone number on record, and has enrolled none\n  Add one in", done.stderr)
        self.assertIn("or: sms2fa enroll tom", done.stderr)
        self.assertIn("\\x1b[2J", self.run_program("send", "\x1b[2J", expect=NOUSER).stderr)
        answer = self.json_of("send", b"\xff\xfe".decode("utf-8", "surrogateescape"), expect=NOUSER)
        self.assertEqual(answer["user"], "\\xff\\xfe")
        self.assertEqual(list(self.outbox.iterdir()), [])

    def test_configuration(self):
        done = self.run_program("send", "alice", "--config", "/etc/sms2fa/none.conf", expect=CONFIG)
        self.assertIn("/etc/sms2fa/none.conf: No such file", done.stderr)
        self.configure("[cod]\nlenght = 6\n[code]\nlenght = 6\n")
        done = self.run_program("send", "alice", expect=CONFIG)
        self.assertRegex(done.stderr, r"sms2fa: \S+:10: .*did you mean code\?\n"
                                      r"sms2fa: \S+:13: .*did you mean length\?\n")
        self.json_of("send", "alice", expect=CONFIG)

    def test_permission(self):
        done = self.run_program("send", "bob", user="alice", expect=NOPERM)
        self.assertIn(f"{CONFIGURATION}: Permission denied\n  Run it as root", done.stderr)
        self.assertEqual(list(self.outbox.iterdir()), [])

    def test_the_callers_environment_has_no_say(self):
        [fake] = self.use("twilio")
        keys = self.machine.state / "keys.log"
        hostile = {name: "http://127.0.0.1:9" for name in
                   ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")}
        hostile |= {"SSLKEYLOGFILE": str(keys), "SSL_CERT_FILE": "/dev/null", "HOME": "/root",
                    "CURL_CA_BUNDLE": "/dev/null", "HOSTALIASES": "/dev/null"}
        self.run_program("send", "alice", expect=OK, env=hostile)
        self.assertEqual(len(fake.messages()), 1)
        self.assertFalse(keys.exists())

    def test_an_odd_host_name(self):
        self.addCleanup(self.rename, "web01")
        for name, shown in (("a" * 40, "a" * 20), ("w{code}b", "wcodeb")):
            self.rename(name)
            self.run_program("send", "alice", expect=OK)
            self.assertEqual(newest_text(self.outbox), TEXT.replace("web01", shown))

    @staticmethod
    def rename(name):
        with open("/proc/sys/kernel/hostname", "w", encoding="utf-8") as file:
            file.write(name)
