# SPDX-License-Identifier: Apache-2.0
"""[rule NAME]: who is asked what, denied, or let in unasked, by real sshd and sudo."""

import pathlib
import pwd

from login import PROMPT, sudo
from private_machine import run
from protocol import (ABOUT, ACCEPTED, DENIED, FIRST_PROVED, FLAGS, HELLO, INFO_IS_CUT, MORE, MORE_FOLLOWS, NONCE, RHOST, SERVICE,
                      SSH_AUTH_INFO, USER, Client, decode, encode)
from scenario import PASSWORD_THEN_PIN, PIN, Scenario

KEY_THEN_PIN = ["AuthenticationMethods publickey,keyboard-interactive",
                "KbdInteractiveAuthentication yes", "PasswordAuthentication no"]



class Rules(Scenario):
    def setUp(self):
        super().setUp()
        for group in ("contractors", "staff"):
            run("groupadd", "--force", group)
        run("gpasswd", "--members", "bob", "contractors")

    def house(self, pam=PIN, ssh=None, **rules):
        """`name={...}` is [rule name]."""
        self.start_daemon(**{f"rule {name}": settings for name, settings in rules.items()})
        if ssh is None:
            self.start_sshd(pam)
        else:
            self.start_sshd(pam, ssh)

    def logs_in(self, user="alice", options=()):
        sent = len(self.texts())
        with self.ssh(user, options) as person:
            person.reads(PROMPT)
            person.types(self.next_text(sent).code)
            person.gets_in(user)

    def is_denied_by_a_rule(self, user):
        """Returns the verdict's line."""
        with self.ssh(user) as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("000000")
            person.is_denied()
        return self.logged(f"denied reason=rule user={user}")

    @staticmethod
    def verdict_after_wrong_codes(client):
        for _ in range(3):
            client.prompt()
            client.answers("000000")
        return client.verdict()

    def ca(self, name):
        """A CA, which sshd trusts if it is told to."""
        key = self.machine.state / name
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        return key

    def fingerprint(self, key):
        return run("ssh-keygen", "-l", "-f", f"{key}.pub").split()[1]

    def certified(self, ca, user="alice", kind="ed25519", principals=None):
        """Options for ssh that show a key with a certificate of this CA."""
        key = self.machine.state / f"{ca.name}-{user}-{kind}"
        if not key.exists():
            run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key)
        run("ssh-keygen", "-q", "-s", ca, "-I", f"{user}'s", "-n", principals or user, f"{key}.pub")
        return [f"IdentityFile={key}", f"CertificateFile={key}-cert.pub"]

    def exempt(self, ca, **more):
        return {"users": "alice", "services": "sshd", "first": f"cert:{self.fingerprint(ca)}",
                "action": "exempt", "forever": "yes", "reason": "nightly runs"} | more


class Denying(Rules):
    RULE = {"groups": "contractors", "services": "sshd", "action": "deny"}

    def test_a_member_of_a_group_meets_the_question_and_gets_no_code(self):
        self.house(closed=self.RULE)
        self.assertIn("rule=closed", self.is_denied_by_a_rule("bob"))
        self.assert_texts(0)
        self.logs_in("alice")

    def test_strangers_see_what_a_denied_one_sees(self):
        self.house(closed=self.RULE)
        shown = {}
        for user in ("bob", "mallory"):
            with Client(self.machine.socket) as client:
                client.hello(user, "sshd", rhost="192.0.2.1")
                prompts = []
                for _ in range(3):
                    prompts.append(client.prompt())
                    client.answers("000000")
                verdict = client.verdict()[0]
                shown[user] = ([len(prompt) for prompt in prompts], client.notices, verdict)
        self.assertEqual(shown["bob"], shown["mallory"])
        self.assert_texts(0)

    def test_a_group_that_the_machine_does_not_have_denies_everybody(self):
        self.house(closed=self.RULE | {"groups": "gone"})
        with Client(self.machine.socket) as client:
            client.hello("alice", "sshd", rhost="192.0.2.1", flags=FIRST_PROVED)
            self.assertEqual((DENIED, "rule"), self.verdict_after_wrong_codes(client))
        self.assertIn("[rule closed] could not be evaluated", self.logged("denied reason=rule user=alice"))

    def test_by_address(self):
        self.house(elsewhere={"from": "192.0.2.0/24, 2001:db8::/32", "action": "deny"})
        for rhost, verdict in (("192.0.2.7", DENIED), ("2001:db8::7", DENIED), ("::ffff:192.0.2.8", DENIED),
                               ("192.0.3.7", ACCEPTED), ("", ACCEPTED)):
            sent = len(self.texts())
            # Pretended messages count like real ones.
            user = "bob" if verdict == ACCEPTED else "alice"
            with self.subTest(rhost), Client(self.machine.socket) as client:
                client.hello(user, "sshd", rhost=rhost, flags=FIRST_PROVED)
                client.prompt()
                if verdict == ACCEPTED:
                    client.answers(self.next_text(sent).code)
                else:
                    for _ in range(2):
                        client.answers("000000")
                        client.prompt()
                    client.answers("000000")
                self.assertEqual(verdict, client.verdict()[0])


