# SPDX-License-Identifier: Apache-2.0
"""safety.md 3: the environment of whoever starts sudo, sudoedit or su opens and diverts nothing.

strace watches every file that the privileged programs touch and every address that they connect to;
each hostile variable names a place that shows.
"""

import pathlib
import re
import socket
import threading

from login import PROMPT, SHELL, WHO_AM_I, Person
from scenario import PIN, Scenario

TRAP = "/home/alice/trap"
FILES = ("SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSL_CERT_FILE",
         "SSL_CERT_DIR", "CURL_CA_BUNDLE", "CURL_HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT",
         "LD_DEBUG_OUTPUT", "LD_PROFILE_OUTPUT", "SQLITE_TMPDIR", "TMPDIR", "MALLOC_TRACE",
         "RESOLV_HOST_CONF", "HOSTALIASES", "GCONV_PATH", "NLSPATH", "LOCPATH", "TZDIR",
         "GETCONF_DIR", "PYTHONPATH", "NOTIFY_SOCKET", "KRB5_CONFIG", "SMS2FA_CONFIG")
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
OTHER = {"MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165", "LD_DEBUG": "all", "LISTEN_FDS": "1",
         "LISTEN_PID": "1", "no_proxy": "", "GLIBC_TUNABLES": "glibc.malloc.check=3"}


class Environment(Scenario):
    """safety.md 3."""

    def setUp(self):
        super().setUp()
        self.proxy = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.proxy.close)
        self.visits = []
        threading.Thread(target=self._accept, daemon=True).start()
        self.trace = self.machine.state / "strace"
        self.trace.unlink(missing_ok=True)

    def _accept(self):
        try:
            while True:
                self.visits.append(self.proxy.accept())
        except OSError:
            pass

    def start(self, service):
        self.start_daemon()
        self.machine.pam_service(service, PIN)
        self.machine.allow_sudo("alice")

    def starts(self, user, *command, **variables):
        """This user starts a program with all that in the environment, under strace."""
        address = f"http://127.0.0.1:{self.proxy.getsockname()[1]}"
        environment = {name: TRAP for name in FILES} | {name: address for name in PROXIES} | OTHER
        words = ["strace", "-f", "-o", str(self.trace), "-s", "200", "-u", user,
                 "-e", "trace=%file,connect,bind"]
        for name, value in (environment | variables).items():
            words += ["-E", f"{name}={value}"]
        return self.meet(Person([*words, *command], env={
            "PATH": "/usr/bin:/bin:/usr/sbin", "HOME": f"/home/{user}", "USER": user,
            "LC_ALL": "C", "TERM": "dumb"}))

    def types_the_code(self, person):
        person.reads(PROMPT, patience=30)
        person.types(self.next_text().code)

    def nothing_was_diverted(self):
        lines = self.trace.read_text(encoding="utf-8", errors="replace").splitlines()
        # What was watched is what was meant to be.
        self.assertTrue([line for line in lines if "pam_sms2fa.so" in line and "openat" in line])
        self.assertTrue([line for line in lines if self.machine.socket in line])
        self.assertEqual([], [line for line in lines if TRAP in line])
        self.assertEqual([], [line for line in lines if re.search(r"connect\(.*AF_INET", line)])
        self.assertFalse(pathlib.Path(TRAP).exists())
        self.assertEqual([], self.visits)

    def test_the_trap_catches_a_program_without_privileges(self):
        self.configure()
        person = self.starts("alice", "true")
        person.waits_for_the_end(patience=30)
        self.assertIn(TRAP, self.trace.read_text(encoding="utf-8", errors="replace"))

    def test_sudo(self):
        self.start("sudo")
        person = self.starts("alice", "sudo", "sh", "-c", WHO_AM_I)
        self.types_the_code(person)
        person.sees(f"{SHELL} root", patience=30)
        person.waits_for_the_end()
        self.nothing_was_diverted()

    def test_sudoedit(self):
        self.start("sudo")
        person = self.starts("alice", "sudoedit", "/etc/hostname", SUDO_EDITOR="/bin/true")
        self.types_the_code(person)
        self.logged("accepted reason=right-code user=alice")
        person.waits_for_the_end(patience=30)
        self.nothing_was_diverted()

    def test_sudoedit_by_somebody_who_may_not_use_it(self):
        self.start("sudo")
        person = self.starts("bob", "sudoedit", "/etc/hostname", SUDO_EDITOR="/bin/true")
        self.types_the_code(person)
        self.logged("accepted reason=right-code user=bob")
        self.assertNotEqual(0, person.waits_for_the_end(patience=30))
        self.nothing_was_diverted()

    def test_su(self):
        self.start("su")
        person = self.starts("alice", "su", "bob", "-c", WHO_AM_I)
        self.types_the_code(person)
        person.sees(f"{SHELL} bob", patience=30)
        person.waits_for_the_end()
        self.nothing_was_diverted()
