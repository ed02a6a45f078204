# SPDX-License-Identifier: Apache-2.0
"""Whoever reads what --json prints and whoever reads the lines read the same words."""

import itertools
import os
import pathlib
import pwd
import sqlite3

import protocol
from enrolment_cases import OATH_KEY, EnrolmentCase
from program import (NEGATIVE, NOUSER, OK, TEMPFAIL, UNAVAILABLE, USERS, USERS_FILE,
                     provider_section)

# Written otherwise for people, or of no use to them.
TIMES = {"time", "since", "loaded", "expires"}
SECRETS = {"bypass", "invitation", "codes"}  # new ones each time


def words_in(answer, leaving_out, key=""):
    """Every text of the object, however deep."""
    if key in leaving_out:
        return []
    if isinstance(answer, dict):
        return list(itertools.chain(*(words_in(each, leaving_out, key) for key, each in answer.items())))
    if isinstance(answer, list):
        return list(itertools.chain(*(words_in(each, leaving_out, key) for each in answer)))
    return [answer] if isinstance(answer, str) else []


class WordsTest(EnrolmentCase):
    def setUp(self):
        super().setUp()
        self.machine.write_trusted(USERS_FILE, USERS)
        self.run_program("rotate-key", "--init", expect=OK)

    def same_words(self, *arguments, expect=OK, but=(), words=()):
        """The object's texts, but those under the keys of `but`, stand in the lines too, `words` among them."""
        answer = self.json_of(*arguments, expect=expect)
        said = self.run_program(*arguments, expect=expect)
        lines = " ".join((said.stdout + said.stderr).replace("\nsms2fa: ", "\n").split())
        found = words_in(answer, {"command", "store", *TIMES, *SECRETS, *but})
        for word in found:
            self.assertIn(" ".join(word.split()), lines, arguments)
        for word in words:
            self.assertIn(word, found, arguments)

    def states(self, user, word):
        """What both ways to ask say of somebody. Limits are shown where they matter only."""
        expect = OK if word in ("ok", "unenrolled") else NEGATIVE
        self.same_words("status", user, expect=expect, but={"limit"} | self.quiet_daemon, words=[word])

    @property
    def quiet_daemon(self):
        """Of one person, the daemon is spoken of only where it doesn't answer."""
        return set() if self.daemon is None else {"daemon"}

    def test_states(self):
        self.configure("[limits]\nsends_per_number = 1/10m\n")
        self.start()
        self.states("tom", "no-way-in")
        self.states("bob", "ok")
        self.attempt("bob", "0000000")
        self.states("bob", "over-limit")
        self.same_words("status", words=["bob", "over-limit", "in use"],
                        but={"limit", "series", "methods", "number"})
        self.stop()
        self.states("bob", "over-limit")

    def test_locked_and_disabled(self):
        self.lock()
        self.states("alice", "locked")
        self.same_words("status", words=["alice", "locked"], but={"limit", "series", "methods", "number"})
        self.same_words("bypass", "alice", "--reason", "x",
                        words=["alice is locked, and no bypass code ends that: sudo sms2fa unlock alice"])
        self.stop()
        with self.store() as store:
            store.execute("UPDATE people SET disabled = 1")
        self.states("alice", "disabled")
        self.same_words("bypass", "alice", "--reason", "x",
                        words=["alice is disabled, and no bypass code ends that: sudo sms2fa unlock alice"])

    def test_series(self):
        self.lock()
        for series in ("strangers", "unproven"):
            with self.subTest(series):
                self.stop()
                with self.store() as store:
                    store.execute("UPDATE series SET place = ?", (b"\1" if series == "strangers" else b"\0",))
                self.states("alice", series)

    def store(self):
        """The file, for a moment; the daemon's again afterwards."""
        class Ours:
            def __enter__(ours):
                ours.file = sqlite3.connect(self.database)
                return ours.file

            def __exit__(ours, *_):
                ours.file.commit()
                ours.file.close()
                for path in self.directory.iterdir():
                    os.chown(path, *pwd.getpwnam("_sms2fa")[2:4])
        return Ours()

    def test_providers(self):
        self.start()
        self.stop()
        for state, word in (("open", "in cooldown"), ("half-open", "tried again")):
            with self.store() as store:
                store.execute("REPLACE INTO providers VALUES ('outbox', ?, 1750000000000, 5)", (state,))
            self.same_words("status", words=[word])

    def test_log(self):
        self.configure("[limits]\nsends_per_source = 4/10m\n")
        self.start()
        self.attempt("alice", "0000000")
        self.attempt("mallory", "0000000")
        with protocol.Client(self.machine.socket) as client:
            client.hello("bob", service="sshd", rhost="192.0.2.7")
            client.verdict()
        self.wait_for_records(3)
        self.same_words("log", but={"number", "message_id", "method"},
                        words=["alice", "denied", "wrong-code", "unknown-user", "over-budget", "sends_per_source",
                               "outbox"])
        self.same_words("log", "alice", but={"number", "message_id"}, words=["sms"])

    def test_answers(self):
        self.start()
        for command in (["unlock"], ["bypass", "--reason", "x"], ["codes"], ["status"], ["log"], ["send"]):
            self.same_words(command[0], "mallory", *command[1:], expect=NOUSER)
        self.same_words("unlock", "bob", expect=NEGATIVE)
        self.same_words("remove", "bob", expect=NEGATIVE, words=["bob had enrolled nothing"])
        self.same_words("codes", "bob", words=["bob"])
        self.same_words("invite", "tom", expect=NEGATIVE)
        self.same_words("rotate-key")

    def test_findings(self):
        self.start()
        for arguments, word in ((["check"], "ok"), (["doctor"], "warning"), (["doctor", "alice"], "ok"),
                                (["pam", "status"], "note")):
            expect = self.run_program(*arguments).returncode
            self.same_words(*arguments, expect=expect, words=[word])

    def test_imports(self):
        path = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30 bob - {OATH_KEY}\nHOTP/T30 mallory - x\n")
        self.start()
        self.same_words("enroll", "--import", "pam_oath", path, "--dry-run", expect=NEGATIVE)

    def test_sending(self):
        fake = self.fake("twilio")
        self.configure(provider_section("twilio", fake), "twilio")
        self.same_words("send", "alice", but={"detail", "message_id"}, words=["accepted"])
        for mode, code, word in (("status-401", UNAVAILABLE, "credentials"), ("status-503", UNAVAILABLE, "failing"),
                                 ("code-21614", UNAVAILABLE, "number-cannot-sms"),
                                 ("code-21211", UNAVAILABLE, "number-refused"),
                                 ("code-21610", UNAVAILABLE, "opted-out"), ("reset", UNAVAILABLE, "outcome-unknown"),
                                 ("too-many", TEMPFAIL, "failing"), ("code-30450", TEMPFAIL, "blocked")):
            with self.subTest(mode):
                fake.misbehave(mode)
                self.same_words("send", "alice", expect=code, words=[word])
        fake.behave()
        for word, status, code in (("delivered", "delivered", OK), ("undelivered", "failed", UNAVAILABLE)):
            with self.subTest(status):
                fake.deliver_as(word)
                self.same_words("send", "alice", "--wait", expect=code, but={"detail", "message_id"}, words=[status])

    def test_a_provider_that_tells_no_id(self):
        """Nobody reads of an empty one."""
        fake = self.fake("twilio")
        certificate = pathlib.Path("/etc/sms2fa/kannel-ca.pem")
        certificate.write_bytes(pathlib.Path(fake.ca_file).read_bytes())
        self.configure(f"""\
[provider kannel]
type = http
method = GET
url = {fake.base_url}/gateway/kannel/cgi-bin/sendsms
ca_file = {certificate}
query.username = sms2fa
query.password = your-password
query.to = {{to}}
query.text = {{text}}
success_status = 202
""", "kannel")
        self.same_words("send", "alice", "--wait", but={"detail"}, words=["accepted", "unknown"])
        said = self.run_program("send", "alice", expect=OK).stdout
        self.assertRegex(said, r"^kannel accepted the message for alice at \*{8}67 in \d+\.\d s\.\n")
        self.assertNotIn("message id", said)
        self.assertNotIn("message_id", self.json_of("send", "alice"))
        fake.misbehave("status-503")
        said = self.run_program("send", "alice", expect=UNAVAILABLE).stderr
        self.assertNotIn("essage id", said)