class Parts(Rules):
    """What sshd says was proved, in several messages."""

    def setUp(self):
        super().setUp()
        self.house(keys={"first": "publickey", "action": "deny"})

    def begins(self, client, flags, info, rhost=b""):
        client.sends(encode(HELLO, {NONCE: client.nonce, FLAGS: bytes([flags]), SERVICE: b"sshd", USER: b"alice",
                                    RHOST: rhost, SSH_AUTH_INFO: info}))

    def goes_on(self, client, flags, info):
        client.sends(encode(MORE, {FLAGS: bytes([flags]), SSH_AUTH_INFO: info}))

    def test_are_put_together(self):
        for parts in ([b"x" * 1024, b"x" * 1022 + b"\np", b"ublickey ssh-ed25519 AAAA\n"],
                      [b"publickey ssh-ed25519 AAAA\n"], [b"x" * 1024] * 15 + [b"\npublickey ssh-ed25519 AAAA\n"]):
            with self.subTest(len(parts)), Client(self.machine.socket) as client:
                flags = [MORE_FOLLOWS] * (len(parts) - 1) + [0]
                self.begins(client, flags[0], parts[0], b"192.0.2.%d" % len(parts))
                for flag, part in zip(flags[1:], parts[1:]):
                    self.goes_on(client, flag, part)
                self.assertEqual((DENIED, "rule"), self.verdict_after_wrong_codes(client))

    def test_what_is_cut_may_be_anything(self):
        with Client(self.machine.socket) as client:
            self.begins(client, INFO_IS_CUT, b"password\n")
            self.assertEqual((DENIED, "rule"), self.verdict_after_wrong_codes(client))
        self.logged("[rule keys] could not be evaluated")

    def test_what_is_not_due_ends_the_connection(self):
        with Client(self.machine.socket, timeout=4) as client:
            self.begins(client, MORE_FOLLOWS, b"x" * 1024)
            for _ in range(16):
                self.goes_on(client, MORE_FOLLOWS, b"x" * 1024)
            self.assertEqual(b"", client.receives())
        with Client(self.machine.socket, timeout=4) as client:
            self.begins(client, MORE_FOLLOWS, b"x")
            client.answers("123456")
            self.assertEqual(b"", client.receives())
        # Silence, too, after the two seconds that a hello has.
        with Client(self.machine.socket, timeout=4) as client:
            self.begins(client, MORE_FOLLOWS, b"x")
            self.assertEqual(b"", client.receives())
        with Client(self.machine.socket, timeout=4) as client:
            self.goes_on(client, 0, b"x")
            self.assertEqual(b"", client.receives())

    def test_another_version_is_told_so(self):
        for version in (1, 3):
            with self.subTest(version), Client(self.machine.socket) as client:
                client.sends(bytes([version, HELLO]) + b"x" * 20)
                kind, fields = decode(client.receives())
                self.assertEqual((ABOUT, bytes(16)), (kind, fields[NONCE]))
                self.assertEqual(b"", client.receives())
        self.logged("another protocol version: module and daemon must be one release")


class Netgroups(Rules):
    def setUp(self):
        super().setUp()
        with open("/etc/nsswitch.conf", encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("netgroup:")]
        with open("/etc/nsswitch.conf", "w", encoding="utf-8") as file:
            file.writelines([*lines, "netgroup: files\n"])
        with open("/etc/netgroup", "w", encoding="utf-8") as file:
            file.write("outer inner (,carol,)\ninner (,bob,)\n")

    def test_within_one_another(self):
        self.house(closed={"users": "@outer", "action": "deny"})
        self.assertIn("rule=closed", self.is_denied_by_a_rule("bob"))
        self.logs_in("alice")

    def test_one_that_is_not_there_may_have_anybody(self):
        self.house(closed={"users": "@gone", "action": "deny"})
        self.assertIn("could not be evaluated", self.is_denied_by_a_rule("alice"))


class Asking(Rules):
    def test_fewer_methods(self):
        """bob has nothing but a number."""
        self.house(contractors={"groups": "contractors", "action": "ask", "methods": "totp, backup"})
        with self.ssh("bob") as person:
            for _ in range(3):
                person.reads(r"PIN|code[^:]*: ")
                person.types("000000")
            person.is_denied()
        self.assertIn("rule=contractors", self.logged("denied reason=not-enrolled user=bob"))
        self.assert_texts(0)
        self.logs_in("alice")

    def test_at_one_service(self):
        self.house(PASSWORD_THEN_PIN, sudoers={"services": "sudo", "action": "deny"})
        self.machine.pam_service("sudo", PIN)
        self.machine.allow_sudo("alice")
        person = self.meet(sudo("alice"))
        for _ in range(3):
            person.reads(PROMPT)
            person.types("000000")
        person.sees("Press Enter")
        person.types("")
        self.logged("denied reason=rule user=alice service=sudo")


