# SPDX-License-Identifier: Apache-2.0
"""How much the daemon and the module take."""

import os
import pathlib
import re
import time

from login import PROMPT, Person
from protocol import ACCEPTED, FIRST_PROVED, Client
from scenario import AFTERWARDS, Scenario

MOST_MEMORY = 8 * 1024  # KiB


class Resources(Scenario):
    def resident(self):
        """(all, its own) in KiB. How much of the libraries is there too depends on what the page cache holds, and
        where they lie: those on a tmpfs are no file's pages."""
        status = pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text(encoding="ascii")
        kib = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", status)}
        return kib["VmRSS"], kib["RssAnon"]

    def log_in(self, user, count):
        with Client(self.machine.socket) as client:
            client.hello(user, rhost="192.0.2.1", flags=FIRST_PROVED)
            client.prompt()
            client.answers(self.next_text(after=count).code)
            self.assertEqual((ACCEPTED, "right-code"), client.verdict())

    def test_memory_with_ten_thousand_users(self):
        users = {f"user{number:05}": f"+35385{number:07}" for number in range(10000)}
        self.start_daemon(users=users, limits={"sends_per_source": "100/1h"})
        who = list(users)[::499][:20]
        self.machine.add_accounts(who)
        for login, user in enumerate(who):
            self.log_in(user, login)
        resident, own = self.resident()
        print(f"[VmRSS {resident / 1024:.1f} MiB with 10,000 users after 20 logins, "
              f"{own / 1024:.1f} MiB of its own] ", end="", flush=True)
        self.assertLessEqual(own, MOST_MEMORY)

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
        # In each pool (attempts, accounts) one more, where a login came before the thread of the one before was free again.
        self.assertLessEqual(held("task"), threads + 2)


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
