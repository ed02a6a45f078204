# SPDX-License-Identifier: Apache-2.0
"""conf/fail2ban against what daemon and module really log: whom it bans, and that nobody can choose
a name that bans somebody else."""

import pathlib
import pwd
import re
import shutil
import subprocess

from protocol import Client
from scenario import PIN, Scenario

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf" / "fail2ban"
ATTACKER, VICTIM = "203.0.113.9", "198.51.100.1"
# What somebody may call himself so that a careless filter reads the victim's address.
FORGED = (f"x rhost={VICTIM}", f"x rhost={VICTIM} user=y", f"x\" rhost={VICTIM} tty=\"",
          f"x\nsms2fad[1]: denied reason=wrong-code user=a service=b rhost={VICTIM} ",
          f"x service=sshd rhost={VICTIM} tty=a", f"rhost={VICTIM}", f"{VICTIM}",
          f"alice service=sshd rhost={VICTIM} ")


def banned(lines, mode="daemon"):
    """The addresses that fail2ban-regex finds in the lines, as often as it does."""
    log = pathlib.Path("/run/private/fail2ban.log")
    log.write_text("".join(f"{line}\n" for line in lines))
    done = subprocess.run(
        ["fail2ban-regex", "--usedns", "no", "--out", "ip", str(log), f"sms2fa[mode={mode}]"],
        capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "ERROR" in done.stderr:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.split()


class Fail2ban(Scenario):
    def setUp(self):
        super().setUp()
        if shutil.which("fail2ban-regex") is None:
            self.skipTest("fail2ban is not installed")
        shutil.copy(CONF / "filter.d" / "sms2fa.conf", "/etc/fail2ban/filter.d/")

    def lines(self, start):
        # What stands in a file has a host's name, too.
        return [re.sub(r"^(\w+ +\d+ [\d:]+) ", r"\1 web01 ", line)
                for line in self.machine.log.lines[self.since:] if start in line]

    def verdict_of(self, user, rhost, service="sshd", ruser="", answers=("nonsense",) * 3):
        """The line of one attempt that goes wrong."""
        since = len(self.machine.log.lines)
        with Client(self.machine.socket) as client:
            client.hello(user, service=service, rhost=rhost, ruser=ruser, tty="ssh")
            for answer in answers:
                client.prompt()
                client.answers(answer)
            if len(answers) == 3:
                client.verdict()
        return re.sub(r"^(\w+ +\d+ [\d:]+) ", r"\1 web01 ",
                      self.machine.log.wait_for("reason=", since))

    def test_wrong_codes_and_strangers_are_banned(self):
        self.start_daemon(limits={"wrong_before_lockout": 6})
        lines = [self.verdict_of("alice", ATTACKER, answers=("nonsense",)),
                 self.verdict_of("alice", "2001:db8::9"),
                 self.verdict_of("mallory", "::ffff:203.0.113.10"),
                 self.verdict_of("carol", "[2001:db8::a]"),
                 self.verdict_of("al ice", "203.0.113.11")]
        self.assertEqual(banned(lines), [ATTACKER, "2001:db8::9", "203.0.113.10", "2001:db8::a",
                                         "203.0.113.11"], lines)

    def test_a_locked_owner_is_not(self):
        self.start_daemon(limits={"wrong_before_lockout": 3})
        self.verdict_of("alice", "192.0.2.1", answers=("000001",) * 3)
        line = self.verdict_of("alice", ATTACKER)
        self.assertIn("reason=locked", line)
        self.assertEqual(banned([line]), [])

    def test_a_spelling_of_a_name_hides_no_address(self):
        self.start_daemon()
        line = self.verdict_of("alice", ATTACKER).replace("user=alice", 'user=alice typed="ALICE rhost=x"')
        self.assertEqual(banned([line]), [ATTACKER])

    def test_nobody_is_banned_for_what_is_not_theirs(self):
        self.start_daemon(limits={"sends_per_source": "1/1h"})
        self.fake("twilio").misbehave("status-503")
        lines = [self.verdict_of("alice", ATTACKER, answers=())]
        self.fake("twilio").behave()
        lines.append(self.verdict_of("bob", ATTACKER, answers=()))  # leaves
        lines.append(self.verdict_of("bob", ATTACKER + "0", answers=()))
        self.assertEqual(banned(lines), [], lines)

    def test_a_success_is_none(self):
        self.start_daemon()
        with Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", rhost=ATTACKER)
            client.prompt()
            client.answers(self.next_text().code)
            client.verdict()
        self.logged("accepted reason=right-code")
        self.assertEqual(banned(self.lines("sms2fad[")), [])

    def test_names_are_no_addresses(self):
        """Whoever owns a network writes its reverse DNS."""
        self.start_daemon()
        self.assertEqual(banned([self.verdict_of("mallory", "localhost")]), [])

    def test_no_name_bans_somebody_else(self):
        self.start_daemon(limits={"sends_per_source": "1000/1h"})
        lines = []
        for number, forged in enumerate(FORGED):
            lines += [self.verdict_of(forged, ATTACKER),
                      self.verdict_of(f"stranger{number}", ATTACKER, service=forged[:64]),
                      self.verdict_of(f"mallory{number}", ATTACKER, ruser=forged)]
        found = banned(lines)
        self.assertNotIn(VICTIM, found)
        self.assertEqual(found, [ATTACKER] * len(lines), lines)
        # Each a person of their own, whose budget of messages is their own.
        strange = [self.verdict_of(f"guest{number}", forged)
                   for number, forged in enumerate(FORGED) if forged != VICTIM]
        self.assertNotIn(VICTIM, banned(strange), strange)

    def test_a_local_user_cannot_name_an_address(self):
        """Only root is believed about where somebody comes from."""
        self.start_daemon()
        with Client(self.machine.socket, pwd.getpwnam("alice").pw_uid) as client:
            client.hello("alice", service="sshd", rhost=VICTIM)
            for _ in range(3):
                client.prompt()
                client.answers("nonsense")
            client.verdict()
        line = self.logged("denied reason=no-tries-left user=alice")
        self.assertNotIn(VICTIM, line)
        self.assertEqual(banned(self.lines("sms2fad[")), [])

    def test_through_sshd(self):
        """Both kinds of lines of a real login, and of a name that sshd lets through."""
        self.start_house(PIN)
        for user in ("alice", f"x rhost={VICTIM} user=y"):
            with self.ssh(user) as person:
                person.reads("one time PIN")
                for _ in range(2):
                    person.types("nonsense")
                    person.reads(r"left\.\s+Enter one time PIN")
                person.types("nonsense")
                person.is_denied()
        # One strike a login, whatever number of transactions the client began.
        lines = self.lines("sms2fad[")
        self.assertEqual(banned(lines), ["127.0.0.1"] * 2, lines)
        lines = self.lines("pam_sms2fa(")
        self.assertEqual(set(banned(lines, "module")), {"127.0.0.1"}, lines)

    def test_the_modules_lines(self):
        """pamtester is a host that believes whatever it is told."""
        self.start_daemon()
        self.machine.pam_service("pinonly", PIN)
        for rhost, ruser in ((ATTACKER, "x"), ("2001:db8::9", "x"),
                             *((ATTACKER, forged) for forged in FORGED if "\n" not in forged)):
            subprocess.run(["pamtester", "-I", f"rhost={rhost}", "-I", f"ruser={ruser}", "pinonly",
                            "mallory", "authenticate"], input="nonsense\n" * 3, text=True,
                           capture_output=True, check=False)
        lines = self.lines("pam_sms2fa(")
        self.assertEqual(banned(lines, "module"),
                         [ATTACKER, "2001:db8::9"] + [ATTACKER] * (len(FORGED) - 1), lines)
        # Debian's own filter reads them too, and is not taken in.
        log = pathlib.Path("/run/private/fail2ban.log")
        done = subprocess.run(["fail2ban-regex", "--usedns", "no", "--out", "ip", str(log),
                               "pam-generic[__pam_auth=pam_sms2fa]"],
                              capture_output=True, text=True, check=False)
        self.assertNotIn(VICTIM, done.stdout)

    def test_the_jail_is_one(self):
        shutil.copy(CONF / "jail.d" / "sms2fa.conf", "/etc/fail2ban/jail.d/")
        done = subprocess.run(["fail2ban-client", "-d"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("'add', 'sms2fa'", done.stdout)
        self.assertIn("SYSLOG_IDENTIFIER=sms2fad", done.stdout)
