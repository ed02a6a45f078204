# SPDX-License-Identifier: Apache-2.0
"""A machine of one's own inside this one, for tests and the demo.

enter() runs the calling script again as the first process of new mount, process and network
namespaces. There, PrivateMachine lays copies of /etc and /dev and empty file systems over /home
(a checkout in there stays), /run and the log folders, so that users, PAM services and sudoers can be
changed freely and a real sshd, sudo and su read them from the usual places. When the script ends,
however it ends, the kernel takes the namespaces apart with every process and mount in them; the
machine outside never saw any.

Needs root, and Debian's util-linux, iproute2, passwd, openssh-server.
"""

import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

INSIDE = "--inside-private-machine"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def enter():
    """Returns inside the namespaces; outside, never returns but exits with the inner status."""
    if INSIDE in sys.argv:
        sys.argv.remove(INSIDE)
        # Whoever runs the tests in the background may have these ignored, and children inherit that.
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        return
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes a private machine out of namespaces")
    sys.stdout.flush()
    inner = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
         "--mount-proc", "--net", "--uts", sys.executable, *sys.argv, INSIDE])
    sys.exit(inner.returncode)


def run(*command, **options):
    """Runs a command that must succeed; its output shows only when it does not."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stdout}{done.stderr}")
    return done.stdout


def has_penalties():
    """Whether this sshd turns addresses away after logins that failed: from OpenSSH 9.8 on."""
    version = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr
    found = re.match(r"OpenSSH_(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) >= (9, 8)


def debians_pam(release):
    """{service: text} of Debian 12 or 13."""
    return {path.stem: path.read_text(encoding="utf-8") for folder in sorted({"12", release})
            for path in (ROOT / "tests/support/debian_pam" / folder).glob("*.pam")}


class SystemLog:
    """Listens at /dev/log and keeps every line."""

    def __init__(self):
        self._lines = []
        self._taking = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def lines(self):
        """Every line until now: of a program that has ended, all it had to say."""
        self._take()
        return self._lines

    def _take(self):
        with self._taking, contextlib.suppress(BlockingIOError):
            while True:
                line = self._socket.recv(65536).decode("utf-8", "backslashreplace").rstrip("\n\0")
                self._lines.append(line.split(">", 1)[-1])

    def _listen(self):
        # The socket holds only a few lines, and who logs waits for room.
        while True:
            select.select([self._socket], [], [])
            self._take()

    def wait_for(self, text, since=0, timeout=30):
        """The first line from number `since` on that holds `text`."""
        end = time.monotonic() + timeout
        while True:
            for line in self.lines[since:]:
                if text in line:
                    return line
            if time.monotonic() > end:
                shown = "\n".join(self.lines[since:])
                raise AssertionError(f"no log line with {text!r} among:\n{shown}")
            time.sleep(0.01)


class PrivateMachine:
    """Call once, after enter()."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.module = self.build / "pam_sms2fa.so"
        self.socket = "/run/sms2fa/auth.sock"
        self.user_socket = "/run/sms2fa/user.sock"
        self.socket_options = ("--auth-socket", self.socket, "--user-socket", self.user_socket)
        self._processes = []
        run("ip", "link", "set", "lo", "up")
        run("hostname", "web01")
        for place in ("/run", "/home", "/var/log"):
            self._make_empty(place)
        if os.path.isdir("/var/lib/sudo"):
            run("mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", "/var/lib/sudo")
        self.state = pathlib.Path("/run/private")
        self.state.mkdir(mode=0o755)
        self._known_hosts = self.state / "known_hosts"
        self._copy_etc()
        self._make_dev()
        os.makedirs("/run/sshd", mode=0o755)
        self.log = SystemLog()
        # A machine where the package is installed has the account already.
        subprocess.run(["userdel", "_sms2fa"], capture_output=True, check=False)
        run("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent",
            "--shell", "/usr/sbin/nologin", "_sms2fa")

    def _make_empty(self, place):
        """With nothing in it but this checkout and the build, where they live there."""
        kept = {path: os.open(path, os.O_PATH) for path in (ROOT, self.build)
                if path.is_relative_to(place)}
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
        for path, there in kept.items():
            path.mkdir(parents=True, exist_ok=True)
            # As it is written: what it stands for is covered by now.
            run("mount", "--no-canonicalize", "--bind", f"/proc/self/fd/{there}", path, pass_fds=[there])
            os.close(there)

    def _copy_etc(self):
        copy = self.state / "etc"
        run("cp", "-a", "/etc", copy)
        run("mount", "--bind", copy, "/etc")
        pathlib.Path("/etc/hosts").write_text("127.0.0.1 localhost web01\n::1 localhost\n")
        pathlib.Path("/etc/nologin").unlink(missing_ok=True)

    def _make_dev(self):
        dev = self.state / "dev"
        dev.mkdir()
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
        for node in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"):
            run("cp", "-a", f"/dev/{node}", f"{dev}/{node}")
        (dev / "pts").mkdir()
        (dev / "shm").mkdir()
        (dev / "shm").chmod(0o1777)  # whatever the umask
        run("mount", "--rbind", "/dev/pts", dev / "pts")
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            (dev / name).symlink_to(f"/proc/self/fd{target}")
        run("mount", "--rbind", dev, "/dev")

    def add_user(self, name, password, *options):
        # Somebody of that name may live on the machine outside.
        for command in ("userdel", "groupdel"):
            subprocess.run([command, "--force", name], capture_output=True, check=False)
        run("useradd", "--create-home", "--shell", "/bin/sh", *options, name)
        run("chpasswd", input=f"{name}:{password}\n")

    def add_accounts(self, names, first_uid=30000):
        """Many, without a home, a password or a shell."""
        passwd = pathlib.Path("/etc/passwd")
        known = {line.partition(":")[0] for line in passwd.read_text(encoding="ascii").splitlines()}
        with passwd.open("a", encoding="ascii") as file:
            file.writelines(f"{name}:x:{uid}:{uid}::/:/usr/sbin/nologin\n"
                            for uid, name in enumerate(names, first_uid) if name not in known)

    def pam_service(self, name, lines):
        """Writes /etc/pam.d/NAME; `{module}` stands for the module's path."""
        text = "\n".join(lines).replace("{module}", str(self.module)) + "\n"
        pathlib.Path("/etc/pam.d", name).write_text(text)

    def install_module(self):
        """Puts the module where libpam looks for it; returns what undoes that."""
        folder = next(pathlib.Path("/usr/lib").glob("*/security/pam_unix.so")).parent
        copy = self.state / "security"
        shutil.rmtree(copy, ignore_errors=True)
        run("cp", "-a", folder, copy)
        shutil.copy(self.module, copy)
        shutil.chown(copy / self.module.name, "root", "root")
        (copy / self.module.name).chmod(0o644)
        run("mount", "--bind", copy, folder)
        return lambda: run("umount", folder)

    def ship_pam(self, release):
        """/etc/pam.d has the files that this Debian ships; returns {service: text}."""
        shipped = debians_pam(release)
        for name, text in shipped.items():
            pathlib.Path("/etc/pam.d", name).write_text(text, encoding="utf-8")
        return shipped

    def allow_sudo(self, *names):
        """These may run everything as anybody, and are asked every time."""
        lines = ["Defaults timestamp_timeout=0, lecture=never", "root ALL=(ALL:ALL) ALL",
                 *(f"{name} ALL=(ALL:ALL) ALL" for name in names)]
        sudoers = pathlib.Path("/etc/sudoers")
        sudoers.write_text("\n".join(lines) + "\n")
        sudoers.chmod(0o440)

    def write_trusted(self, path, text):
        """A file that the daemon may read and others may not."""
        path = pathlib.Path(path)
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o640)
        shutil.chown(path, "root", "_sms2fa")
        return path

    def start(self, *command, **options):
        process = subprocess.Popen([str(word) for word in command], **options)
        self._processes.append(process)
        return process

    def start_daemon(self, configuration, program=None):
        since = len(self.log.lines)
        process = self.start(program or self.build / "sms2fad", "--config", configuration,
                             *self.socket_options,
                             stderr=open(self.state / "sms2fad.stderr", "a", encoding="utf-8"))
        self.log.wait_for("ready", since)
        return process

    def start_sshd(self, lines, port=2222):
        """A real sshd on loopback with these settings; returns its process when it listens."""
        settings = [*self._sshd_basics(port), "UsePAM yes", "UseDNS no", "StrictModes no",
                    "PrintMotd no", "PrintLastLog no", *lines]
        # Every test's logins come from one address.
        if has_penalties() and not any("PerSourcePenalties" in line for line in lines):
            settings.append("PerSourcePenalties no")
        configuration = self.state / f"sshd_config_{port}"
        configuration.write_text("\n".join(settings) + "\n")
        return self._listening(port, "-f", configuration)

    def start_debians_sshd(self, port=2222):
        """A real sshd on loopback with what is in /etc/ssh."""
        basics = self._sshd_basics(port) + ["PerSourcePenalties no"] * has_penalties()
        return self._listening(port, *(word for line in basics for word in ("-o", line)))

    def _sshd_basics(self, port):
        key = self.state / "host_key"
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        self._known_hosts.write_text("[127.0.0.1]:* " + key.with_suffix(".pub").read_text())
        return [f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", "PidFile none"]

    def _listening(self, port, *words):
        process = self.start("/usr/sbin/sshd", "-D", *words)
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError("sshd does not listen") from None
                time.sleep(0.02)

    def ssh_command(self, user, *command, port=2222, options=()):
        words = ["ssh", "-F", "none", "-p", str(port), "-o", "StrictHostKeyChecking=yes",
                 "-o", f"UserKnownHostsFile={self._known_hosts}",
                 "-o", "IdentitiesOnly=yes", "-o", "IdentityFile=none"]
        for option in options:
            words += ["-o", option]
        return [*words, f"{user}@127.0.0.1", *command]

    def stop(self, process, timeout=10):
        process.terminate()
        return process.wait(timeout)
