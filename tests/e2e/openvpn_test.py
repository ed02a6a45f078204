# SPDX-License-Identifier: Apache-2.0
"""OpenVPN's server, which asks PAM by its plugin."""

import secrets
import signal
import subprocess

import programs_test
import recipes_page
from login import Person
from private_machine import run
from scenario import CONFIGURATION, PASSWORD_THEN_PIN, USERS_FILE


class OpenVpn(programs_test.Programs):
    """OpenVPN's plain PAM plugin. A server of one peer (--dev null) needs no tun device; it ends
    when the peer is refused."""

    heading = "OpenVPN"
    PLUGIN = "openvpn-plugin-auth-pam.so"  # in a folder that the server knows
    USUAL = ["openvpn", "--dev", "null", "--proto", "udp4", "--verb", "3"]

    def setUp(self):
        super().setUp()
        self.place = self.machine.state / "openvpn"
        self.place.mkdir(exist_ok=True)
        certificate = self.place / "certificate.pem"
        key = self.place / "key.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=vpn", "-keyout", key, "-out", certificate)
        self.person = self.place / "person"
        tls = ["--ca", certificate, "--cert", certificate, "--key", key]
        self.server = [*self.USUAL, *tls, "--tls-server", "--local", "127.0.0.1", "--port", "1194",
                       "--dh", "none"]
        self.client = [*self.USUAL, *tls, "--client", "--nobind", "--remote", "127.0.0.1", "1194"]

    def starts(self, words, name):
        """Returns the process and the file that it writes its log to."""
        log = self.place / name
        with open(log, "w", encoding="utf-8") as output:
            process = self.machine.start(*words, stdin=subprocess.DEVNULL, stdout=output,
                                         stderr=output)
        self.addCleanup(self._kill, process)
        return process, log

    def connects(self, password):
        """Returns what the server logged about alice, who is refused."""
        self.person.write_text(f"alice\n{password}\n", encoding="ascii")
        self.person.chmod(0o600)
        server, log = self.starts([*self.server, "--plugin", self.PLUGIN, "vpn"], "server.log")
        self.wait_until(lambda: "UDPv4 link local (bound)" in log.read_text())
        client, _ = self.starts([*self.client, "--auth-user-pass", self.person], "client.log")
        self.wait_until(lambda: server.poll() is not None)
        client.terminate()
        client.wait()
        return log.read_text()

    def test_four_connections(self):
        self.start_daemon()
        self.machine.pam_service("vpn", PASSWORD_THEN_PIN)
        for _ in range(4):
            said = self.connects(self.machine.passwords["alice"])
            self.assertIn("user 'alice' failed to authenticate: Authentication failure", said)
        line = self.logged("denied reason=no-person user=alice service=vpn")
        self.assertIn("PROGRAMS in pam_sms2fa(8)", line)
        self.assertEqual(4, len([line for line in self.verdicts() if "reason=no-person" in line]))
        self.assert_texts(1)
        self.assert_nothing_counted()
        self.assert_not_locked("vpn", "127.0.0.1")

    def give_alice_an_app(self, users):
        """Returns its key. Her number is told of it, which is a message."""
        store_key, app_key = secrets.token_hex(32), secrets.token_hex(20)
        self.keep_secret(store_key, app_key)
        self.machine.write_trusted("/etc/sms2fa/store.key", store_key + "\n")
        self.start_daemon(store={"path": self.state / "state.db", "key_file": "/etc/sms2fa/store.key"})
        self.machine.write_trusted(USERS_FILE, users)
        self.daemon.send_signal(signal.SIGHUP)
        self.logged(f"read {CONFIGURATION} again")
        oath = self.machine.write_trusted("/etc/users.oath", f"HOTP/T30/6 alice - {app_key}\n")
        run(self.machine.build / "sms2fa", "enroll", "--import", "pam_oath", oath)
        return app_key

    def follows_the_recipe(self):
        """As the page has it, until alice has to type the code; returns its key too."""
        *texts, users = recipes_page.blocks(self.heading, "server", "client", "pam", "users.conf")
        app_key = self.give_alice_an_app(users)
        server, client = (self.place / name for name in ("server.conf", "client.conf"))
        server.write_text(texts[0], encoding="ascii")
        client.write_text(texts[1], encoding="ascii")
        self.machine.pam_service("vpn", texts[2].replace("pam_sms2fa.so", "{module}").splitlines())
        process, log = self.starts([*self.server, "--config", server], "server.log")
        self.wait_until(lambda: "UDPv4 link local (bound)" in log.read_text())
        person = self.meet(Person([str(word) for word in [*self.client, "--config", client]]))
        person.reads("Username:")
        person.types("alice")
        person.reads("Password:")
        person.types(self.machine.passwords["alice"])
        person.reads("CHALLENGE: Code")
        return app_key, process, log, person

    def test_an_apps_code(self):
        app_key, server, log, person = self.follows_the_recipe()
        person.types(run("oathtool", "--totp", app_key).strip())
        self.logged("accepted reason=right-code user=alice service=vpn")
        self.wait_until(lambda: "authentication succeeded for username 'alice'" in log.read_text())
        self.assert_no_code_sent()
        self.assertIsNone(server.poll())
        person.presses("c")
        person.waits_for_the_end()
        server.terminate()
        server.wait()

    def test_a_wrong_code(self):
        _, server, log, person = self.follows_the_recipe()
        person.types("000000")
        self.wait_until(lambda: server.poll() is not None)
        self.assertNotIn("authentication succeeded", log.read_text())
        self.assert_no_code_sent()

    def assert_no_code_sent(self):
        self.assertEqual([], [text for text in self.texts() if text.code])
        self.assertEqual(1, len(self.texts()))
