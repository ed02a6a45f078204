# SPDX-License-Identifier: Apache-2.0
"""Programs that log in for somebody, and answer every question with the user name or the password."""

import base64
import json
import pathlib
import pwd
import re
import secrets
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request

from login import PROMPT
from private_machine import run
from protocol import Client
from scenario import AFTERWARDS, CONFIGURATION, PIN, PIN_THEN_PASSWORD, Scenario

HOST = pathlib.Path(__file__).with_name("pam_host.py")
AUTH_ERR = 7
OATH_KEY = "3132333435363738393031323334353637383930"
PASSWORD_THEN_PIN = ["auth requisite pam_unix.so nodelay", "auth required {module}", *AFTERWARDS]

PARAMIKO = textwrap.dedent("""\
    import sys, paramiko
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    try:
        client.connect("127.0.0.1", 2222, sys.argv[1], password=sys.stdin.read(),
                       look_for_keys=False, allow_agent=False)
        print("in")
    except paramiko.AuthenticationException:
        print("denied")
    """)


class Programs(Scenario):
    def wait_until(self, happened, timeout=10):
        end = time.monotonic() + timeout
        while not happened():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.02)

    def assert_not_locked(self, service, rhost):
        """Alice's code, which a program left unused, still lets her in there."""
        text = self.texts()[-1]
        with Client(self.machine.socket) as client:
            client.hello("alice", service=service, rhost=rhost)
            self.assertRegex(client.prompt(), r"Code sent \d+ s ago to \*{8}67 .*" + PROMPT)
            client.answers(text.code)
            self.assertEqual("right-code", client.verdict()[1])

    def assert_nothing_counted(self):
        done = subprocess.run(
            [self.machine.build / "sms2fa", "status", "alice", "--json"], check=False,
            stdout=subprocess.PIPE, text=True)
        self.assertEqual(0, json.loads(done.stdout)["failures_in_a_row"])


