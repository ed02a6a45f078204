# SPDX-License-Identifier: Apache-2.0
"""The stacks that the manual and the run book give for RPM systems, around what authselect writes there: the code comes
where they say, and a wrong password causes no message."""

import pathlib
import re

from login import PROMPT
from scenario import AFTERWARDS, Scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The auth lines of authselect's profile sssd. There is no pam_sss.so here, so every person is a local one.
PASSWORD_AUTH = [
    "auth required pam_env.so",
    "auth required pam_faildelay.so delay=2000000",
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular",
    "auth [default=1 ignore=ignore success=ok] pam_localuser.so",
    "auth sufficient pam_unix.so nullok",
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular",
    "auth sufficient pam_sss.so forward_pass",
    "auth required pam_deny.so",
]
ONE_TRANSACTION = ["NumberOfPasswordPrompts=1"]


def four_lines(document, mark):
    """The block of a document that names pam_sss.so."""
    text = (ROOT / document).read_text(encoding="utf-8")
    lines = [line.strip() for line in re.findall(mark, text, re.MULTILINE)]
    first = next(number for number, line in enumerate(lines) if "pam_sss.so" in line) - 1
    return [line.replace("pam_sms2fa.so", "{module}") for line in lines[first:first + 4]]


class Authselect(Scenario):
    def setUp(self):
        super().setUp()
        self.machine.pam_service("password-auth", PASSWORD_AUTH)
        self.addCleanup(pathlib.Path("/etc/pam.d/password-auth").unlink)
        self.start_daemon()

    def types_the_password(self, person, password=None):
        person.reads("(?i)password.*: ")
        person.types(password or self.machine.passwords["alice"])

    def types_the_code(self, person):
        person.reads(PROMPT)
        person.types(self.next_text().code)

    def password_then_code(self):
        with self.ssh(options=ONE_TRANSACTION) as person:
            self.types_the_password(person, "wrong")
            person.is_denied()
        self.assert_texts(0)
        with self.ssh() as person:
            self.types_the_password(person)
            self.types_the_code(person)
            person.gets_in()

    def test_the_same_lines_in_both(self):
        book, manual = (four_lines("docs/RUNBOOK.md", r"^ {6}auth .*$"),
                        four_lines("man/pam_sms2fa.8.scd", r"^auth .*$"))
        self.assertEqual([line.split() for line in book], [line.split() for line in manual])

    def test_the_code_before_the_substack(self):
        self.start_sshd(["auth requisite {module}", "auth substack password-auth", *AFTERWARDS])
        with self.ssh() as person:
            self.types_the_code(person)
            self.types_the_password(person)
            person.gets_in()

    def test_the_lines_in_place_of_the_substack(self):
        self.start_sshd([*four_lines("docs/RUNBOOK.md", r"^ {6}auth .*$"), *AFTERWARDS])
        self.password_then_code()

    def test_the_lines_in_a_profile(self):
        self.machine.pam_service("password-auth", [*PASSWORD_AUTH[:2],
                                                   *four_lines("docs/RUNBOOK.md", r"^ {6}auth .*$")])
        self.start_sshd(["auth substack password-auth", *AFTERWARDS])
        self.password_then_code()

    def test_behind_the_substack_a_wrong_password_causes_a_message(self):
        """Which is why the documents say otherwise."""
        self.start_sshd(["auth substack password-auth", "auth requisite {module}", *AFTERWARDS])
        with self.ssh(options=ONE_TRANSACTION) as person:
            self.types_the_password(person, "wrong")
            self.types_the_code(person)
            person.is_denied()
        self.assert_texts(1)
