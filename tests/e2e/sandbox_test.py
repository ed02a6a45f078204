# SPDX-License-Identifier: Apache-2.0
"""The daemon's sandbox: what nothing inside it can do, and that the daemon is inside it."""

import errno
import os
import pathlib
import resource
import shutil
import signal
import subprocess

from login import PROMPT
from scenario import CONFIGURATION, Scenario

KILLED = -1


class Probe(Scenario):
    """Each act of tests/sandbox, in the daemon's own sandbox and without it. An act that succeeds,
    or reaches the kernel, only without it shows that it is the sandbox which stops it."""

    def setUp(self):
        super().setUp()
        self.ground = self.machine.state / "ground"
        self.addCleanup(shutil.rmtree, self.ground, ignore_errors=True)
        self.probe = self.machine.state / "sandbox_probe"
        shutil.copy(self.machine.build / "tests/sandbox_probe", self.probe)
        self.probe.chmod(0o755)

    def prepare_ground(self, owner):
        shutil.rmtree(self.ground, ignore_errors=True)
        places = [self.ground / name for name in ("inside", "outside")]
        for place in places:
            place.mkdir(parents=True)
            shutil.chown(place, owner)
        existing = self.ground / "outside/existing"
        existing.write_text("x")
        shutil.chown(existing, owner)
        return places

    def acts(self):
        listed = subprocess.run([self.probe, "list"], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            boxed, free, name = line.split(" ", 2)
            yield name, int(boxed), int(free)

    def outcome(self, manner, act):
        places = self.prepare_ground("_sms2fa" if manner == "boxed" else "root")
        done = subprocess.run([self.probe, manner, *places, act], capture_output=True, text=True,
                              cwd=self.ground, check=False)
        if done.returncode == 77:
            self.skipTest(done.stderr.strip())
        if done.returncode < 0 and not done.stdout:
            return KILLED, signal.Signals(-done.returncode)
        self.assertEqual(0, done.returncode, f"{act}: {done.stderr}")
        # A program that the act ran instead of the probe succeeded without a word.
        return int(done.stdout.split()[1]) if done.stdout else 0, None

    def test_each_act_has_its_outcome_in_the_sandbox(self):
        for act, expected, _ in self.acts():
            with self.subTest(act):
                outcome, killed_by = self.outcome("boxed", act)
                self.assertEqual(expected, outcome, self.named(outcome))
                if killed_by and act != "dump core":
                    self.assertEqual(signal.SIGSYS, killed_by)

    def test_each_forbidden_act_succeeds_without_the_sandbox(self):
        for act, boxed, expected in self.acts():
            with self.subTest(act):
                outcome, killed_by = self.outcome("free", act)
                if outcome in (errno.ENOSYS, errno.EAFNOSUPPORT) and outcome != boxed:
                    self.skipTest(f"this kernel has nothing to {act} with")
                self.assertEqual(expected, outcome, self.named(outcome))
                self.assertNotEqual(signal.SIGSYS, killed_by)

    @staticmethod
    def named(outcome):
        return errno.errorcode.get(outcome, str(outcome))

    def dumped(self, manner):
        """Whether the kernel says that it wrote a core when the probe aborted."""
        places = self.prepare_ground("_sms2fa" if manner == "boxed" else "root")
        child = os.fork()
        if child == 0:
            os.chdir(places[0])
            os.execv(self.probe, [self.probe, manner, *places, "dump core"])
        _, status = os.waitpid(child, 0)
        self.assertEqual(signal.SIGABRT, os.WTERMSIG(status))
        return os.WCOREDUMP(status)

    def test_no_core_is_dumped(self):
        before = resource.getrlimit(resource.RLIMIT_CORE)
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        except (ValueError, OSError):
            self.skipTest("core dumps are forbidden here already")
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, before)
        self.assertFalse(self.dumped("boxed"))
        self.assertTrue(self.dumped("free"))


class Daemon(Scenario):
    def status(self, task=""):
        place = f"/proc/{self.daemon.pid}{task}/status"
        text = pathlib.Path(place).read_text(encoding="ascii")
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    def test_every_thread_is_in_the_sandbox(self):
        self.start_house()
        with self.ssh() as person:
            person.reads(PROMPT)  # so the threads of attempt and delivery are there
            tasks = os.listdir(f"/proc/{self.daemon.pid}/task")
            self.assertGreater(len(tasks), 2)
            for task in tasks:
                status = self.status(f"/task/{task}")
                self.assertEqual("2", status["Seccomp"])
                self.assertEqual("1", status["NoNewPrivs"])
                for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                    self.assertEqual(0, int(status[name], 16), name)
            person.types(self.next_text().code)
            person.gets_in()

    def launch_without(self, call):
        """The daemon where this system call fails with EPERM."""
        self.configure()
        return self.launch_daemon(command=[
            self.machine.build / "tests/without_call", call, self.machine.build / "sms2fad",
            "--config", CONFIGURATION, *self.machine.socket_options])

    def test_a_step_that_fails_refuses_to_start(self):
        steps = {"capget": "sandbox: looking at capabilities",
                 "prlimit64": "sandbox: forbidding core dumps",
                 "prctl": "sandbox: dropping ambient capabilities",
                 "prctl:4": "sandbox: forbidding inspection",       # PR_SET_DUMPABLE
                 "prctl:38": "sandbox: forbidding new privileges",  # PR_SET_NO_NEW_PRIVS
                 "seccomp": "sandbox: the filter of system calls",
                 "setgroups": "becoming _sms2fa", "setresgid": "becoming _sms2fa",
                 "setresuid": "becoming _sms2fa"}
        for call, step in steps.items():
            with self.subTest(call):
                since = len(self.machine.log.lines)
                daemon = self.launch_without(call)
                self.assertEqual(os.EX_NOPERM, daemon.wait(10))
                self.machine.log.wait_for(f"{step}: Operation not ", since)

    def test_only_landlock_may_be_missing(self):
        self.daemon = self.launch_without("landlock_create_ruleset")
        self.logged("the kernel does not confine writing: no Landlock: Operation not permitted")
        self.logged("ready")
        self.assertEqual("2", self.status()["Seccomp"])

    def test_a_new_place_to_write_takes_a_restart(self):
        self.start_house()
        outbox = self.machine.state / "later"
        outbox.mkdir(mode=0o700)
        self.addCleanup(shutil.rmtree, outbox)
        shutil.chown(outbox, "_sms2fa")
        old = pathlib.Path(CONFIGURATION).read_text()
        self.machine.write_trusted(CONFIGURATION, old.replace("providers = ", "providers = outbox, ")
                                   + f"\n[provider outbox]\ntype = outbox\ndirectory = {outbox}\n")
        self.daemon.send_signal(signal.SIGHUP)
        self.logged(f"keeping the old configuration: {outbox}: ")
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()

    def test_a_good_configuration_is_taken_inside_the_sandbox(self):
        self.start_house()
        self.daemon.send_signal(signal.SIGHUP)
        self.logged("again")
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
