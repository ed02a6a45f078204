# SPDX-License-Identifier: Apache-2.0
"""One daemon for many attempts, each by a user of its own, so that all begin with nothing counted."""

import os
import signal

from house import House

USERS = 400
SPACIOUS = """\
sends_per_number = 100000/1h
sends_per_source = 100000/1h
sends_per_host = 100000/1h
sends_per_host_per_day = 100000
"""


class Place:
    """Its daemon is begun anew when it has ended or every user has been here; then the state must be
    sound."""

    def __init__(self, machine, environment=None):
        users = "".join(f"user{number} = +353851234567\n" for number in range(USERS))
        # Without an account nobody is anybody.
        machine.add_accounts(f"user{number}" for number in range(USERS))
        self.house = House(machine, limits=SPACIOUS, users="[users]\n" + users)
        self._environment = environment
        self._user = USERS
        self.daemon = None
        self.idle_descriptors = 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon}/fd"))

    def new_user(self):
        self._user += 1
        if self._user >= USERS or self.daemon is None:
            self.close()
            self.house.reset()
            self.daemon = self.house.start(self._environment)
            self._user = 0
            self.idle_descriptors = self.descriptors()
        return f"user{self._user}"

    def status_if_ended(self):
        """As of waitpid(), or None while the daemon lives."""
        ended, status = os.waitpid(self.daemon, os.WNOHANG)
        if not ended:
            return None
        self.daemon = None
        return status

    def kill(self):
        os.kill(self.daemon, signal.SIGKILL)
        os.waitpid(self.daemon, 0)
        self.daemon = None

    def close(self):
        if self.daemon:
            daemon, self.daemon = self.daemon, None
            self.house.stop(daemon)
            self.house.check_integrity()
