# SPDX-License-Identifier: Apache-2.0
"""What a login costs, beside other modules. Run by ./dev bench, as root.

usage: bench.py BUILD [--rounds N] [--logins N] [--state DIRECTORY] [--out DIRECTORY]

On a private machine (tests/support/private_machine.py) a PAM application logs in through each module once
a round, in another order each time, so that whatever else the machine does, and whatever the one before
left in its caches, meets all of them alike: compare within one run. Durable state is kept in a directory
of its own below --state, which must be on a disk for its syncs to count. The provider is a quick one in the
application itself; for a longer way there is a relay that delays every packet and counts round trips. Prints
a table, writes logins.csv and summary.csv to --out, and draws first_prompt.png there where there is gnuplot.

Modules that hold nothing of ours are given a wrong code: what counts is the time to their prompt. libpam-duo
asks its service before it prompts, here a mock (duo_mock.py) that its configuration trusts by `cafile`.
"""

import argparse
import csv
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import private_machine  # noqa: E402
from fake_provider import certificates, twilio  # noqa: E402
from private_machine import PrivateMachine  # noqa: E402

PROVIDER, RELAY, ROUND_TRIP_MS = 8443, 8444, 50
DUO, DUO_RELAY = 8445, 8446
NUMBER = "+353851000000"
MODULES = pathlib.Path("/lib/x86_64-linux-gnu/security")
PYTHON_SO = pathlib.Path("/lib/security/pam_python.so")  # where its package puts it
CONFIGURATION = """\
[delivery]
providers = twilio

[provider twilio]
type = twilio
account_sid = {sid}
auth_token = {token}
from = +15005550006
ca_file = {ca}
base_url = https://localhost:{port}

[directory]
users_file = {users}
virtual_users = {service}

[store]
{store}

[limits]
sends_per_code = 5
resend_after = 1s
sends_per_number = 100000/1d
sends_per_user = 100000/1d
sends_per_source = 100000/1h
sends_per_host = 100000/1h
logins_per_user = 64
logins_at_once = 2000
"""
PYTHON_MODULE = '''\
import requests
def pam_sm_authenticate(pamh, flags, argv):
    message = {{"To": "{number}", "From": "+15005550006", "Body": "web01: 123456"}}
    requests.post("https://localhost:%s/" % argv[1], data=message, verify="{ca}")
    pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_ON, "Code: "))
    return pamh.PAM_AUTH_ERR
def pam_sm_setcred(pamh, flags, argv):
    return pamh.PAM_SUCCESS
'''


DUO_CONFIGURATION = """\
[duo]
ikey = DIXXXXXXXXXXXXXXXXXX
skey = deadbeefdeadbeefdeadbeefdeadbeefdeadbeef
host = localhost:{port}
cafile = {ca}
failmode = secure
prompts = 1
"""


class Daemon:
    """An sms2fad with a socket of its own."""

    def __init__(self, bench, name, store="sqlite", users=10, port=PROVIDER):
        self.socket = f"/run/{name}.sock"
        state = bench.state / name
        kept = "type = memory" if store == "memory" else f"path = {state}/state.db"
        users_file = bench.users_file(users)
        bench.machine.write_trusted(f"/etc/sms2fa/{name}.conf", CONFIGURATION.format(
            sid=twilio.ACCOUNT_SID, token=twilio.AUTH_TOKEN, ca=bench.files.ca, port=port,
            users=users_file, store=kept, service=name))
        since = len(bench.machine.log.lines)
        self.process = bench.machine.start(
            bench.machine.build / "sms2fad", "--config", f"/etc/sms2fa/{name}.conf",
            "--auth-socket", self.socket, "--user-socket", f"{self.socket}.user", stderr=subprocess.DEVNULL)
        bench.machine.log.wait_for("]: ready", since, timeout=60)
        bench.service(name, f"{bench.machine.module} socket={self.socket}")

    def cpu(self):
        """Seconds of the processor so far, threads that ended included."""
        # clock_getcpuclockid(3): the clock of a process is made of its number.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


