# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` leaves, and whether the files of other programs' languages are right.

usage: install_test.py BUILD

Installs into a scratch directory only. The last line is `N passed, N failed, N skipped`.
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "support"))

import unittest_report  # noqa: E402

BUILD = None
MOST_EXPOSED = 12  # tenths, as systemd-analyze counts


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"needs {program}")


class Installed(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="sms2fa-install."))
        self.addCleanup(shutil.rmtree, self.place)
        self.place.chmod(0o755)
        self.install("/usr")

    def install(self, prefix):
        return run("cmake", "--install", BUILD, "--prefix", prefix,
                   env=os.environ | {"DESTDIR": str(self.place)})

    def mode(self, name):
        return stat.S_IMODE((self.place / name).stat().st_mode)

    def unit(self, prefix="usr", name="sms2fad.service"):
        return self.place / prefix / "lib/systemd/system" / name

    def test_everything_is_where_it_is_looked_for(self):
        for name in ("usr/bin/sms2fa", "usr/sbin/sms2fad", "usr/lib/systemd/system/sms2fad.socket",
                     "usr/lib/systemd/system/sms2fad-user.socket",
                     "usr/lib/systemd/system/sms2fad.service",
                     "usr/lib/systemd/system/sms2fa-metrics.service",
                     "usr/lib/systemd/system/sms2fa-metrics.timer", "usr/lib/sysusers.d/sms2fa.conf",
                     "usr/lib/tmpfiles.d/sms2fa.conf", "etc/sms2fa/sms2fa.conf",
                     "etc/sms2fa/users.conf", "usr/share/man/man5/sms2fa.conf.5",
                     "usr/share/man/man8/pam_sms2fa.8", "usr/share/man/man8/sms2fad.8",
                     "usr/share/bash-completion/completions/sms2fa",
                     *(f"usr/share/doc/sms2fa/examples/{path.relative_to(ROOT / 'conf')}"
                       for folder in ("pam.d", "gateways", "apparmor", "selinux", "fail2ban", "grafana")
                       for path in (ROOT / "conf" / folder).rglob("*") if path.is_file())):
            self.assertTrue((self.place / name).is_file(), name)
        modules = list(self.place.glob("usr/lib/**/security/pam_sms2fa.so"))
        self.assertEqual(1, len(modules), modules)
        self.assertEqual(0o640, self.mode("etc/sms2fa/sms2fa.conf"))
        self.assertEqual(0o750, self.mode("etc/sms2fa"))

    def test_the_documents_lead_to_each_other(self):
        place = self.place / "usr/share/doc/sms2fa"
        found = {path.relative_to(place).as_posix() for path in place.rglob("*.md")}
        self.assertLessEqual({"README.md", "SECURITY.md", "docs/RUNBOOK.md", "docs/STORE.md"}, found)
        for name in found:
            text = (place / name).read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^)#:\s]+)\)", text):
                self.assertTrue(((place / name).parent / target).is_file(), f"{name}: {target}")
            for target in re.findall(r"(?<![\w/.-])docs/[A-Z]+\.md", text):
                self.assertTrue((place / target).is_file(), f"{name}: {target}")

    def test_no_file_names_the_place_it_was_built_in(self):
        for path in self.place.rglob("*"):
            if path.is_file() and path.suffix in (".service", ".socket", ".conf"):
                self.assertNotIn(str(ROOT), path.read_text(encoding="utf-8"), path)

    def test_installing_again_keeps_the_configuration(self):
        configuration = self.place / "etc/sms2fa/sms2fa.conf"
        configuration.write_text("mine\n")
        self.assertIn("Kept: /etc/sms2fa/sms2fa.conf", self.install("/usr"))
        self.assertEqual("mine\n", configuration.read_text())

    def test_the_units_start_the_programs_of_their_prefix(self):
        self.install("/opt/sms2fa")
        for prefix in ("usr", "opt/sms2fa"):
            self.assertIn(f"ExecStart=/{prefix}/sbin/sms2fad\n", self.unit(prefix).read_text())
            self.assertIn(f"ExecStart=/{prefix}/bin/sms2fa metrics ",
                          self.unit(prefix, "sms2fa-metrics.service").read_text())

    @needs("systemd-analyze")
    def test_the_units_expose_little(self):
        for name in sorted(path.name for path in self.unit().parent.glob("*.service")):
            with self.subTest(name):
                done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager",
                                       f"--threshold={MOST_EXPOSED}", self.unit(name=name)],
                                      capture_output=True, text=True, check=False)
                score = re.search(r"Overall exposure level.*: (\d+\.\d+)", done.stdout)
                self.assertIsNotNone(score, done.stderr)
                print(f"\nsystemd-analyze security {name}: {score.group(1)}")
                self.assertEqual(0, done.returncode, done.stdout)
        self.assertNotIn("PrivateUsers=yes", self.unit().read_text())

    @needs("systemd-analyze")
    def test_the_units_are_well_formed(self):
        for unit in self.unit().parent.iterdir():
            (self.place / unit.name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true",
                                                       unit.read_text(), flags=re.MULTILINE))
        for unit in self.place.glob("*.*"):
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], text=True,
                                  capture_output=True, check=False)
            self.assertEqual("", done.stderr, unit.name)

    def test_credentials_have_one_name(self):
        """In the unit, in the manual, and where the run book and the configuration look for them."""
        unit = re.findall(r"^LoadCredential=(\S+)$", self.unit().read_text(), re.MULTILINE)
        manual = (ROOT / "man/sms2fad.8.scd").read_text(encoding="utf-8")
        named = re.search(r"^# CREDENTIALS\n(.*?)^# ", manual, re.MULTILINE | re.DOTALL)[1]
        self.assertEqual(sorted(unit), sorted(re.findall(r"^\*(\S+)\*$", named, re.MULTILINE)))
        self.assertIn("/run/credentials/sms2fad.service_", named)
        book = (ROOT / "docs/RUNBOOK.md").read_text(encoding="utf-8")
        looked_for = re.findall(r"_file = /run/credentials/(\S+?)/(\S+)", book)
        self.assertEqual({"sms2fad.service"}, {service for service, _ in looked_for})
        stored = re.findall(r"/etc/credstore/(\S+)", book)
        self.assertEqual(sorted(stored), sorted(name for _, name in looked_for))
        self.assertLessEqual(set(stored), set(unit))
        self.assertIn("sms2fa.store-key", stored)

    @needs("systemd-sysusers")
    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_account_and_modes(self):
        for _ in range(2):  # and once more, for it happens at every boot
            run("systemd-sysusers", f"--root={self.place}")
            run("systemd-tmpfiles", f"--root={self.place}", "--create", "sms2fa.conf")
        account = next(line.split(":") for line in (self.place / "etc/passwd").read_text().splitlines()
                       if line.startswith("_sms2fa:"))
        self.assertTrue(account[-1].endswith("/nologin"), account)
        group = int(account[3])
        for name, mode, owner in (("etc/sms2fa", 0o750, 0), ("etc/sms2fa/sms2fa.conf", 0o640, 0),
                                  ("etc/sms2fa/users.conf", 0o640, 0),
                                  ("var/lib/sms2fa", 0o700, int(account[2]))):
            info = (self.place / name).stat()
            self.assertEqual((mode, owner, group),
                             (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid), name)


