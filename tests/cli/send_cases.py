# SPDX-License-Identifier: Apache-2.0
"""sms2fa send, through fake providers."""

import re

from program import (CONFIG, CONFIGURATION, NEGATIVE, NOPERM, NOUSER, OK, TEMPFAIL, UNAVAILABLE,
                     USAGE, ProgramCase, newest_text, provider_section)

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
                                 rf"^{kind} took the message for alice at \*{{8}}67 in \d\.\d s "
                                 rf"\(message id {message_id}\)\.\n"
                                 r"Name look-up \d+\.\d ms, connect \d+\.\d ms, TLS [1-9]\d*\.\d ms, "
                                 r"first byte \d+\.\d ms, in all \d+\.\d ms\.\n")
                self.assertIn(message["id"], done.stdout)
                self.assertEqual(done.stderr, "")

    def test_json(self):
        [fake] = self.use("twilio")
        answer = self.json_of("send", "alice")
        self.assertEqual(answer | {"took_ms": 0}, {
            "command": "send", "ok": True, "exit_code": 0, "user": "alice", "number": "********67",
            "provider": "twilio", "message_id": fake.messages()[0]["id"], "class": "accepted",
            "detail": "twilio: accepted (HTTP 201)", "took_ms": 0})
        self.assertGreater(answer["took_ms"], 0)

    def test_endings(self):
        for mode, code, said in (
                ("status-401", UNAVAILABLE, "refuses our account, key, sender or address"),
                ("code-21606", UNAVAILABLE, "refuses our account, key, sender or address"),
                ("code-21614", UNAVAILABLE, "cannot get text messages"),
                ("code-21610", UNAVAILABLE, "refuses this number"),
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
        self.assertIn("telnyx took the message for bob", done.stdout)
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
        self.assertIn("tom has no phone number on record", done.stderr)
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
