# SPDX-License-Identifier: Apache-2.0
"""The recipes of docs/RECIPES.md, set up as the page has it and run with the real clients."""

import pathlib
import shutil
import subprocess
import textwrap
import time
import unittest

import cockpit_test
import openvpn_test
import recipes_page
from login import PROMPT, LocalLogin
from private_machine import run
from scenario import CONFIGURATION, Scenario, kill_all_of

ROBOTS_ADDRESS = "10.20.0.5"
SCRIPTS = "Scripts: scp, sftp, rsync, git"
CONTROL_MASTER = "Many calls after one login: ControlMaster"
SSHD = pathlib.Path("/etc/ssh/sshd_config.d")
ROBOTS_KEYS = pathlib.Path("/etc/ssh/robots")
HOME = pathlib.Path("/home/carol")  # carol's clients, on the machine that is the server too
PATIENCE = 60


def like(user, *command):
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "env", "-i", f"HOME=/home/{user}",
            f"USER={user}", "PATH=/usr/bin:/bin:/usr/sbin", "LC_ALL=C.UTF-8", *map(str, command)]


class Recipe(Scenario):
    """web01 after `sms2fa pam enable sshd --first key`; carol is at a client whose address is the robot's."""

    heading = None

    def blocks(self, *names):
        return recipes_page.blocks(self.heading, *names)

    def setUp(self):
        super().setUp()
        self.machine.add_user("robot", "no-password")
        for path in pathlib.Path("/etc/pam.d").iterdir():
            self.addCleanup(path.write_bytes, path.read_bytes())
        self.machine.ship_pam("12")
        for folder in (SSHD, ROBOTS_KEYS):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            folder.chmod(0o755)
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.addCleanup(shutil.rmtree, "/etc/pam.d.sms2fa-backup", ignore_errors=True)
        self.addCleanup(self.machine.install_module())
        run("ssh-keygen", "-A")
        self.clients()
        self.addCleanup(self.end_connections)
        self.start_daemon()
        self.sms2fa("pam", "enable", "sshd", "--first", "key", "--yes", "--config", CONFIGURATION)
        self.start_debians_sshd()

    def end_connections(self):
        """Those that wait for more calls, before what they use is put back."""
        kill_all_of("carol")
        self.wait_for_the_end_of("sshd")

    def sms2fa(self, *words):
        return run(self.machine.build / "sms2fa", *words)

    def start_debians_sshd(self):
        self.sshd = self.machine.start_debians_sshd(22)
        self.addCleanup(self._kill, self.sshd)
        key = (self.machine.state / "host_key.pub").read_text(encoding="ascii")
        known = pathlib.Path("/etc/ssh/ssh_known_hosts")
        known.write_text(f"web01 {key}", encoding="ascii")
        known.chmod(0o644)

    def clients(self):
        run("ip", "address", "add", ROBOTS_ADDRESS, "dev", "lo")
        self.addCleanup(run, "ip", "address", "del", ROBOTS_ADDRESS, "dev", "lo")
        self.calls_come_from(ROBOTS_ADDRESS)
        self.addCleanup(self.calls_come_from, "127.0.0.1")
        shutil.rmtree(HOME)
        run("install", "-d", "-o", "carol", "-g", "carol", HOME, HOME / ".ssh", HOME / "results", HOME / "bin")
        shutil.copy(self.alices_key(), HOME / ".ssh/id_ed25519")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", HOME / ".ssh/robot")
        self.carols("report.txt", "of today\n")
        self.carols("results/one", "1\n")
        self.own()
        for user in ("alice", "robot"):
            run(*like(user, "sh", "-ec", "cd; rm -rf report.txt copy.txt results things things.git; git init -q things;"
                      "git -C things -c user.name=a -c user.email=b commit -q --allow-empty -m first;"
                      "git clone -q --bare things things.git"))

    def calls_come_from(self, address):
        run("ip", "route", "replace", "local", "127.0.0.1", "dev", "lo", "table", "local", "src", address)

    def carols(self, name, text, mode=0o600):
        path = HOME / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        self.own()

    def own(self):
        run("chown", "-R", "carol:carol", HOME)

    def runs(self, *command, **options):
        """A command of carol's that has no terminal."""
        return subprocess.run(like("carol", *command), capture_output=True, text=True, check=False, timeout=PATIENCE,
                              cwd=HOME, start_new_session=True, stdin=options.pop("stdin", subprocess.DEVNULL), **options)

    def works(self, *command):
        done = self.runs(*command)
        self.assertEqual(0, done.returncode, (command, done.stdout, done.stderr))
        return done.stdout

    def fails(self, *command):
        done = self.runs(*command)
        self.assertNotEqual(0, done.returncode, (command, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def types_at(self, *command):
        """carol at a terminal."""
        return self.meet(LocalLogin("carol", "env", f"HOME={HOME}", "sh", "-c", f"cd; {' '.join(map(str, command))}"))

    def types_the_code(self, person, wrong=0):
        """The right one after that many wrong ones; three are too many."""
        for count in range(min(wrong + 1, 3)):
            person.reads(PROMPT)
            text = self.next_text()
            person.types(text.wrong_code if count < wrong else text.code)

    def let_the_robot_in(self):
        """The server's half of the first recipe, and the client's."""
        sshd, keys, client, calls = recipes_page.blocks(SCRIPTS, "sshd_config", "authorized_keys", "ssh_config", "sh")
        (SSHD / "50-robot.conf").write_text(sshd, encoding="ascii")
        public = (HOME / ".ssh/robot.pub").read_text(encoding="ascii")
        (ROBOTS_KEYS / "robot").write_text(keys.replace("ssh-ed25519 AAAA...\n", public), encoding="ascii")
        self._kill(self.sshd)
        self.start_debians_sshd()
        return client, calls

    def assert_arrived(self, user):
        there = pathlib.Path("/home", user)
        for name in ("report.txt", "copy.txt"):
            self.assertEqual("of today\n", (there / name).read_text(encoding="utf-8"))
        self.assertEqual("1\n", (there / "results/one").read_text(encoding="utf-8"))
        self.assertTrue((HOME / "things/.git").is_dir())


class Scripts(Recipe):
    heading = SCRIPTS

    def test_no_call_costs_a_message(self):
        client, calls = self.let_the_robot_in()
        self.carols(".ssh/config", client)
        self.works("sh", "-ec", calls)
        self.assert_arrived("robot")
        self.assertEqual([], self.verdicts())
        self.assert_texts(0)
        self.assertIn("error: robot can't log in (unknown-user)", self.doctor("robot"))

    def doctor(self, user):
        done = subprocess.run([self.machine.build / "sms2fa", "doctor", user], capture_output=True, text=True, check=False)
        return done.stdout

    def add_to_its_own_file(self, public_key):
        """As somebody would who has got into the account once."""
        run("install", "-d", "-o", "robot", "/home/robot/.ssh")
        self.addCleanup(shutil.rmtree, "/home/robot/.ssh")
        run("install", "-o", "robot", public_key, "/home/robot/.ssh/authorized_keys")

    def test_a_key_that_somebody_added_is_refused(self):
        client, _ = self.let_the_robot_in()
        self.add_to_its_own_file(f"{self.alices_key()}.pub")
        self.carols(".ssh/config", client.replace("robot\n    BatchMode", "id_ed25519\n    BatchMode"))
        self.assertIn("Permission denied (publickey)", self.fails("ssh", "web01"))
        self.assert_texts(0)

    def test_from_elsewhere_its_own_key_opens_nothing(self):
        client, _ = self.let_the_robot_in()
        self.carols(".ssh/config", client.replace("BatchMode yes", "BatchMode no"))
        self.add_to_its_own_file(HOME / ".ssh/robot.pub")
        self.calls_come_from("127.0.0.1")
        with self.types_at("ssh web01 true") as person:
            person.reads(PROMPT)
            person.types("000000")
            person.sees("Wrong code, 2 tries left.")
        self.assert_texts(0)

    def test_a_batch_never_asks_nor_sends(self):
        for words in (["ssh", "-oBatchMode=yes", "alice@web01"], ["scp", "-B", "report.txt", "alice@web01:"]):
            self.assertIn("Permission denied (keyboard-interactive)", self.fails(*words))
        self.assert_texts(0)


class Ansible(Recipe):
    heading = "ansible"

    def test_a_robot_becomes_root(self):
        self.let_the_robot_in()
        sudoers, inventory, playbook, _ = self.blocks("sudoers", "inventory", "playbook", "ansible.cfg")
        self.sms2fa("pam", "enable", "sudo", "--yes", "--config", CONFIGURATION)
        self.addCleanup(self.machine.allow_sudo)
        self.machine.allow_sudo("robot")
        self.carols("inventory", inventory)
        self.carols("playbook", playbook)
        words = ["ansible-playbook", "-v", "-i", "inventory", "playbook"]
        self.assertRegex(self.fails(*words), "(?i)missing sudo password")
        with open("/etc/sudoers", "a", encoding="ascii") as file:
            file.write(sudoers)
        self.assertRegex(self.works(*words), r"(?m)\broot\b")
        self.assert_texts(0)

    def test_a_persons_connection(self):
        *_, settings = self.blocks("sudoers", "inventory", "playbook", "ansible.cfg")
        self.carols("ansible.cfg", settings)
        self.carols(".ssh/config", recipes_page.blocks(CONTROL_MASTER, "ssh_config", "sh", "end")[0])
        words = ["ansible", "all", "-i", "web01,", "-m", "command", "-a", "id -un"]
        self.assertIn("Permission denied", self.fails(*words))
        self.assert_texts(0)
        with self.types_at("ssh web01 true") as person:
            self.types_the_code(person)
            self.assertEqual(0, person.waits_for_the_end())
        self.assertIn("alice", self.works(*words))
        self.assert_texts(1)


class ControlMaster(Recipe):
    heading = CONTROL_MASTER

    def test_ten_calls_cost_one_message(self):
        client, calls, end = self.blocks("ssh_config", "sh", "end")
        self.assertEqual(10, len(calls.splitlines()))
        self.carols(".ssh/config", client)
        with self.types_at("ssh web01 true") as person:
            self.types_the_code(person, wrong=1)
            self.assertEqual(0, person.waits_for_the_end())
        self.works("sh", "-ec", calls)
        self.assert_arrived("alice")
        self.works(*end.split())
        self.assertIn("Permission denied", self.fails("ssh", "-oBatchMode=yes", "web01"))
        self.assert_texts(1)

    def test_wrong_codes_open_no_connection(self):
        self.carols(".ssh/config", self.blocks("ssh_config", "sh", "end")[0])
        with self.types_at("ssh web01 true") as person:
            self.types_the_code(person, wrong=3)
            person.is_denied()
        self.assertIn("Permission denied", self.fails("ssh", "-oBatchMode=yes", "web01"))
        self.assert_texts(1)


class Paramiko(Recipe):
    heading = "paramiko with a callback"
    PROGRAM = textwrap.dedent("""\
        import sys
        from recipe import log_in

        def ask(question):
            print(question, flush=True)
            return sys.stdin.readline().strip()

        transport = log_in("web01", "alice", "/home/carol/.ssh/id_ed25519", ask)
        for _ in range(2):
            session = transport.open_session()
            session.exec_command("id -un")
            print(session.makefile().read().decode(), flush=True)
        transport.close()
        """)

    def answers(self, *answers):
        """Returns what the program said; each answer is made of the message."""
        [recipe] = self.blocks("python")
        self.carols("recipe.py", recipe)
        self.carols("program.py", self.PROGRAM)
        program = self.machine.start(*like("carol", "/usr/bin/python3", HOME / "program.py"), text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(self._kill, program)
        text = self.next_text()
        typed = "".join(answer(text) + "\n" for answer in answers)
        return program.communicate(typed, timeout=PATIENCE)[0]

    def test_two_sessions_cost_one_message(self):
        said = self.answers(lambda text: text.wrong_code, lambda text: text.code)
        self.assertRegex(said, PROMPT)
        self.assertIn("Wrong code, 2 tries left", said)
        self.assertEqual(2, said.split().count("alice"), said)
        self.assert_texts(1)

    def test_wrong_codes(self):
        said = self.answers(*[lambda text: text.wrong_code] * 3)
        self.assertIn("AuthenticationException", said)
        self.assertNotIn("alice\n", said)
        self.assert_texts(1)


class Plink(Recipe):
    heading = "PuTTY's plink"

    def setUp(self):
        super().setUp()
        for key, name in (("id_ed25519", "alice"), ("robot", "robot")):
            run("puttygen", HOME / ".ssh" / key, "-O", "private", "-o", HOME / f"{name}.ppk")
        self.own()
        host_key = run("ssh-keygen", "-lf", self.machine.state / "host_key.pub").split()[1]
        texts = self.blocks("first", "sh", "robot")
        self.first, self.calls, self.robot = (text.replace("HOSTKEY", host_key).strip() for text in texts)

    def test_one_message_for_all(self):
        with self.types_at(self.first) as person:
            self.types_the_code(person, wrong=1)
            person.sees("Access granted. Press Return to begin session.")
            person.types("")
            self.wait_for_the_connection()
            self.works("sh", "-ec", self.calls)
            person.presses("c")
        self.assertEqual("of today\n", pathlib.Path("/home/alice/report.txt").read_text(encoding="utf-8"))
        self.assert_texts(1)

    def wait_for_the_connection(self):
        end = time.monotonic() + PATIENCE
        while self.runs("sh", "-c", self.calls.splitlines()[0].replace("-batch", "-shareexists")).returncode != 0:
            self.assertLess(time.monotonic(), end)

    def test_the_question_ends_a_batch_when_the_message_is_out(self):
        self.assertIn("Cannot answer interactive prompts in batch mode", self.fails("sh", "-ec", self.calls))
        self.assert_texts(1)

    def test_a_robot(self):
        self.assertIn("Server refused our key", self.fails(*self.robot.split()))
        self.let_the_robot_in()
        self.works(*self.robot.split())
        self.assert_texts(0)


class AskPass(Recipe):
    heading = "Editors and other programs with windows: SSH_ASKPASS"
    HELPER = textwrap.dedent("""\
        #!/bin/sh
        echo "$1" >>~/asked
        until [ -s ~/answers ]; do sleep 0.05; done
        head -n 1 ~/answers
        sed -i 1d ~/answers
        """)

    def answers(self, *answers):
        """Returns the program's exit status, and what the helper was asked."""
        self.carols(".ssh/config", "Host web01\n    User alice\n")
        self.carols("bin/ask-in-a-window", self.HELPER, 0o755)
        [command] = self.blocks("sh")
        program = self.machine.start(*like("carol", "sh", "-c", command), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self._kill, program)
        text = self.next_text()
        self.carols("typed", "".join(answer(text) + "\n" for answer in answers))
        (HOME / "typed").rename(HOME / "answers")
        status = program.wait(PATIENCE)
        return status, (HOME / "asked").read_text(encoding="utf-8"), text

    def test_a_window_asks(self):
        status, asked, text = self.answers(lambda text: text.wrong_code, lambda text: text.code)
        self.assertEqual(0, status, asked)
        self.assertRegex(asked, rf"Code sent by SMS to \*+67 \(ref {text.ref}\)\.\s+{PROMPT}")
        self.assertIn("Wrong code, 2 tries left", asked)
        self.assert_texts(1)

    def test_wrong_codes(self):
        status, asked, _ = self.answers(*[lambda text: text.wrong_code] * 3)
        self.assertEqual(255, status, asked)
        self.assert_texts(1)


class Page(unittest.TestCase):
    def test_each_recipe_has_a_test(self):
        tried = {case.heading for case in (*Recipe.__subclasses__(), cockpit_test.Cockpit, openvpn_test.OpenVpn)}
        self.assertEqual(set(recipes_page.headings()), tried)
