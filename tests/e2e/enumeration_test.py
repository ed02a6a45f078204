# SPDX-License-Identifier: Apache-2.0
"""safety.md 10: through a real sshd nobody can tell who is on record.

Accounts that are unknown, not enrolled, locked or forbidden against one that is enrolled: the same words, the
same end, and times that a two-sample Kolmogorov-Smirnov test cannot tell apart by more than a tenth of a
millisecond. The logins of all groups come in random order, several at once, in processes of their own: the
fake provider works in this one, and only for those who are enrolled. With so many comparisons one is at
p <= 0.01 now and then; such a group is measured once more, by itself and three times as often, and
must then stay above 0.01 divided by the number of comparisons (Bonferroni).
"""

import concurrent.futures
import math
import multiprocessing
import random
import re
import secrets
import subprocess
import threading
import time

import pexpect

from login import SshLogin
from protocol import Client
from scenario import CONFIGURATION, KEYBOARD, PIN, Scenario

SAMPLE = 40  # logins of each group
AT_ONCE = 3
SUSPICIOUS_P = 0.01
SECOND_SAMPLE = 3 * SAMPLE
# What nobody can tell across a network, in seconds. sshd itself takes half of it longer to answer who has
# no account.
TOLERANCE = 0.0001
DELAYS = range(20, 60)  # ms, of the provider
TRIES = 3
PART = 18  # logins between two of alice that end her failures: all by her, they do not lock her
# What a person takes at least to read and type, in seconds. The provider, on this machine, has settled by then.
READING = 0.03
ENROLLED = "enrolled"
GROUPS = {ENROLLED: "alice", "unknown": "mallory", "not enrolled": "carol", "locked": "bob",
          "forbidden": "eve"}
NAMES = ("to the prompt", "to the first reply", "to the second reply", "to the end")
SPACIOUS = {f"sends_per_{what}": "10000/1h" for what in ("number", "user", "source", "host")}
SPACIOUS["sends_per_host_per_day"] = "1000000"


def kolmogorov_smirnov(first, second):
    """(D, p) of the two-sample test: the largest distance of the empirical distributions, and the
    chance of one as large when both are one. Asymptotic, with Stephens' correction for small ones."""
    first, second = sorted(first), sorted(second)
    distance = at_first = at_second = 0
    for value in sorted(set(first + second)):
        while at_first < len(first) and first[at_first] <= value:
            at_first += 1
        while at_second < len(second) and second[at_second] <= value:
            at_second += 1
        distance = max(distance, abs(at_first / len(first) - at_second / len(second)))
    effective = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (effective + 0.12 + 0.11 / effective) * distance
    if scaled < 0.2:
        return distance, 1.0  # where the series does not converge, p is 1 but for 1e-10
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(max(p, 0.0), 1.0)


def difference(first, second):
    """The same for what differs by more than TOLERANCE."""
    return max((kolmogorov_smirnov(first, [value + shift for value in second])
                for shift in (-TOLERANCE, 0, TOLERANCE)), key=lambda found: found[1])


def log_in(user, source):
    """(times, what was shown) of somebody who guesses three times."""
    began = time.monotonic()
    with SshLogin(Scenario.machine, user, [
            "NumberOfPasswordPrompts=1", "PreferredAuthentications=keyboard-interactive",
            f"BindAddress={source}"]) as person:
        times = []
        person.no_delay()
        for _ in range(TRIES):
            person.reads(r"Enter one time PIN[^:]*: ", patience=30)
            times.append(time.monotonic() - began)
            # With the first prompt out, sshd sleeps: at most as long again as it took to get there, and
            # by an amount of each user's own (ensure_minimum_time_since() in its auth2.c). Whoever
            # types sooner measures that.
            time.sleep(max(READING, times[-1]))
            began = time.monotonic()
            person.types("000000")
        person.reads(pexpect.EOF, patience=30)
        times.append(time.monotonic() - began)
        status = person.waits_for_the_end()
    # Digits of numbers, references and seconds are anybody's.
    shown = re.sub(r"\(ref [A-Z]\d\)", "(ref)", person.screen)
    return times, re.sub(r"\d+", "#", shown.replace(user, "USER")) + f"exit {status}"


