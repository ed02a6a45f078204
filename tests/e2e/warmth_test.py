# SPDX-License-Identifier: Apache-2.0
"""Connections that stand before anybody logs in: at the start, and after a reload."""

import signal
import time

from protocol import ACCEPTED, Client
from scenario import Scenario


class Warmth(Scenario):
    def warmed(self, name, after=0):
        """Waits for two connections to this provider that have been warmed, beyond the first
        `after` ones; returns their numbers."""
        end = time.monotonic() + 5
        while True:
            numbers = {one["connection"] for one in self.fake(name).warm_up_records()}
            warm = {number for number in numbers if number > after}
            if len(warm) >= 2:
                return warm
            self.assertLess(time.monotonic(), end, f"warmed at {name}: {warm}")
            time.sleep(0.01)

    def logs_in(self, name):
        """Returns the number of the connection that the message went out on."""
        with Client(self.machine.socket) as person:
            person.hello("alice")
            person.prompt()
            person.answers(self.next_text(provider=name).code)
            self.assertEqual((ACCEPTED, "right-code"), person.verdict())
        sent, = [one for one in self.fake(name).request_records() if one["method"] == "POST"]
        return sent["connection"]

    def reload(self):
        since = len(self.machine.log.lines)
        self.daemon.send_signal(signal.SIGHUP)
        self.machine.log.wait_for("again", since)

    def test_a_login_finds_a_connection_that_stands(self):
        self.start_daemon()
        warm = self.warmed("twilio")
        self.assertEqual(0, self.fake("twilio").requests)
        self.assertIn(self.logs_in("twilio"), warm)

    def test_a_reload_makes_connections_of_its_own(self):
        self.start_daemon()
        before = max(self.warmed("twilio"))
        self.reload()
        warm = self.warmed("twilio", after=before)
        self.assertIn(self.logs_in("twilio"), warm)

    def test_a_reload_to_another_provider_makes_connections_there(self):
        self.start_daemon()
        self.warmed("twilio")
        self.configure(["telnyx"])
        self.assertEqual(0, self.fake("telnyx").connections)
        self.reload()
        warm = self.warmed("telnyx")
        self.assertIn(self.logs_in("telnyx"), warm)
        self.assertEqual(0, self.fake("twilio").requests)
