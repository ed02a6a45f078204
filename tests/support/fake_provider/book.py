# SPDX-License-Identifier: Apache-2.0
"""What the fake provider has made so far, by identifier: messages, calls, verifications."""

import threading


class Book:
    """Thread-safe. A record is a dictionary with an "id"; the book keeps a copy of its own."""

    def __init__(self):
        self._lock = threading.Lock()
        self._made = {}

    def add(self, record):
        with self._lock:
            if record["id"] in self._made:
                self._made[record["id"]][0].update(record)
            else:
                self._made[record["id"]] = [dict(record), 0, None]

    def find(self, identifier):
        """Returns the record, or None. Whoever changes it does so for good."""
        with self._lock:
            entry = self._made.get(identifier)
            return entry and entry[0]

    def asked(self, identifier):
        """How often this was called before for a record that is there."""
        with self._lock:
            self._made[identifier][1] += 1
            return self._made[identifier][1] - 1

    def reached(self, identifier, word):
        """Notes the status that a client was told."""
        with self._lock:
            self._made[identifier][2] = word

    def word(self, identifier):
        """The status that a client was last told, or None."""
        with self._lock:
            return self._made[identifier][2]

    def pending(self, provider, to):
        """The newest verification of this number that nobody has finished, or None."""
        with self._lock:
            for record, _, _ in reversed(self._made.values()):
                if (record["provider"], record["to"]) == (provider, to):
                    return record if record["status"] == "pending" else None
            return None