class Enumeration(Scenario):
    """safety.md 10."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(secrets.randbits(32))
        self.sources = 0

    def start(self):
        self.start_daemon(directory={"sources": "users-file, gecos"}, limits=SPACIOUS | {
            "wrong_before_lockout": "60", "logins_per_user": "20"})
        self.start_sshd(PIN, [*KEYBOARD, "MaxStartups 100"])
        self.vary_the_provider()
        for _ in range(21):
            self.guess("bob", TRIES)
        self.logged("reason=locked user=bob")
        for _ in range(20):
            self.guess("alice", 1)  # what decoys draw their times from

    def new_source(self):
        self.sources += 1
        return f"127.{1 + self.sources // 60000}.{self.sources // 250 % 250}.{1 + self.sources % 250}"

    def vary_the_provider(self):
        """From now on the provider takes now this long and now that."""
        fake, over = self.fake(self.provider), threading.Event()

        def vary():
            while not over.wait(0.011):
                fake.misbehave(f"slow-{self.dice.choice(DELAYS):03}")
        thread = threading.Thread(target=vary)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(over.set)

    def guess(self, user, tries):
        with Client(self.machine.socket) as client:
            client.hello(user, rhost=self.new_source())
            for _ in range(tries):
                client.prompt()
                client.answers("000000")
            client.receives()

    def forgive_alice(self):
        """Ends her series of failures before it locks her, and gives back the year's share of strangers."""
        subprocess.run([self.machine.build / "sms2fa", "unlock", "alice", "--reason", "the next sample",
                        "--config", CONFIGURATION], check=False, capture_output=True)

    def measure(self, groups, sample):
        """{group: [times for each of NAMES]}; what was shown must be the same each time."""
        order = [group for group in groups for _ in range(sample)]
        self.dice.shuffle(order)
        times = {group: [[] for _ in NAMES] for group in groups}
        shown = set()
        with concurrent.futures.ProcessPoolExecutor(
                AT_ONCE, multiprocessing.get_context("fork")) as pool:
            for begin in range(0, len(order), PART):
                part = order[begin:begin + PART]
                self.forgive_alice()
                found = pool.map(log_in, [GROUPS[group] for group in part],
                                 [self.new_source() for _ in part])
                for group, (took, text) in zip(part, found):
                    shown.add(text)
                    for column, value in zip(times[group], took):
                        column.append(value)
        self.assertEqual(1, len(shown), shown)
        return times

    def told_apart(self, groups, sample, least_p):
        """Those of the groups that the statistic tells from who is enrolled; prints it."""
        times = self.measure([ENROLLED, *groups], sample)
        found = set()
        for group in groups:
            for index, name in enumerate(NAMES):
                distance, p = difference(times[ENROLLED][index], times[group][index])
                print(f"\n    {group:12} {name:20} n = {sample} + {sample}, D = {distance:.3f}, "
                      f"p = {p:.3f}", end="", flush=True)
                if p <= least_p:
                    found.add(group)
        print("\n  ", end="")
        return found

    def test_nobody_can_tell_who_is_enrolled(self):
        self.start()
        suspicious = self.told_apart([group for group in GROUPS if group != ENROLLED], SAMPLE,
                                     SUSPICIOUS_P)
        if suspicious:
            least_p = SUSPICIOUS_P / (len(suspicious) * len(NAMES))
            suspicious = self.told_apart(suspicious, SECOND_SAMPLE, least_p)
        self.assertEqual(set(), set(suspicious))
        self.assertFalse([line for line in self.verdicts()
                          if "accepted" in line and "user=alice" not in line])

    def test_the_statistic_tells_apart_what_differs(self):
        dice = random.Random(1)
        first = [dice.uniform(0.02, 0.06) for _ in range(SAMPLE)]
        self.assertGreater(kolmogorov_smirnov(first, [dice.uniform(0.02, 0.06)
                                                      for _ in range(SAMPLE)])[1], SUSPICIOUS_P)
        self.assertLess(difference(first, [value + 0.02 for value in first])[1], 0.001)
        quick = [dice.uniform(0.001, 0.0012) for _ in range(SAMPLE)]
        self.assertLess(difference(quick, [value + 2 * TOLERANCE for value in quick])[1], 0.001)
        self.assertLess(kolmogorov_smirnov(quick, [value + TOLERANCE for value in quick])[1], 0.001)
        self.assertGreater(difference(quick, [value + TOLERANCE for value in quick])[1], 0.1)
        # A table's value: for 10 and 10 a distance of 0.7 has p = 0.0123 exactly; this is asymptotic.
        self.assertAlmostEqual(0.012, kolmogorov_smirnov(range(10), range(7, 17))[1], delta=0.006)
