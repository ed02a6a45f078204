# SPDX-License-Identifier: Apache-2.0
"""safety.md 5, races: many processes at once through the real socket, and the count is exact.

Each racer is a process with many connections of its own. All of them stand at their prompts before
the first one answers.
"""

import os
import pickle
import resource
import sqlite3
import traceback

import protocol
from protocol import ACCEPTED, DENIED, FIRST_PROVED, NOTICE, PROMPT, REASON, RESULT, TEXT, VERDICT, Client
from scenario import NUMBERS, Scenario

PROCESSES = 20
CROWD = 1000
SPACIOUS = {"logins_per_user": "1000", "logins_at_once": "2000", "sends_per_number": "1000/1h",
            "sends_per_user": "1000/1h", "sends_per_source": "1000/1h", "sends_per_host": "1000/1h"}
# Long enough for everybody to be at the prompt, however slow the machine.
PATIENCE = 60


def told(client):
    """What the daemon says until it ends or asks again: (texts, verdict or None)."""
    texts = []
    while datagram := client.receives():
        kind, fields = protocol.decode(datagram)
        if kind in (NOTICE, PROMPT):
            texts.append(fields[TEXT].decode())
        if kind == PROMPT:
            return texts, None
        if kind == VERDICT:
            assert fields[protocol.NONCE] == client.nonce
            return texts, (fields[RESULT][0], fields[REASON].decode())
    return texts, None


def says_hello(path, user, rhost):
    """A connection, and its hello at once: the daemon gives it two seconds."""
    while True:
        try:
            client = Client(path, timeout=PATIENCE)
            break
        except BlockingIOError:
            pass  # the listener's queue is full for a moment
    client.hello(user, rhost=rhost, flags=FIRST_PROVED)
    return client


class Racers:
    """Processes that each run `body(number, at_the_line)`, where at_the_line() waits until all have
    called it, and returns the six characters that go() was given."""

    def __init__(self, count, body):
        self._pids = []
        self._go_reader, self._go = os.pipe()
        ready_reader, self._ready = os.pipe()
        self._results = []
        for number in range(count):
            reader, writer = os.pipe()
            pid = os.fork()
            if pid == 0:
                self._race(body, number, writer)
            os.close(writer)
            self._pids.append(pid)
            self._results.append(reader)
        os.close(self._ready)
        os.close(self._go_reader)
        waiting = count
        while waiting and (got := os.read(ready_reader, waiting)):
            waiting -= len(got)
        os.close(ready_reader)

    def _race(self, body, number, writer):
        status = 1
        try:
            os.close(self._go)

            def at_the_line():
                os.write(self._ready, b".")
                os.close(self._ready)  # who dies before this closes it too
                return os.read(self._go_reader, 6).decode()

            with open(writer, "wb") as out:
                pickle.dump(body(number, at_the_line), out)
            status = 0
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(status)

    def go(self, word):
        """Returns their results."""
        os.write(self._go, word.encode() * len(self._pids))
        os.close(self._go)
        results = []
        for reader in self._results:
            with open(reader, "rb") as file:
                data = file.read()
            assert data, "a racer ended without a result"
            results.append(pickle.loads(data))
        for pid in self._pids:
            os.waitpid(pid, 0)
        return results


