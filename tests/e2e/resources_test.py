# SPDX-License-Identifier: Apache-2.0
"""How much the daemon and the module take."""

import os
import pathlib
import re
import time

from login import PROMPT, Person
from protocol import ACCEPTED, Client
from scenario import AFTERWARDS, Scenario

MOST_MEMORY = 24 * 1024  # KiB


class Resources(Scenario):
    def resident(self):
        status = pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def log_in(self, user, count):
        with Client(self.machine.socket) as client:
            client.hello(user, rhost="192.0.2.1")
            client.prompt()
            client.answers(self.next_text(after=count).code)
            self.assertEqual((ACCEPTED, "right-code"), client.verdict())

    def test_memory_with_ten_thousand_users(self):
        users = {f"user{number:05}": f"+35385{number:07}" for number in range(10000)}
        self.start_daemon(users=users, limits={"sends_per_source": "100/1h"})
        before = self.resident()
        for login in range(20):
            self.log_in(f"user{login * 499:05}", login)
        after = self.resident()
        print(f"[VmRSS {before / 1024:.1f} MiB with 10,000 users, "
              f"{after / 1024:.1f} MiB after 20 logins] ", end="", flush=True)
        self.assertLessEqual(after, MOST_MEMORY)

    def test_logins_leave_nothing_behind(self):
        self.start_daemon(limits={"sends_per_source": "100/1h"})

        def held(what):
            return len(os.listdir(f"/proc/{self.daemon.pid}/{what}"))

        # The first message brings the threads that follow messages, which stay.
        self.log_in("alice", 0)
        self.machine.log.wait_for("reason=right-code", 0)
        time.sleep(0.2)
        threads, descriptors = held("task"), held("fd")
        for login in range(1, 6):
            self.log_in("alice", login)
        end = time.monotonic() + 2
        while held("fd") > descriptors and time.monotonic() < end:
            time.sleep(0.01)  # the last one ends just after its verdict
        self.assertEqual(descriptors, held("fd"))
        # One more where a login came before the thread of the one before was free again.
        self.assertLessEqual(held("task"), threads + 1)


class Module(Scenario):
    def libraries_at_the_prompt(self, prompt, *auth_lines):
        self.machine.pam_service("libraries", [*auth_lines, *AFTERWARDS])
        with Person(["pamtester", "libraries", "alice", "authenticate"]) as person:
            person.reads(prompt)
            maps = pathlib.Path(f"/proc/{person.pid}/maps").read_text(encoding="ascii")
        return set(re.findall(r"/\S+\.so\S*", maps))

    def test_it_brings_no_library_but_itself_into_the_host(self):
        self.start_daemon()
        password = "auth required pam_unix.so"
        without = self.libraries_at_the_prompt("Password: ", password)
        with_it = self.libraries_at_the_prompt(PROMPT, "auth required {module}", password)
        self.assertEqual({str(self.machine.module)}, with_it - without)
