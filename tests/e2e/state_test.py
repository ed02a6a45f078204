# SPDX-License-Identifier: Apache-2.0
"""What the daemon remembers: through a restart, a crash, and a state that somebody damaged."""

import os
import pathlib
import signal

from login import PROMPT
from scenario import Scenario


class State(Scenario):
    def restart(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        self.daemon.wait(10)
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon()
        self.machine.log.wait_for("ready", since)

    def guess_wrong_until_out(self):
        with self.ssh() as person:
            person.reads(PROMPT)
            text = self.next_text()
            for _ in range(3):
                person.types(text.wrong_code)
                person.reads("Wrong code|Too many wrong codes")
            person.is_denied()

    def test_a_lock_survives_a_crash(self):
        self.start_house(limits={"wrong_before_lockout": 3})
        self.guess_wrong_until_out()
        self.restart(signal.SIGKILL)
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types("000000")
            person.reads("Wrong code")
        self.logged("denied reason=locked user=alice")
        self.assert_texts(1)

    def test_a_budget_survives_a_restart(self):
        self.start_house(limits={"sends_per_number": "1/10m"})
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.restart()
        with self.ssh() as person:
            person.sees("Too many messages lately")
            person.is_denied()
        self.assert_texts(1)

    def test_a_state_that_vanished_is_not_begun_again(self):
        self.start_daemon()
        self.daemon.terminate()
        self.daemon.wait(10)
        for name in ("state.db", "state.db-wal", "state.db-shm"):
            pathlib.Path(self.state, name).unlink(missing_ok=True)
        self.daemon = self.launch_daemon()
        self.assertNotEqual(0, self.daemon.wait(10))
        self.assertIn("state.db", self.daemon_errors.read_text())
        self.assertFalse(pathlib.Path(self.state, "state.db").exists())
        self.daemon = None

    def test_a_state_that_vanishes_under_way_denies(self):
        self.start_house()
        pathlib.Path(self.state, "state.db").unlink()
        with self.ssh() as person:
            person.sees("cannot be checked at the moment")
            person.is_denied()
        self.logged("unavailable reason=store-failed")
        self.assert_texts(0)

    def test_the_state_belongs_to_the_daemon_alone(self):
        self.start_daemon()
        for path in [self.state, *self.state.iterdir()]:
            info = os.stat(path)
            self.assertEqual(0, info.st_mode & 0o077, path)
            self.assertNotEqual(0, info.st_uid, path)

    def test_somebody_elses_directory_is_not_taken_over(self):
        """A mistyped path must not give a full directory of root's to the daemon."""
        self.state.mkdir(mode=0o700)
        (self.state / "precious").write_text("root's\n")
        self.configure()
        self.daemon = self.launch_daemon()
        self.assertNotEqual(0, self.daemon.wait(10))
        self.assertEqual(0, os.stat(self.state).st_uid)
        self.daemon = None
