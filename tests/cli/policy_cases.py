# SPDX-License-Identifier: Apache-2.0
"""sms2fa policy: which rule decides, and why."""

from private_machine import run
from program import CONFIG, NEGATIVE, OK, USAGE, ProgramCase

CA = "cert:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
RULES = f"""[rule robots]
users = alice
services = sshd
from = 10.20.0.0/16
first = {CA}
action = exempt
until = 2999-12-31
reason = nightly runs
[rule contractors]
groups = contractors
action = ask
methods = totp, backup
[rule mail]
services = dovecot
action = deny
[rule gone]
groups = nobody-has-this
action = deny
"""


class PolicyTest(ProgramCase):
    def setUp(self):
        super().setUp()
        run("groupadd", "--force", "contractors")
        run("gpasswd", "--add", "bob", "contractors")
        self.addCleanup(run, "gpasswd", "--delete", "bob", "contractors")
        self.configure(RULES)

    def says(self, *words, expect=OK):
        return self.run_program("policy", *words, expect=expect).stdout.splitlines()

    def test_who_is_exempt_and_who_is_not_quite(self):
        robot = ("alice", "--from", "10.20.1.2", "--proved", CA)
        self.assertEqual([
            "[rule robots] in line 10 (exempt): yes",
            "[rule robots] in line 10 decides: exempt, until 2999-12-31 (nightly runs)."], self.says(*robot))
        for words, keys in (((*robot[:2], "192.0.2.7", *robot[3:]), "from"), (robot[:3], "first"),
                            ((*robot, "--service", "su"), "services"), (("bob", *robot[1:]), "users"),
                            (("bob", "--from", "192.0.2.7"), "users, from, first")):
            said = self.run_program("policy", *words).stdout
            self.assertTrue(said.startswith(f"[rule robots] in line 10 (exempt): no, by {keys}\n"), said)

    def test_fewer_methods(self):
        self.assertEqual("[rule contractors] in line 18 decides: a code is asked for, by no other method than "
                         "totp, backup.", self.says("bob")[-1])

    def test_a_denial_and_what_cannot_be_evaluated(self):
        self.assertEqual("[rule mail] in line 22 decides: denied.",
                         self.says("alice", "--service", "dovecot", expect=NEGATIVE)[-1])
        said = self.says("alice", expect=NEGATIVE)
        self.assertEqual(["[rule gone] in line 25 (deny): cannot be evaluated: groups (unknown)",
                          "[rule gone] in line 25 decides: denied."], said[-2:])

    def test_without_a_rule_a_code_is_asked_for(self):
        self.configure()
        self.assertEqual(["No rule matches: a code is asked for."], self.says("alice"))
        self.assertEqual(["Nobody is exempt."], self.says("--list"))

    def test_the_list_of_exemptions(self):
        self.assertEqual(["[rule robots] in line 10, until 2999-12-31: nightly runs"], self.says("--list"))
        self.configure(RULES.replace("2999", "2001"))
        self.assertEqual(["[rule robots] in line 10, ended after 2001-12-31: nightly runs"], self.says("--list"))

    def test_it_needs_a_user_an_address_and_a_configuration(self):
        self.assertIn("which user?", self.run_program("policy", expect=USAGE).stderr)
        self.assertIn("--from needs an address", self.run_program(
            "policy", "alice", "--from", "host.example", expect=USAGE).stderr)
        self.assertIn("--proved: must be", self.run_program(
            "policy", "alice", "--proved", "luck", expect=USAGE).stderr)
        self.configure(RULES.replace("reason = nightly runs\n", ""))
        self.assertIn("lacks reason", self.run_program("policy", "alice", expect=CONFIG).stderr)
