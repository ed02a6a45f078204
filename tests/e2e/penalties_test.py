# SPDX-License-Identifier: Apache-2.0
"""What sshd's PerSourcePenalties do to people behind one address, and the run book's remedy."""

from login import PROMPT
from private_machine import has_penalties
from scenario import KEYBOARD, PIN, Scenario

# sshd's own, with a threshold that one denied login reaches; the penalty outlasts any test.
PENALTIES = "PerSourcePenalties authfail:600 min:15"
MESSAGE = "penalty: failed authentication"


class Penalties(Scenario):
    def setUp(self):
        super().setUp()
        if not has_penalties():
            self.skipTest("this sshd has no PerSourcePenalties")

    def is_denied_once(self, settings):
        self.start_daemon()
        self.start_sshd(PIN, [*KEYBOARD, *settings])
        with self.ssh() as person:
            for _ in range(3):
                person.reads(PROMPT)
                person.types("nonsense")
            person.is_denied()
        self.logged("denied reason=")

    def test_a_denied_login_turns_the_next_person_away_unasked(self):
        self.is_denied_once([PENALTIES])
        with self.ssh("bob") as person:
            person.is_denied()
            self.assertNotIn("PIN", person.screen)
        self.logged(MESSAGE)
        self.assert_texts(1)

    def test_an_exempt_address_is_asked_on(self):
        self.is_denied_once([PENALTIES, "PerSourcePenaltyExemptList 127.0.0.1"])
        with self.ssh("bob") as person:
            person.reads(PROMPT)
            person.types(self.next_text(1).code)
            person.gets_in("bob")