class PamHost(Programs):
    """As Dovecot's, nginx's and OpenVPN's clients of PAM do it."""

    def log_in(self, service, rhost="198.51.100.7"):
        password = self.machine.passwords["alice"]
        done = subprocess.run(
            [sys.executable, HOST, service, "alice", rhost], check=True, text=True, timeout=30,
            input=json.dumps({"on": "alice", "off": password}), stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def meets_it_four_times(self, pam):
        self.start_daemon()
        self.machine.pam_service("imap", pam)
        for _ in range(4):
            seen = self.log_in("imap")
            self.assertEqual(AUTH_ERR, seen["result"])
            asked = [prompt for prompt in seen["prompts"] if "one time PIN" in prompt]
            self.assertEqual(2, len(asked), seen)
        self.assert_texts(1)
        line = self.logged("denied reason=no-person user=alice service=imap")
        self.assertIn("PROGRAMS in pam_sms2fa(8)", line)
        self.assertEqual(4, len([each for each in self.verdicts() if "no-person" in each]))
        self.assert_nothing_counted()
        self.assert_not_locked("imap", "198.51.100.7")

    def test_the_user_name_at_a_shown_prompt(self):
        self.meets_it_four_times(PIN_THEN_PASSWORD)

    def test_the_user_name_after_the_password(self):
        self.meets_it_four_times(PASSWORD_THEN_PIN)

    def test_the_password_at_a_hidden_prompt(self):
        self.start_daemon(message={"echo": "no"})
        self.machine.pam_service("imap", PASSWORD_THEN_PIN)
        for _ in range(4):
            self.log_in("imap")
        self.assert_texts(1)
        self.assertEqual(4, len([each for each in self.verdicts() if "no-person" in each]))
        self.assert_nothing_counted()
        password = self.machine.passwords["alice"]
        self.assertFalse([line for line in self.machine.log.lines if password in line])


class Dovecot(Programs):
    """Dovecot's own passdb for PAM."""

    CONFIGURATION = """\
        {versions}
        protocols =
        ssl = no
        log_path = /run/dovecot.log
        passdb pam {{
          driver = pam
          {service} = imap
        }}
        userdb passwd {{
          driver = passwd
        }}
        """

    def configuration(self):
        """In the words of this Dovecot: those of 2.4 are others than before."""
        version = re.match(r"[\d.]+", run("dovecot", "--version"))[0]
        if tuple(map(int, version.split("."))) < (2, 4):
            words = {"versions": "", "service": "args"}
        else:
            words = {"versions": f"dovecot_config_version = {version}\ndovecot_storage_version = {version}",
                     "service": "service_name"}
        return textwrap.dedent(self.CONFIGURATION).format(**words)

    def test_four_logins(self):
        self.start_daemon()
        self.machine.pam_service("imap", PASSWORD_THEN_PIN)
        path = pathlib.Path("/etc/dovecot/dovecot.conf")
        path.write_text(self.configuration(), encoding="ascii")
        dovecot = self.machine.start("/usr/sbin/dovecot", "-F", "-c", path)
        self.addCleanup(dovecot.wait)
        self.addCleanup(dovecot.terminate)
        self.wait_until(lambda: pathlib.Path("/run/dovecot/auth-client").exists())
        for count in range(4):
            done = subprocess.run(
                ["doveadm", "auth", "test", "-x", "rip=198.51.100.7", "alice",
                 self.machine.passwords["alice"]],
                check=False, stdout=subprocess.PIPE, text=True, timeout=30)
            self.assertIn("auth failed", done.stdout)
            self.wait_until(lambda: len(self.verdicts()) > count)
        self.assertEqual(4, len([line for line in self.verdicts() if "reason=no-person" in line]))
        self.assert_texts(1)
        self.assert_nothing_counted()
        self.assert_not_locked("imap", "198.51.100.7")


class Nginx(Programs):
    """nginx's auth_pam, of a server that runs as root: an account of its own speaks for whom [peer] says."""

    CONFIGURATION = """\
        load_module /usr/lib/nginx/modules/ngx_http_auth_pam_module.so;
        user {account};
        daemon off;
        pid /run/nginx.pid;
        error_log stderr;
        events {{}}
        http {{
          access_log off;
          server {{
            listen 127.0.0.1:8080;
            location / {{
              auth_pam "private";
              auth_pam_service_name "web";
              empty_gif;
            }}
          }}
        }}
        """

    def start_nginx(self, account):
        path = self.machine.state / "nginx.conf"
        path.write_text(textwrap.dedent(self.CONFIGURATION).format(account=account), encoding="ascii")
        nginx = self.machine.start("/usr/sbin/nginx", "-c", path, stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)
        self.wait_until(lambda: pathlib.Path("/run/nginx.pid").exists())

    def get(self, user="alice", password=None):
        password = password or self.machine.passwords[user]
        word = base64.b64encode(f"{user}:{password}".encode()).decode()
        request = urllib.request.Request("http://127.0.0.1:8080/",
                                         headers={"Authorization": f"Basic {word}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status

    def is_denied(self, *who):
        with self.assertRaises(urllib.error.HTTPError) as denied:
            self.get(*who)
        self.assertEqual(401, denied.exception.code)

    def app_of_carol(self):
        """Its code now."""
        done = subprocess.run(["oathtool", "--totp", OATH_KEY], check=True, text=True, stdout=subprocess.PIPE)
        return done.stdout.strip()

    def test_an_account_of_its_own(self):
        """The code of an app in the place of the password: the one way in that needs no question."""
        oath = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30/6 carol - {OATH_KEY}\n")
        self.machine.write_trusted("/etc/sms2fa/store.key", secrets.token_hex(32) + "\n")
        subprocess.run(["groupadd", "--force", "web"], check=True)
        subprocess.run(["usermod", "--append", "--groups", "web", "carol"], check=True)
        store = {"path": self.state / "state.db", "key_file": "/etc/sms2fa/store.key"}
        common = {"message": {"echo": "no"}, "store": store}
        peer = {"peer www-data": {"services": "web", "groups": "@web"}}
        self.start_daemon(**common, **peer)
        subprocess.run([self.machine.build / "sms2fa", "enroll", "--import", "pam_oath", oath], check=True,
                       stdout=subprocess.DEVNULL)
        self.machine.pam_service("web", ["auth required {module}", "account required pam_permit.so"])
        self.start_nginx("www-data")
        self.assertEqual(200, self.get("carol", self.app_of_carol()))
        self.is_denied("carol", "000000")
        # Alice is not of the group: nothing goes to her phone, and nobody learns that she has one.
        self.is_denied("alice")
        self.is_denied("nobody-of-that-name", "123456")
        self.assert_texts(0)
        reasons = [line for line in self.verdicts() if "service=web" in line]
        self.assertTrue(any("user=alice" in line and "not-admitted" in line for line in reasons), reasons)
        # Without [peer] it speaks for nobody but itself.
        self.configure(**common)
        self.daemon.send_signal(signal.SIGHUP)
        self.machine.log.wait_for(f"read {CONFIGURATION} again", self.since)
        self.is_denied("carol", self.app_of_carol())
        self.assertIn("reason=foreign-peer", self.verdicts()[-1])

    def test_four_requests(self):
        self.start_daemon()
        self.machine.pam_service("web", PASSWORD_THEN_PIN)
        self.start_nginx("root")
        for _ in range(4):
            self.is_denied()
        self.assertEqual(4, len([line for line in self.verdicts() if "reason=no-person" in line]))
        self.assert_texts(1)
        self.assert_nothing_counted()


class Paramiko(Programs):
    """connect(password=...) answers each of sshd's questions with the password."""

    def connect(self):
        done = subprocess.run(["/usr/bin/python3", "-c", PARAMIKO, "alice"], check=True, text=True,
                              input=self.machine.passwords["alice"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60)
        return done.stdout.strip()

    def test_the_pin_first(self):
        # A code that is out of tries makes room for the next at once.
        self.start_house(PIN_THEN_PASSWORD, limits={"resend_after": "1s", "sends_per_number": "20/10m"})
        for _ in range(30):
            self.assertEqual("denied", self.connect())
            if len(self.texts()) == 4:
                break
        self.assert_texts(4)
        self.assertIn("answers=3", self.logged("denied reason=no-tries-left"))
        self.assertFalse([line for line in self.machine.log.lines[self.since:] if "locked" in line])
        self.assert_nothing_counted()

    def test_the_pin_alone(self):
        self.start_house(PIN)
        self.assertEqual("denied", self.connect())
        self.assert_nothing_counted()


class Names(Scenario):
    def test_no_message_tells_a_name_that_a_local_user_made_up(self):
        self.start_daemon()
        for user, service in (("alice", "secure-login.xyz"), ("bob", "sudo")):
            with Client(self.machine.socket, pwd.getpwnam(user).pw_uid) as client:
                client.hello(user, service=service)
                client.prompt()
        self.assertEqual(["a local login"] * 2, [text.service for text in self.texts()])