class Bench:
    def __init__(self, build, state):
        self.machine = PrivateMachine(build)
        self.state = pathlib.Path(state)
        self.services = self.machine.state / "pam"
        self.services.mkdir()
        (self.machine.state / "tls").mkdir()
        self.files = certificates.make(self.machine.state / "tls", "good")
        self.driver = self.talk(self.machine.build / "bench/login_bench", self.services, PROVIDER,
                                self.files.certificate, self.files.key)
        self.relay = self.talk(sys.executable, HERE / "delay_relay.py", RELAY, PROVIDER,
                               ROUND_TRIP_MS)

    def talk(self, *command):
        process = self.machine.start(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     text=True, bufsize=1)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{command[0]} does not start")
        return process

    @staticmethod
    def ask(process, line):
        process.stdin.write(line + "\n")
        return [float(word) for word in process.stdout.readline().split()]

    def service(self, name, module):
        (self.services / name).write_text(f"auth required {module}\n")

    def users_file(self, count):
        path = pathlib.Path(f"/etc/sms2fa/users-{count}.conf")
        if not path.exists():
            self.machine.write_trusted(path, "[users]\n" + "".join(
                f"user{n} = +353851{n:06}\n" for n in range(min(count, 10 ** 6))))
        return path

    def login(self, service):
        return self.ask(self.driver, f"login {service} user0 {NUMBER}")

    def others(self):
        """Services of other modules, where they are installed: name → what they do."""
        found = {}
        secret = pathlib.Path("/etc/bench")
        secret.mkdir(mode=0o700)
        if (MODULES / "pam_google_authenticator.so").exists():
            (secret / "user0").write_text('JBSWY3DPEHPK3PXP\n" TOTP_AUTH\n')
            (secret / "user0").chmod(0o400)
            self.service("google", f"{MODULES}/pam_google_authenticator.so secret=/etc/bench/${{USER}} "
                                   "user=root no_increment_hotp")
            found["google"] = "libpam-google-authenticator"
        if (MODULES / "pam_oath.so").exists():
            (secret / "oath").write_text("HOTP/T30 user0 - 3132333435363738393031323334353637383930\n")
            (secret / "oath").chmod(0o600)
            self.service("oath", f"{MODULES}/pam_oath.so usersfile=/etc/bench/oath window=2")
            found["oath"] = "libpam-oath"
        if (MODULES / "pam_duo.so").exists():
            self.machine.add_user("user0", "no password")  # it asks for people the machine knows
            self.talk(sys.executable, HERE / "duo_mock.py", DUO, self.files.certificate, self.files.key)
            self.talk(sys.executable, HERE / "delay_relay.py", DUO_RELAY, DUO, ROUND_TRIP_MS)
            for name, port in (("duo", DUO), ("duo50", DUO_RELAY)):
                settings = secret / f"{name}.conf"
                settings.write_text(DUO_CONFIGURATION.format(port=port, ca=self.files.ca))
                settings.chmod(0o600)
                self.service(name, f"{MODULES}/pam_duo.so conf={settings}")
                found[name] = "libpam-duo, with a mock of its service"
        if PYTHON_SO.exists():
            script = secret / "auth.py"
            script.write_text(PYTHON_MODULE.format(ca=self.files.ca, number=NUMBER))
            for name, port in (("python", PROVIDER), ("python50", RELAY)):
                self.service(name, f"{PYTHON_SO} {script} {port}")
                found[name] = "libpam-python, requests"
        return found