class OtherLanguages(unittest.TestCase):
    @needs("apparmor_parser")
    def test_the_apparmor_profile_compiles(self):
        run("apparmor_parser", "-Q", "-K", ROOT / "conf/apparmor/usr.sbin.sms2fad")

    @needs("apparmor_parser")
    def test_a_broken_profile_would_not(self):
        text = (ROOT / "conf/apparmor/usr.sbin.sms2fad").read_text().replace("rwkl,", "rwxyz,")
        with tempfile.NamedTemporaryFile("w", suffix=".profile") as file:
            file.write(text)
            file.flush()
            with self.assertRaises(AssertionError):
                run("apparmor_parser", "-Q", "-K", file.name)


# The least policy that a module can be linked to. Its blocks in braces are {types}.
BASE_POLICY = """\
class process
class dir
class sock_file
class unix_stream_socket
sid kernel
class process {{ transition }}
class dir {{ getattr search }}
class sock_file {{ getattr write }}
class unix_stream_socket {{ connectto }}
sensitivity s0;
dominance {{ s0 }}
category c0;
level s0:c0;
mlsconstrain process transition ( l1 dom l2 );
attribute file_type;
type kernel_t;
{types}
role object_r;
role system_r;
role system_r types {{ kernel_t }};
user system_u roles {{ system_r object_r }} level s0 range s0;
sid kernel system_u:system_r:kernel_t:s0
"""