class Race(Scenario):
    """safety.md 5."""

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most < 2 * CROWD:
            self.skipTest(f"only {most} descriptors")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)

    def query(self, statement, *values):
        with sqlite3.connect(f"file:{self.state}/state.db?mode=ro", uri=True) as database:
            return database.execute(statement, values).fetchone()[0]

    def crowd(self, answer, rhost=lambda number: "192.0.2.1"):
        """CROWD connections in PROCESSES processes; each is asked once and answers `answer`.

        Returns for each what it was told after its answer. `answer()` is called when all are asked.
        """
        each = CROWD // PROCESSES
        # Its message has left before the crowd comes: ten at once are too much for the fake provider
        # while a thousand threads begin.
        for source in sorted({rhost(number) for number in range(CROWD)}):
            with Client(self.machine.socket) as client:
                client.hello("alice", rhost=source, flags=FIRST_PROVED)
                client.prompt()

        def race(number, at_the_line):
            clients = [says_hello(self.machine.socket, "alice", rhost(number * each + index))
                       for index in range(each)]
            prompts = [told(client) for client in clients]
            code = at_the_line()
            asked = [client for client, (texts, verdict) in zip(clients, prompts)
                     if verdict is None and texts]
            for client in asked:
                client.answers(code)
            return (len(asked), [told(client) for client in asked])

        results = Racers(PROCESSES, race).go(answer())
        self.assertEqual(CROWD, sum(count for count, _ in results), "not all came to a prompt")
        return [one for _, some in results for one in some]

    def assert_counted(self, wrong):
        self.assertEqual(wrong, self.query("SELECT count(*) FROM attempts WHERE user = 'alice'"))
        self.assertEqual(wrong, self.query(
            "SELECT ifnull(max(since_right), 0) FROM people WHERE name = 'alice'"))

    def test_of_1000_wrong_answers_at_once_as_many_as_there_are_tries_are_compared(self):
        self.start_daemon(limits=SPACIOUS, code={"tries": "5"})
        outcomes = self.crowd(lambda: self.texts()[0].wrong_code)
        wrong = [texts for texts, _ in outcomes if "Wrong code" in " ".join(texts)]
        accepted = [verdict for _, verdict in outcomes if verdict and verdict[0] == ACCEPTED]
        self.assertEqual([], accepted)
        # Four were told how many are left; the fifth has none left, like all the others.
        self.assertEqual(["1 try", "2 tries", "3 tries", "4 tries"],
                         sorted(" ".join(texts).split(", ")[1].split(" left")[0]
                                for texts in wrong))
        self.assertEqual(CROWD - 4, len([1 for _, verdict in outcomes
                                         if verdict == (DENIED, "no-tries-left")]))
        self.assert_texts(1)
        self.assert_counted(5)

    def test_of_1000_wrong_answers_to_many_challenges_as_many_as_the_lock_allows_are_compared(self):
        self.start_daemon(limits=SPACIOUS | {"wrong_before_lockout": "10"}, code={"tries": "5"})
        # Ten sources, so ten challenges with five tries each: fifty guesses, but for the lock.
        outcomes = self.crowd(lambda: "000000", rhost=lambda number: f"192.0.2.{number % 10}")
        self.assertFalse([verdict for _, verdict in outcomes
                          if verdict and verdict[0] == ACCEPTED])
        self.assert_texts(10)
        self.assert_counted(10)

    def test_of_1000_right_answers_at_once_exactly_one_lets_in(self):
        self.start_daemon(limits=SPACIOUS)
        outcomes = self.crowd(lambda: self.texts()[0].code)
        verdicts = [verdict for _, verdict in outcomes]
        self.assertEqual(1, verdicts.count((ACCEPTED, "right-code")))
        self.assertEqual(1, len([one for one in verdicts if one and one[0] == ACCEPTED]))
        self.assertEqual(1, len([line for line in self.verdicts() if "accepted" in line]))
        self.assert_texts(1)

    def test_of_100_sends_to_one_number_as_many_as_the_budget_leave(self):
        users = {f"user{number:03}": NUMBERS["alice"] for number in range(100)}
        self.start_daemon(users=users | NUMBERS, limits=SPACIOUS | {"sends_per_number": "6/10m"},
                          directory={"virtual_users": "test"})

        def ask(number, at_the_line):
            at_the_line()
            clients = [says_hello(self.machine.socket, f"user{place:03}", f"192.0.2.{place}")
                       for place in range(number * 10, number * 10 + 10)]
            return [told(client) for client in clients]

        outcomes = [one for some in Racers(10, ask).go("go now") for one in some]
        self.assertEqual(100, len(outcomes))
        self.assertEqual(6, len([1 for texts, verdict in outcomes if verdict is None and texts]))
        self.assertEqual(94, len([1 for _, verdict in outcomes
                                  if verdict == (DENIED, "over-budget")]))
        self.assert_texts(6)


class Elsewhere(Scenario):
    """safety.md 5: a code of a challenge is good for its own user, service and source only."""

    def is_refused(self, **other):
        self.start_daemon()
        with Client(self.machine.socket) as first, Client(self.machine.socket) as second:
            first.hello("alice", service="sshd", rhost="192.0.2.1")
            first.prompt()
            text = self.next_text()
            place = {"user": "alice", "service": "sshd", "rhost": "192.0.2.1"} | other
            second.hello(place.pop("user"), **place)
            second.prompt()
            second.answers(text.code)
            self.assertIn("Wrong code, 2 tries left", second.prompt())
            # It was not spent by that.
            first.answers(text.code)
            self.assertEqual((ACCEPTED, "right-code"), first.verdict())

    def test_a_code_from_another_source_is_denied(self):
        self.is_refused(rhost="192.0.2.2")

    def test_a_code_in_another_service_is_denied(self):
        self.is_refused(service="sudo")

    def test_a_code_of_another_user_is_denied(self):
        self.is_refused(user="bob")
