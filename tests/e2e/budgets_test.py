# SPDX-License-Identifier: Apache-2.0
"""Budgets of messages: what users of the machine spend between them is not what others need, and
what an enrolment sends is spent by the number that it goes to."""

import pwd
import secrets

from login import PROMPT, sudo
from protocol import ENROLL, FIRST_PROVED, Client
from scenario import AFTERWARDS, NUMBERS, PASSWORD_THEN_PIN, Scenario

KEY_FILE = "/etc/sms2fa/store.key"
CROWD = [f"local{i}" for i in range(6)]


class Budgets(Scenario):
    @classmethod
    def setUpClass(cls):
        for name in CROWD:
            cls.machine.add_user(name, "password-" + secrets.token_hex(4))

    def gets_a_prompt(self, user, uid=0, **hello):
        with Client(self.machine.socket, uid) as client:
            client.hello(user, **hello)
            return client.next_is_a_prompt()


class LocalCrowd(Budgets):
    """No rhost is no address that all users of the machine share."""

    def setUp(self):
        super().setUp()
        self.numbers = {name: f"+35385123450{i}" for i, name in enumerate(CROWD)}
        self.keep_secret(*(number.lstrip("+") for number in self.numbers.values()))

    def start(self, limit):
        self.start_daemon(users=NUMBERS | self.numbers, limits={"sends_per_source": limit})
        self.machine.pam_service("sudo", PASSWORD_THEN_PIN)
        # Others look for what sudo-i leaves open then.
        self.addCleanup(self.machine.pam_service, "sudo", [PASSWORD_THEN_PIN[0], *AFTERWARDS])
        self.machine.allow_sudo("bob")

    def bobs_sudo_gets_its_message(self):
        sent = len(self.texts())
        with sudo("bob") as person:
            person.sees("[sudo] password for bob: ")
            person.types(self.machine.passwords["bob"])
            person.reads(PROMPT)
            text = self.next_text(after=sent)
            self.assertEqual((NUMBERS["bob"], "sudo"), (text.to, text.service))
            person.types(text.code)
            person.gets_in("root")

    def test_six_users_who_speak_for_themselves(self):
        self.start("4/10m")
        for name in CROWD:
            uid = pwd.getpwnam(name).pw_uid
            prompts = [self.gets_a_prompt(name, uid, service=service)
                       for service in ("login", "su", "sshd")]
            # Half of a budget is for those who have proved nothing.
            self.assertEqual([True, True, False], prompts, name)
        self.logged("the unproven share of sends_per_source is used up")
        self.assert_texts(2 * len(CROWD))
        self.bobs_sudo_gets_its_message()

    def test_six_callers_of_su(self):
        self.start("2/10m")
        for i, name in enumerate(CROWD):
            local = {"service": "su", "ruser": name, "tty": f"/dev/pts/{i}", "flags": FIRST_PROVED}
            targets = (name, CROWD[i - 1], "bob")
            self.assertEqual([True, True, False],
                             [self.gets_a_prompt(target, **local) for target in targets], name)
        self.bobs_sudo_gets_its_message()


class EnrolledNumber(Budgets):
    def start(self):
        key = secrets.token_hex(32)
        self.keep_secret(key)
        self.machine.write_trusted(KEY_FILE, key + "\n")
        self.start_daemon(store={"path": self.state / "state.db", "key_file": KEY_FILE},
                          enroll={"self": "yes"}, limits={"sends_per_number": "6/10m"})

    def asks_for_a_code_to(self, number, user):
        with Client(self.machine.socket, pwd.getpwnam(user).pw_uid) as client:
            client.hello(user, flags=ENROLL)
            client.prompt()
            client.answers(number)
            self.assertTrue(client.next_is_a_prompt())

    def to(self, number):
        return sum(text.to == number for text in self.texts())

    def test_many_users_enroll_one_number(self):
        self.start()
        number = "+353861112222"
        self.keep_secret(number.lstrip("+"))
        for name in CROWD:
            for _ in range(3):
                self.asks_for_a_code_to(number, name)
        self.assertEqual(3, self.to(number), "half of six is for those who have proved nothing")
        self.logged("the unproven share of sends_per_number is used up")

    def test_the_number_of_somebody_else(self):
        self.start()
        for name in CROWD:
            self.asks_for_a_code_to(NUMBERS["alice"], name)
        self.assertEqual(3, self.to(NUMBERS["alice"]))
        prompts = [self.gets_a_prompt("alice", service=service, rhost="192.0.2.1", flags=FIRST_PROVED)
                   for service in ("sshd", "sudo", "su", "login")]
        self.assertEqual([True, True, True, False], prompts)
        self.assertEqual(6, self.to(NUMBERS["alice"]))
