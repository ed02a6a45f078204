# SPDX-License-Identifier: Apache-2.0
"""[rule] sections: what sms2fa check says of them."""

import datetime

from private_machine import run
from program import CONFIG, CONFIGURATION, OK, ProgramCase

CA = "cert:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
ROBOTS = f"[rule robots]\nusers = alice\nservices = sshd\nfirst = {CA}\naction = exempt\nreason = nightly runs\n"


def day(ahead):
    return str(datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=ahead))


class CheckRulesTest(ProgramCase):
    def setUp(self):
        super().setUp()
        run("groupadd", "--force", "contractors")
        self.machine.pam_service("sshd", ["auth required pam_deny.so"])

    def findings(self, rules, expect=OK):
        """What check says of the rules, without file and line."""
        self.configure(rules)
        lines = self.run_program("check", expect=expect).stdout.splitlines()
        return [line.replace(f"{CONFIGURATION}:", "") for line in lines if "[rule " in line]

    def line_of(self, text):
        with open(CONFIGURATION, encoding="utf-8") as file:
            return file.read().splitlines().index(text) + 1

    def test_nothing_is_wrong(self):
        rules = ROBOTS + "forever = yes\n[rule contractors]\ngroups = contractors\naction = ask\nmethods = totp\n"
        self.assertEqual(self.findings(rules), [])

    def test_ends(self):
        rules = ROBOTS + "until = "
        line = 10
        self.assertEqual(self.findings(rules + day(15) + "\n"), [])
        self.assertEqual(self.findings(rules + day(14) + "\n"),
                         [f"warning: {line}: [rule robots] ends after {day(14)}, and asks from then on"])
        self.assertEqual(self.findings(rules + day(0) + "\n"),
                         [f"warning: {line}: [rule robots] ends after {day(0)}, and asks from then on"])
        self.assertEqual(self.findings(rules + day(-1) + "\n", CONFIG),
                         [f"error: {line}: [rule robots] ended after {day(-1)}: it exempts nobody any more, and asks"])
        self.assertEqual(self.line_of("[rule robots]"), line)

    def test_a_rule_that_never_decides(self):
        self.assertEqual(self.findings("[rule a]\nservices = sshd\naction = ask\n"
                                       "[rule b]\nservices = sshd\nfrom = 192.0.2.0/24\naction = deny\n", CONFIG),
                         ["error: 13: [rule b] never decides: [rule a] in line 10 is about all of its logins"])
        self.assertEqual(self.findings("[rule a]\nfirst = publickey\nservices = su\naction = deny\n", CONFIG)[-1],
                         "error: 10: [rule a] never matches: only sshd tells of what is in first, and services lacks it")

    def test_names_that_are_not_known(self):
        self.assertEqual(self.findings("[rule a]\nusers = alice, nobody-here\naction = deny\n"),
                         ["warning: 10: [rule a] names somebody without an account here: nobody-here"])
        self.assertEqual(self.findings("[rule a]\nservices = sshd, shsd\naction = deny\n"),
                         ["warning: 10: [rule a] names a service that PAM does not have here: shsd"])
        gone = "cannot be evaluated, and so {}: the machine has no group gone"
        self.assertEqual(self.findings("[rule a]\ngroups = contractors, gone\naction = deny\n", CONFIG),
                         ["error: 10: [rule a] " + gone.format("denies")])
        self.assertEqual(self.findings("[rule a]\ngroups = gone\naction = ask\n", CONFIG),
                         ["error: 10: [rule a] " + gone.format("exempts nobody")])

    def test_what_would_widen_by_accident_is_not_loaded(self):
        """The daemon refuses, and check says what it would say."""
        for rules, said in (
                (ROBOTS, "10: [rule robots] lacks until, or forever = yes, one of which action = exempt needs"),
                (ROBOTS.replace(CA, "publickey") + "forever = yes\n", "13: first: with action = exempt must be cert:"),
                ("[rule a]\nfrom = host.example\naction = deny\n", "11: from: must be addresses or networks"),
                ("[rule a]\nusers = alice\n", "10: [rule a] lacks action")):
            self.configure(rules)
            self.assertIn(said, self.run_program("check", expect=CONFIG).stdout)