@needs("checkmodule")
@needs("semodule_link")
@needs("sesearch")
class SELinux(unittest.TestCase):
    """The module as its own first lines say to build it, in policies that have or lack what it names."""

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="sms2fa-selinux."))
        self.addCleanup(shutil.rmtree, self.place)
        shutil.copytree(ROOT / "conf/selinux", self.place, dirs_exist_ok=True)
        text = (self.place / "sms2fa.te").read_text(encoding="utf-8")
        *build, load = re.findall(r"^#   (\S.*)$", text, re.MULTILINE)
        # Nothing here runs SELinux.
        self.assertEqual("semodule -i sms2fa.pp && restorecon -R /run/sms2fa", load)
        run("sh", "-ec", "\n".join(build), cwd=self.place)

    def allowed(self, *types):
        """{(source, target, class): permissions} in a policy with these types and our module."""
        text = BASE_POLICY.format(types="\n".join(f"type {name};" for name in types))
        (self.place / "base.conf").write_text(text, encoding="utf-8")
        for words in (["checkmodule", "-M", "-o", "base.mod", "base.conf"],
                      ["semodule_package", "-o", "base.pp", "-m", "base.mod"],
                      ["semodule_link", "-o", "all.pp", "base.pp", "sms2fa.pp"],
                      ["semodule_expand", "all.pp", "policy"]):
            run(*words, cwd=self.place)
        rules = re.findall(r"^allow (\S+) (\S+):(\S+) (?:\{ (.*) \}|(\S+));$",
                           run("sesearch", "-A", self.place / "policy"), re.MULTILINE)
        return {(source, target, kind): set((many or one).split())
                for source, target, kind, many, one in rules}

    def connects(self, source, listener):
        """What connect() asks of a policy: search the folder, write to the socket's file, connect to its listener."""
        return {(source, "sms2fa_run_t", "dir"): {"getattr", "search"},
                (source, "sms2fa_run_t", "sock_file"): {"getattr", "write"},
                (source, listener, "unix_stream_socket"): {"connectto"}}

    def test_both_of_sshds_domains_reach_the_socket(self):
        """And login's; of systemd's making, or of a daemon that a supervisor started."""
        hosts = ("sshd_t", "sshd_session_t", "local_login_t")
        expected = {}
        for source in hosts:
            for listener in ("init_t", "unconfined_service_t"):
                expected |= self.connects(source, listener)
        self.assertEqual(expected, self.allowed("init_t", "unconfined_service_t", *hosts))

    def test_a_policy_before_openssh_9_8(self):
        self.assertEqual(self.connects("sshd_t", "init_t"), self.allowed("init_t", "sshd_t"))

    def test_the_socket_and_its_folder_have_the_label(self):
        [line] = [line for line in (self.place / "sms2fa.fc").read_text(encoding="utf-8").splitlines()
                  if not line.startswith("#")]
        pattern, context = line.split()
        self.assertEqual("system_u:object_r:sms2fa_run_t:s0", context)
        for unit in ("sms2fad.socket", "sms2fad-user.socket"):
            listens = re.search(r"^ListenSequentialPacket=(\S+)$",
                                (ROOT / "conf/systemd" / unit).read_text(), re.MULTILINE)[1]
            for path in (listens, os.path.dirname(listens)):
                self.assertTrue(re.fullmatch(pattern, path), path)

    def test_the_sockets_are_told_apart_by_name_and_mode(self):
        for unit, name, mode in (("sms2fad.socket", "auth", "0600"),
                                 ("sms2fad-user.socket", "user", "0666")):
            text = (ROOT / "conf/systemd" / unit).read_text(encoding="utf-8")
            self.assertIn(f"\nListenSequentialPacket=/run/sms2fa/{name}.sock\n", text)
            self.assertIn(f"\nFileDescriptorName={name}\n", text)
            self.assertIn(f"\nSocketMode={mode}\n", text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    BUILD = sys.argv.pop()
    unittest_report.run_and_exit(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