class Exempting(Rules):
    def setUp(self):
        super().setUp()
        self.mine, self.theirs = self.ca("mine"), self.ca("theirs")
        both = self.machine.state / "both_cas.pub"
        both.write_text((self.machine.state / "mine.pub").read_text() +
                        (self.machine.state / "theirs.pub").read_text())
        self.trusting = [*KEY_THEN_PIN, f"TrustedUserCAKeys {both}"]

    def test_a_certificate_of_this_ca_lets_in_unasked(self):
        self.house(ssh=self.trusting, robots=self.exempt(self.mine))
        with self.ssh(options=self.certified(self.mine)) as person:
            person.gets_in()
            self.assertNotIn("PIN", person.screen)
        line = self.logged("exempt reason=rule user=alice")
        for part in ("service=sshd", "rule=robots", "after=publickey", 'detail="nightly runs"'):
            self.assertIn(part, line)
        self.assert_texts(0)

    def test_certificates_of_other_kinds(self):
        self.house(ssh=self.trusting, robots=self.exempt(self.mine))
        for kind in ("rsa", "ecdsa"):
            with self.subTest(kind), self.ssh(options=self.certified(self.mine, kind=kind)) as person:
                person.gets_in()
        self.assert_texts(0)

    def test_a_certificate_as_long_as_they_come(self):
        """Of an RSA key, with many principals: over 4,096 bytes."""
        ca = self.ca("long")
        names = ",".join(["alice", *(f"principal-number-{number:04}" for number in range(150))])
        options = self.certified(ca, kind="rsa", principals=names)
        self.assertGreater(len(pathlib.Path(options[1].split("=")[1]).read_text()), 4096)
        self.house(ssh=[*KEY_THEN_PIN, f"TrustedUserCAKeys {ca}.pub"], robots=self.exempt(ca))
        with self.ssh(options=options) as person:
            person.gets_in()
        self.assert_texts(0)

    def test_two_keys_before_the_question(self):
        self.house(ssh=[*self.trusting, "AuthenticationMethods publickey,publickey,keyboard-interactive"][1:],
                   robots=self.exempt(self.mine))
        key = self.alices_key()
        with self.ssh(options=[f"IdentityFile={key}", *self.certified(self.mine)]) as person:
            person.gets_in()
        self.assert_texts(0)

    def test_another_ca_or_no_certificate_is_asked(self):
        self.house(ssh=self.trusting, robots=self.exempt(self.mine))
        self.logs_in(options=self.certified(self.theirs))
        self.logs_in(options=[f"IdentityFile={self.alices_key()}"])
        self.assertFalse([line for line in self.verdicts() if "exempt" in line])

    def test_a_ca_of_ones_own_is_asked(self):
        """Whoever writes authorized_keys has cert-authority there."""
        self.house(ssh=KEY_THEN_PIN, robots=self.exempt(self.mine))
        self.alices_key()
        own = self.ca("alices_own")
        with open("/home/alice/.ssh/authorized_keys", "w", encoding="utf-8") as file:
            file.write("cert-authority " + (self.machine.state / "alices_own.pub").read_text())
        self.addCleanup((self.machine.state / "alices_key").unlink)
        self.logs_in(options=self.certified(own))

    def test_somebody_else_is_asked(self):
        self.house(ssh=self.trusting, robots=self.exempt(self.mine))
        self.logs_in("bob", self.certified(self.mine, "bob"))

    def test_from_elsewhere_is_asked(self):
        self.house(ssh=self.trusting, robots=self.exempt(self.mine, **{"from": "192.0.2.0/24"}))
        self.logs_in(options=self.certified(self.mine))

    def test_after_its_last_day_it_asks(self):
        rule = self.exempt(self.mine, until="2020-01-01")
        del rule["forever"]
        self.house(ssh=self.trusting, robots=rule)
        self.logs_in(options=self.certified(self.mine))

    def test_where_a_group_is_not_known_nobody_is_exempt(self):
        self.house(ssh=self.trusting, first={"groups": "gone", "action": "ask"},
                   robots=self.exempt(self.mine))
        self.logs_in(options=self.certified(self.mine))
        self.assertIn("[rule first] could not be evaluated", self.logged("accepted reason=right-code"))

    def test_a_peer_that_is_not_root_is_asked_whatever_it_says(self):
        self.house(robots=self.exempt(self.mine) | {"services": "sshd, sudo"})
        certificate = (self.machine.state / "mine-alice-ed25519-cert.pub")
        self.certified(self.mine)
        told = "publickey " + " ".join(certificate.read_text().split()[:2]) + "\n"
        for uid, service, flags in ((pwd.getpwnam("alice").pw_uid, "sshd", 0),
                                    (pwd.getpwnam("alice").pw_uid, "sshd", FIRST_PROVED),
                                    (0, "sudo", FIRST_PROVED)):
            with self.subTest(uid=uid, service=service), Client(self.machine.socket, uid) as client:
                client.hello("alice", service, flags=flags, ssh_auth_info=told)
                self.assertTrue(client.next_is_a_prompt())
        # A stranger of that name has no account.
        with Client(self.machine.socket) as client:
            client.hello("mallory", "sshd", ssh_auth_info=told)
            self.assertTrue(client.next_is_a_prompt())