def percentile(values, percent):
    return sorted(values)[(len(values) - 1) * percent // 100]


def measure(bench, rounds):
    """Interleaved logins: returns rows (service, round, first prompt ms, CPU ms, PAM code), how many
    connections were made to the distant provider and how many round trips went there, and the
    daemon's memory in KiB.

    The daemon follows each message while it serves the next login: its CPU is in theirs."""
    daemons = {"sms2fa": Daemon(bench, "sms2fa"), "memory": Daemon(bench, "memory", "memory"),
               "sms2fa50": Daemon(bench, "sms2fa50", port=RELAY),
               "memory50": Daemon(bench, "memory50", "memory", port=RELAY),
               "million": Daemon(bench, "million", users=10 ** 6)}
    bench.service("permit", "pam_permit.so")
    services = ["permit", *daemons, *bench.others()]
    time.sleep(1)  # the connections to the provider come about
    rss = daemons["sms2fa"].resident_kib()
    rows, there, dice = [], [0, 0], random.Random(1)
    for turn in range(-3, rounds):  # three to warm up
        for name in dice.sample(services, len(services)):
            daemon = daemons.get(name)
            before = daemon.cpu() if daemon else 0
            made = bench.ask(bench.relay, "")
            first, _, cpu, code = bench.login(name)
            if turn < 0:
                continue
            ours = (daemon.cpu() - before) * 1000 if daemon else 0
            rows.append((name, turn, first / 1000, cpu / 1000 + ours, int(code)))
            if name == "sms2fa50":
                there = [int(total + now - before)
                         for total, now, before in zip(there, bench.ask(bench.relay, ""), made)]
    rows.sort(key=lambda row: (row[1], services.index(row[0])))
    return rows, there, rss


def summarise(rows):
    names = list(dict.fromkeys(row[0] for row in rows))
    table = {}
    for name in names:
        first = [row[2] for row in rows if row[0] == name]
        cpu = [row[3] for row in rows if row[0] == name]
        good = sum(row[4] == 0 for row in rows if row[0] == name)
        table[name] = (percentile(first, 50), percentile(first, 95), percentile(cpu, 50),
                       percentile(cpu, 95), good, len(first))
    return table


def draw(directory):
    if not shutil.which("gnuplot"):
        return
    script = f'''
set terminal pngcairo size 1100,420; set output "{directory}/first_prompt.png"
set datafile separator ","; set logscale y; set ylabel "ms to the first prompt"; set grid ytics
set style fill solid 0.5; set boxwidth 0.35; set key top left
plot "{directory}/summary.csv" every ::1 using ($0-0.2):2:xticlabels(1) with boxes title "p50", \\
     "" every ::1 using ($0+0.2):3 with boxes title "p95"
'''
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--logins", type=int, default=5000)
    parser.add_argument("--state", default="/var/tmp")
    parser.add_argument("--out", default="docs/bench")
    private_machine.enter()
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sms2fa-bench-", dir=options.state) as state:
        os.chmod(state, 0o755)
        run(options, state)


def run(options, state):
    bench = Bench(options.build, state)
    rows, (connections, turns), rss = measure(bench, options.rounds)
    table = summarise(rows)
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "logins.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("service", "round", "first_prompt_ms", "cpu_ms", "pam_code"))
        writer.writerows((name, turn, f"{first:.3f}", f"{cpu:.3f}", code)
                         for name, turn, first, cpu, code in rows)
    with open(out / "summary.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("service", "first_p50_ms", "first_p95_ms", "cpu_p50_ms", "cpu_p95_ms"))
        writer.writerows((name, *(f"{value:.3f}" for value in values[:4]))
                         for name, values in table.items())
    base = table["permit"]
    print(f"{'service':10} {'first prompt p50':>16} {'p95':>8} {'over permit':>12} {'ratio':>7} "
          f"{'CPU p50':>8} {'p95':>8} {'over':>6} {'ratio':>6}   ms; {options.rounds} rounds, "
          f"load {os.getloadavg()[0]:.1f}; ratios to permit")
    for name, (first, late, cpu, most, good, count) in table.items():
        print(f"{name:10} {first:16.3f} {late:8.3f} {first - base[0]:12.3f} {first / base[0]:7.1f} "
              f"{cpu:8.3f} {most:8.3f} {cpu - base[2]:6.2f} {cpu / base[2]:6.1f}   {good}/{count} let in")
    trips = (table["sms2fa50"][0] - table["sms2fa"][0]) / ROUND_TRIP_MS
    print(f"round trips to the first prompt: {trips:.2f}; at the relay in {options.rounds} logins: {turns}, "
          f"connections made: {connections}")
    print(f"1,000,000 users against 10: {table['million'][0] / table['sms2fa'][0]:.2f} times the time, "
          f"{table['million'][2] / table['sms2fa'][2]:.2f} times the CPU")
    print(f"the daemon with 10 users: {rss / 1024:.1f} MiB resident")
    for name, store in (("memory1000", "memory"), ("sqlite1000", "sqlite")):
        daemon = Daemon(bench, name, store, users=5000)
        before = daemon.cpu()
        seconds, good, bad, middle, late = bench.ask(
            bench.driver, f"flood {name} 512 {options.logins} 5000")
        print(f"512 in flight, {store}: {good / seconds:.0f} logins/s, {bad:.0f} failed, first prompt "
              f"p50 {middle:.0f} ms, p95 {late:.0f} ms, {1000 * (daemon.cpu() - before) / good:.2f} ms "
              f"CPU a login in the daemon, {daemon.resident_kib() / 1024:.0f} MiB")
    draw(out)


main()
