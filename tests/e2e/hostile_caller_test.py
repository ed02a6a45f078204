# SPDX-License-Identifier: Apache-2.0
"""What the caller of a privileged program may not change: environment, limits, signals."""

import os
import socket

from login import PROMPT, WHO_AM_I, LocalLogin, sudo
from scenario import PIN, Scenario


class HostileCaller(Scenario):
    def start_with_sudo(self):
        self.start_daemon()
        self.machine.pam_service("sudo", PIN)
        self.machine.allow_sudo("alice")

    def test_the_callers_environment_diverts_nothing(self):
        self.start_with_sudo()
        proxy = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(proxy.close)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        trap = "/home/alice/trap"
        environment = {name: address for name in ("http_proxy", "https_proxy", "HTTPS_PROXY",
                                                  "ALL_PROXY", "all_proxy")}
        environment |= {name: trap for name in (
            "SSLKEYLOGFILE", "OPENSSL_CONF", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "LD_PRELOAD",
            "LD_LIBRARY_PATH", "LD_AUDIT", "SQLITE_TMPDIR", "MALLOC_TRACE", "RESOLV_HOST_CONF")}
        with sudo("alice", environment=environment) as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in("root")
        self.assertFalse(os.path.exists(trap))
        proxy.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="somebody came to the proxy"):
            proxy.accept()

    def test_the_daemons_own_environment_diverts_nothing(self):
        trap = "/run/private/trap"
        self.configure()
        since = len(self.machine.log.lines)
        nowhere = "http://127.0.0.1:9"
        self.daemon = self.launch_daemon(environment={
            "SSLKEYLOGFILE": trap, "https_proxy": nowhere, "ALL_PROXY": nowhere})
        self.machine.log.wait_for("ready", since)
        self.start_sshd()
        with self.ssh() as person:
            person.reads(PROMPT)
            person.types(self.next_text().code)
            person.gets_in()
        self.assertFalse(os.path.exists(trap))

    def test_a_killed_sudo_takes_its_attempt_along(self):
        self.start_with_sudo()
        with sudo("alice") as person:
            person.reads(PROMPT)
            person.vanishes()
        self.logged("denied reason=client-gone user=alice")

    def test_limits_of_the_caller_do_not_help(self):
        self.start_with_sudo()
        limited = ["sh", "-c", f"ulimit -n 8 -t 1 -f 0; exec sudo sh -c '{WHO_AM_I}'"]
        with LocalLogin("alice", *limited) as person:
            person.reads(r"PIN|unable|cannot|denied|many")
            person.vanishes()
        self.assertFalse([line for line in self.verdicts() if "accepted" in line])
