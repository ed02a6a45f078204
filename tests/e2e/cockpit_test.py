# SPDX-License-Identifier: Apache-2.0
"""Cockpit's login page, which shows each of PAM's questions."""

import base64
import http.client
import pathlib
import shlex
import shutil
import subprocess
import time

import recipes_page
from login import PROMPT
from private_machine import run
from scenario import CONFIGURATION, Scenario, kill_all_of

PAM = pathlib.Path("/etc/pam.d/cockpit")
PROGRAMS = pathlib.Path("/usr/lib/cockpit")
UNIT = pathlib.Path("/usr/lib/systemd/system/cockpit-session.socket")
SOCKET = pathlib.Path("/run/cockpit/session")


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Cockpit(Scenario):
    heading = "Cockpit"

    def setUp(self):
        super().setUp()
        self.addCleanup(PAM.write_bytes, PAM.read_bytes())
        self.addCleanup(shutil.rmtree, "/etc/pam.d.sms2fa-backup", ignore_errors=True)
        self.addCleanup(self.machine.install_module())
        self.addCleanup(self.end_sessions)
        self.start_daemon()
        [commands] = recipes_page.blocks(self.heading, "sh")
        self.edit, self.enable = map(shlex.split, commands.splitlines())

    def follows_the_recipe(self):
        run(*self.edit)
        run(*self.enabling())
        if UNIT.exists():  # Debian 13's; before, the server starts sessions itself
            SOCKET.parent.mkdir(exist_ok=True)
            SOCKET.unlink(missing_ok=True)
            self.starts("systemd-socket-activate", "--listen", SOCKET, "--accept", "--inetd", PROGRAMS / "cockpit-session")
            self.wait_until(SOCKET.exists)
        self.starts(PROGRAMS / "cockpit-ws", "--no-tls", "--address", "127.0.0.1", "--port", "9090")

    def starts(self, *words):
        process = self.machine.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self._kill, process)

    def wait_until(self, happened):
        end = time.monotonic() + 10
        while not happened():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.02)

    def enabling(self):
        program, *words = self.enable
        return [self.machine.build / program, *words, "--yes", "--config", CONFIGURATION]

    def end_sessions(self):
        """What alice's session started in her name."""
        kill_all_of("alice")
        self.wait_for_the_end_of("cockpit-session")

    def says(self, authorization):
        """What the login page sends; returns the status, the conversation and its question."""
        end = time.monotonic() + 10
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", 9090, timeout=30)
            try:
                connection.request("GET", "/cockpit/login", headers={"Authorization": authorization})
                break
            except ConnectionRefusedError:
                self.assertLess(time.monotonic(), end, "the server does not listen")
                time.sleep(0.02)
        answer = connection.getresponse()
        connection.close()
        _, conversation, question = (answer.getheader("WWW-Authenticate", "") + "  ").split(" ")[:3]
        return answer.status, conversation, base64.b64decode(question).decode()

    def types(self, conversation, text):
        return self.says(f"X-Conversation {conversation} {encoded(text)}")

    def types_the_password(self):
        self.follows_the_recipe()
        status, conversation, question = self.says("Basic " + encoded("alice:" + self.machine.passwords["alice"]))
        self.assertEqual(401, status)
        self.assertRegex(question, PROMPT)
        return conversation, self.next_text()

    def test_password_then_pin(self):
        conversation, text = self.types_the_password()
        status, _, question = self.types(conversation, text.wrong_code)
        self.assertEqual(401, status)
        self.assertIn("Wrong code, 2 tries left", question)
        status, *_ = self.types(conversation, text.code)
        self.assertEqual(200, status)
        self.logged("accepted reason=right-code user=alice service=cockpit")
        self.assert_texts(1)

    def test_wrong_codes(self):
        conversation, text = self.types_the_password()
        for left in (2, 1):
            self.assertIn(f"{left} tr", self.types(conversation, text.wrong_code)[2])
        status, _, question = self.types(conversation, text.wrong_code)
        self.assertEqual((401, ""), (status, question))
        self.logged("denied reason=no-tries-left user=alice service=cockpit")
        self.assert_texts(1)

    def test_debians_own_substack_is_refused(self):
        done = subprocess.run(self.enabling(), capture_output=True, text=True, check=False)
        self.assertEqual(78, done.returncode)
        self.assertIn("the line is reached without a right password", done.stderr)

    def test_a_wrong_password_sends_nothing(self):
        self.follows_the_recipe()
        status, _, question = self.says("Basic " + encoded("alice:wrong"))
        self.assertEqual((401, ""), (status, question))
        self.assert_texts(0)
