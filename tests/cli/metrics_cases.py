# SPDX-License-Identifier: Apache-2.0
"""sms2fa metrics: its text, its file, and the dashboard that reads it."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import unittest
import urllib.request

import open_metrics
import protocol
from program import NOPERM, OK, UNAVAILABLE, USAGE, USERS_FILE, provider_section
from state_cases import StateCase

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
DASHBOARD = CONF / "grafana/sms2fa.json"
UNIT = CONF / "systemd/sms2fa-metrics.service.in"
CANNOT_WRITE = 73


class ParserTest(unittest.TestCase):
    """The reader that the others rely on is as strict as it says."""

    GOOD = ('# TYPE a counter\n# HELP a Text.\na_total{x="1"} 2\n'
            '# TYPE b histogram\n# HELP b Text.\nb_bucket{le="0.5"} 1\nb_bucket{le="+Inf"} 2\n'
            'b_count 2\nb_sum 0.7\n# EOF\n')

    def test_good(self):
        self.assertEqual(set(open_metrics.parse(self.GOOD)), {"a", "b"})

    def test_bad(self):
        for old, new in (("# EOF\n", ""), ("a_total", "a"), ('"1"} 2', '"1"}  2'), ('"1"', '1'),
                         ("# HELP a Text.\n", ""), ('+Inf"} 2', '+Inf"} 0'), ("b_count 2", "b_count 3"),
                         ("b_sum 0.7\n", ""), ('le="+Inf"', 'le="9"'), ("} 2\n# TYPE b", '} 2\na_total{x="1"} 2\n# TYPE b'),
                         ("counter", "tally"), ("a_total", "c_total"), ("Inf", "Inf\\")):
            with self.subTest(old), self.assertRaises(open_metrics.Broken):
                self.assertIn(old, self.GOOD)
                open_metrics.parse(self.GOOD.replace(old, new, 1))


class MetricsTest(StateCase):
    def metrics(self):
        text = self.run_program("metrics", expect=OK).stdout
        return open_metrics.parse(text)

    def some_logins(self):
        self.start()
        self.attempt("alice", "0000000")
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))
        self.attempt("mallory", "123456")
        self.wait_for_records(4)

    def value(self, families, name, suffix="_total", **labels):
        return families[name].samples.get((suffix, tuple(sorted(labels.items()))), 0)

    def test_what_happened_is_counted(self):
        self.some_logins()
        for down in (False, True):
            with self.subTest(down=down):
                if down:
                    self.stop()
                    self.start()  # a restart begins nothing anew
                found = self.metrics()
                attempts = lambda verdict, reason: self.value(
                    found, "sms2fa_attempts", method="sms", verdict=verdict, reason=reason)
                self.assertEqual(attempts("accepted", "right-code"), 1)
                self.assertEqual(attempts("denied", "wrong-code"), 1)
                self.assertEqual(attempts("denied", "unknown-user"), 1)
                who = {"method": "sms", "provider": "outbox", "result": "accepted"}
                # The decoy's message, which nobody sent, is none.
                self.assertEqual(self.value(found, "sms2fa_sends", **who), 1)
                self.assertEqual(self.value(found, "sms2fa_send_seconds", "_count", **who), 1)
                self.assertEqual(self.value(found, "sms2fa_notices", kind="success-after-failures"),
                                 1)
                self.assertEqual(self.value(found, "sms2fa_users_locked", ""), 0)
                # Alice's and mallory's.
                self.assertEqual(self.value(found, "sms2fa_wrong_answers", series="unproven"), 2)

    def test_with_the_daemon_down(self):
        self.lock()
        self.stop()
        found = self.metrics()
        self.assertEqual(self.value(found, "sms2fa_wrong_answers", series="unproven"), 10)
        self.assertEqual(self.value(found, "sms2fa_notices", kind="locked", series="unproven"), 1)
        self.assertEqual(self.value(found, "sms2fa_users_locked", ""), 1)

    def test_a_provider_that_fails(self):
        fake = self.fake("twilio")
        self.configure(provider_section("twilio", fake), "twilio, outbox")
        fake.misbehave("status-503")
        self.start()
        self.assertEqual(self.attempt("alice", None), (protocol.ACCEPTED, "right-code"))
        found = self.metrics()
        self.assertEqual(self.value(found, "sms2fa_sends", method="sms", provider="twilio",
                                    result="failing"), 1)
        self.assertEqual(self.value(found, "sms2fa_sends", method="sms", provider="outbox",
                                    result="accepted"), 1)

    def test_what_became_of_messages(self):
        """From the provider's last word to the counter: by provider, method and state."""
        self.machine.add_user("vera", "x", "--shell", "/usr/sbin/nologin")
        self.addCleanup(subprocess.run, ["userdel", "--force", "vera"], capture_output=True, check=True)
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n[user vera]\n"
                                               "phone = +353872222255\nmethods = voice\n")
        for provider, user, method, words, state in (
                ("twilio", "alice", "sms", ("queued", "delivered"), "delivered"),
                ("twilio", "alice", "sms", ("undelivered",), "failed"),
                ("twilio", "vera", "voice", ("ringing", "completed"), "delivered"),
                ("telnyx", "alice", "sms", ("delivered",), "delivered")):
            with self.subTest(provider=provider, method=method, state=state):
                fake = self.fake(provider)
                fake.deliver_as(*words)
                path = self.configure(provider_section(provider, fake), provider)
                self.machine.write_trusted(path, path.read_text().replace(
                    "[delivery]\n", "[delivery]\nvoice = yes\n"))
                self.start()
                since = len(self.machine.log.lines)
                self.attempt(user)
                self.assertIn(f" method={method} ",
                              self.machine.log.wait_for("notice kind=delivery", since))
                self.stop()
                self.assertEqual(self.value(self.metrics(), "sms2fa_deliveries", method=method,
                                            provider=provider, state=state), 1)

    def test_an_empty_store(self):
        self.start()
        self.assertTrue(self.metrics())

    def test_nobody_is_in_it(self):
        self.some_logins()
        text = self.run_program("metrics", expect=OK).stdout
        for told in ("alice", "mallory", "192.0.2", "353", "67\""):
            self.assertNotIn(told, text)

    def test_a_file_for_node_exporter(self):
        self.some_logins()
        place = self.machine.state / "textfiles"
        place.mkdir(exist_ok=True)
        file = place / "sms2fa.prom"
        file.write_text("old\n")
        for _ in range(2):
            done = self.run_program("metrics", "--output", file, expect=OK)
            self.assertEqual(done.stdout + done.stderr, "")
            open_metrics.parse(file.read_text())
            info = file.stat()
            self.assertEqual((stat.S_IMODE(info.st_mode), info.st_uid), (0o644, os.getuid()))
        self.assertEqual([path.name for path in place.iterdir()], ["sms2fa.prom"])
        self.assert_owned_by_the_daemon()

    def test_node_exporter_reads_the_file(self):
        self.some_logins()
        place = self.machine.state / "read"
        place.mkdir()
        self.run_program("metrics", "--output", place / "sms2fa.prom", expect=OK)
        exporter = subprocess.Popen(
            ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
             f"--collector.textfile.directory={place}", "--web.listen-address=127.0.0.1:9100"],
            stderr=subprocess.PIPE, text=True)
        try:
            for line in exporter.stderr:
                if "Listening on" in line:
                    break
            with urllib.request.urlopen("http://127.0.0.1:9100/metrics", timeout=10) as page:
                told = page.read().decode()
        finally:
            exporter.kill()
            exporter.communicate()
        self.assertIn("\nnode_textfile_scrape_error 0\n", told)
        self.assertIn('\nsms2fa_attempts_total{method="sms",reason="right-code",verdict="accepted"} 1\n',
                      told)

    def run_as_the_unit_does(self):
        """Returns what the command of the unit did, as its account and with its capabilities, and its file."""
        unit = UNIT.read_text()
        settings = dict(re.findall(r"^(\w+)=(.+)$", unit, re.MULTILINE))
        sets = {name: ",".join("+" + word.removeprefix("CAP_").lower() for word in settings[name].split())
                for name in ("AmbientCapabilities", "CapabilityBoundingSet")}
        place = self.machine.state / "node-exporter"
        place.mkdir(exist_ok=True)
        shutil.chown(place, "alice")  # as node_exporter's folder is somebody else's
        command = re.search(r"^ExecStart=\S+/sms2fa (.+)$", unit, re.MULTILINE)[1].replace(
            "/var/lib/prometheus/node-exporter", str(place))
        done = subprocess.run(["setpriv", f"--reuid={settings['User']}", f"--regid={settings['Group']}",
                               "--clear-groups", "--inh-caps", "-all," + sets["AmbientCapabilities"],
                               "--ambient-caps", "-all," + sets["AmbientCapabilities"],
                               "--bounding-set", "-all," + sets["CapabilityBoundingSet"],
                               "--no-new-privs", self.program, *command.split()],
                              capture_output=True, text=True, check=False)
        return done, place / "sms2fa.prom"

    def test_as_the_unit_does(self):
        self.some_logins()
        for _ in range(2):
            done, file = self.run_as_the_unit_does()
            self.assertEqual((done.returncode, done.stdout + done.stderr), (OK, ""))
            open_metrics.parse(file.read_text())
            file.unlink()
        self.assert_owned_by_the_daemon()

    def test_what_reads_the_store_has_no_capability(self):
        """A store that only a capability opens stays closed."""
        self.some_logins()
        self.stop()
        for path in self.directory.iterdir():
            path.chmod(0)
        done, file = self.run_as_the_unit_does()
        self.assertEqual(done.returncode, NOPERM, done.stderr)
        self.assertFalse(file.exists())

    def test_a_file_that_cannot_be_written(self):
        self.start()
        done = self.run_program("metrics", "--output", "/nonexistent/x.prom", expect=CANNOT_WRITE)
        self.assertIn("/nonexistent/x.prom: No such file", done.stderr)
        # A reader's file is not lost when there is nothing to put in its place.
        self.stop()
        file = self.machine.state / "kept.prom"
        file.write_text("old\n")
        self.database.unlink()
        self.run_program("metrics", "--output", file, expect=UNAVAILABLE)
        self.assertEqual(file.read_text(), "old\n")
        self.run_program("metrics", "--json", expect=USAGE)
        self.run_program("metrics", user="alice", expect=NOPERM)

    def test_the_dashboard_asks_for_what_there_is(self):
        self.some_logins()
        found = self.metrics()
        names = {family.name + suffix for family in found.values()
                 for suffix in {"counter": ["_total"], "gauge": [""],
                                "histogram": ["_bucket", "_count", "_sum"]}[family.kind]}
        dashboard = json.loads(DASHBOARD.read_text())
        asked = re.findall(r"\bsms2fa_[a-z_]+", json.dumps([panel["targets"] for panel in
                                                           dashboard["panels"]]))
        self.assertEqual(set(asked) - names, set())
        self.assertLessEqual({"sms2fa_attempts_total", "sms2fa_sends_total", "sms2fa_deliveries_total",
                              "sms2fa_send_seconds_bucket", "sms2fa_provider_up"}, set(asked))
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}),
                         len(dashboard["panels"]))
