# SPDX-License-Identifier: Apache-2.0
"""The Debian packages in a clean Debian: install, upgrade, log in, autopkgtest, remove, purge, install again.

usage: packages_test.py PACKAGES

PACKAGES holds libpam-sms2fa_*.deb, sms2fad_*.deb and their source, unpacked. Needs root. The last line is `N passed, N failed, N skipped`.
"""

import pathlib
import re
import shutil
import stat
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "support"))

import unittest_report  # noqa: E402
from clean_debian import PLACE, enter, inside, make_debian, run  # noqa: E402

# What a machine has that people log in to, and what autopkgtest installs from its own archive with.
BASE = ("apt-utils", "openssh-client", "openssh-server", "passwd", "systemd")
BOTH = ("libpam-sms2fa", "sms2fad")
CONFIGURATION = "[delivery]\nproviders = outbox\n[provider outbox]\ntype = outbox\n" \
    "directory = /var/lib/sms2fa/outbox\n"


LOGGED_IN = "logged in with the PIN, and not without it"


def by_itself(*command):
    """What a command says that has loopback and processes of its own, and no network."""
    return run("unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c",
               'ip link set lo up && exec "$@"', "sh", *command)


def mode_of(name):
    info = (PLACE / name).stat()
    return f"{stat.S_IMODE(info.st_mode):o} {info.st_uid} {info.st_gid}"


def contents(*folders):
    """Mode, owner and bytes of every file in these folders, and of the folders themselves."""
    paths = [path for folder in folders for path in [PLACE / folder, *(PLACE / folder).rglob("*")]]
    names = {str(path.relative_to(PLACE)): path for path in paths}
    return {name: (mode_of(name), path.read_bytes() if path.is_file() else b"")
            for name, path in names.items()}


class Packages(unittest.TestCase):
    """One life of the packages. Each test goes on where the one before it ended."""

    @classmethod
    def setUpClass(cls):
        make_debian(BASE)
        cls.packages = {path.name.split("_")[0]: path for path in PACKAGES.glob("*.deb")
                        if "dbgsym" not in path.name}
        assert set(BOTH) <= set(cls.packages), cls.packages

    def group(self):
        return inside("getent", "group", "_sms2fa").split(":")[2]

    def bring(self, name):
        shutil.copy(self.packages[name], PLACE / "var/cache/apt" / f"{name}.deb")
        return f"/var/cache/apt/{name}.deb"

    def bring_older(self, name):
        """The same package with a version before this one."""
        tree = PLACE / "var/tmp" / name
        run("dpkg-deb", "-R", self.packages[name], tree)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub(r"^Version: .*", "Version: 0.0.1", control.read_text(),
                                  flags=re.MULTILINE))
        run("dpkg-deb", "-b", tree, PLACE / "var/cache/apt" / f"{name}.deb")
        shutil.rmtree(tree)
        return f"/var/cache/apt/{name}.deb"

    def install(self, bring):
        inside("apt-get", "install", "-qq", "--no-install-recommends", "-o",
               "Dpkg::Options::=--force-confold", *(bring(name) for name in BOTH))

    def is_configured(self):
        group = self.group()
        self.assertEqual(f"750 0 {group}", mode_of("etc/sms2fa"))
        for name in ("sms2fa.conf", "users.conf", "store.key"):
            self.assertEqual(f"640 0 {group}", mode_of(f"etc/sms2fa/{name}"))
        self.assertEqual("", inside("dpkg", "--audit"))
        self.assertNotIn("pam_sms2fa", (PLACE / "etc/pam.d/common-auth").read_text())

    def test_1_install(self):
        self.install(self.bring_older)
        self.is_configured()
        self.assertIn("sms2fad.socket", "".join(
            path.name for path in (PLACE / "etc/systemd/system/sockets.target.wants").iterdir()))
        self.assertIn("/nonexistent", inside("getent", "passwd", "_sms2fa"))

    def test_2_links_of_the_documentation(self):
        documents = PLACE / "usr/share/doc/sms2fad"
        links = set()
        for page in documents.rglob("*.md"):
            text = page.read_text(encoding="utf-8")
            links |= {(page.parent, link) for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text)}
            # What is named without a link is named from the top.
            links |= {(documents, name) for name in re.findall(r"`(docs/[^` ]+)`", text)}
        self.assertGreater(len(links), 5)
        self.assertEqual([], [f"{place}: {link}" for place, link in links
                              if not (place / link).is_file()])

    def test_3_upgrade_keeps_configuration_owners_profile_and_state(self):
        configuration = PLACE / "etc/sms2fa/sms2fa.conf"
        configuration.write_text(CONFIGURATION)
        (PLACE / "etc/sms2fa/users.conf").write_text("[users]\nsms2fa-test = +353851234567\n")
        secret = PLACE / "etc/sms2fa/twilio.token"
        secret.write_text("0123456789abcdef\n")
        secret.chmod(0o640)
        shutil.chown(secret, 0, int(self.group()))
        (PLACE / "var/lib/sms2fa/kept").write_text("x")
        inside("dpkg-statoverride", "--update", "--add", "root", "root", "0600",
               "/etc/sms2fa/users.conf")
        inside("pam-auth-update", "--package", "--enable", "sms2fa")
        before = contents("etc/sms2fa", "etc/pam.d", "var/lib/sms2fa")
        self.assertEqual("600 0 0", before["etc/sms2fa/users.conf"][0])
        self.assertIn(b"pam_sms2fa", before["etc/pam.d/common-auth"][1])
        self.install(self.bring)
        self.assertNotEqual("0.0.1", inside("dpkg-query", "-W", "-f", "${Version}", "sms2fad"))
        self.assertEqual(before, contents("etc/sms2fa", "etc/pam.d", "var/lib/sms2fa"))
        for name in ("sms2fa.conf", "store.key", "twilio.token"):
            self.assertEqual(f"640 0 {self.group()}", mode_of(f"etc/sms2fa/{name}"))

    def test_4_login_after_the_upgrade(self):
        """With the configuration and the profile from before it."""
        shutil.copy(ROOT / "debian/tests/login", PLACE / "var/tmp/login")
        shown = by_itself("chroot", PLACE, "/var/tmp/login", "as-it-is")
        self.assertIn(LOGGED_IN, shown)
        inside("dpkg-statoverride", "--remove", "/etc/sms2fa/users.conf")
        inside("dpkg-reconfigure", "sms2fad")
        self.is_configured()

    def test_5_autopkgtest(self):
        """As Debian runs it; the namespaces are the container that it asks for."""
        shown = by_itself("autopkgtest", "--ignore-restrictions=isolation-container,breaks-testbed",
                          *self.packages.values(), next(PACKAGES.glob("sms2fa-*/")),
                          "--", "chroot", PLACE)
        self.assertIn(LOGGED_IN, shown)
        self.assertRegex(shown, r"login +PASS")

    def test_6_remove_takes_module_and_profile_along(self):
        """A module without its daemon would let nobody in. What else names it is told, with commands that put things
        back as they were before "sms2fa pam enable"."""
        by_hand = PLACE / "etc/pam.d/by-hand"
        by_hand.write_text("session optional pam_permit.so\n")
        before = contents("etc/pam.d", "etc/ssh/sshd_config.d")
        self.enable_services()
        with by_hand.open("a") as file:
            file.write("auth requisite pam_sms2fa.so\n")
        inside("pam-auth-update", "--package", "--enable", "sms2fa")
        self.assertIn("pam_sms2fa", (PLACE / "etc/pam.d/common-auth").read_text())
        said = inside("apt-get", "remove", "-qq", "sms2fad")
        mending = [line.strip() for line in said.splitlines() if line.startswith("  ")]
        self.assertEqual([
            r"sed -i -e '/pam_sms2fa\.so/d' -e 's/^# off by sms2fa pam: //' /etc/pam.d/by-hand /etc/pam.d/sshd "
            "/etc/pam.d/su", "rm /etc/ssh/sshd_config.d/00-sms2fa.conf && systemctl reload ssh"], mending)
        self.assertNotIn("pam_sms2fa", (PLACE / "etc/pam.d/common-auth").read_text())
        self.assertNotEqual(before, contents("etc/pam.d", "etc/ssh/sshd_config.d"))
        for command in mending:
            inside("sh", "-c", command.removesuffix(" && systemctl reload ssh"))
        self.assertEqual(before, contents("etc/pam.d", "etc/ssh/sshd_config.d"))
        by_hand.unlink()
        for name in BOTH:
            self.assertNotEqual("install ok installed",
                                inside("dpkg-query", "-W", "-f", "${Status}", name))
        self.assertTrue((PLACE / "etc/sms2fa/sms2fa.conf").exists())
        self.assertTrue((PLACE / "var/lib/sms2fa").exists())

    @staticmethod
    def enable_services():
        """Two by "sms2fa pam", with somebody who gets in by them afterwards."""
        inside("useradd", "--create-home", "--shell", "/bin/sh", "ann")
        inside("sh", "-c", "printf 'ann:pw\\nroot:pw\\n' | chpasswd; ssh-keygen -q -t ed25519 -N '' -f /var/tmp/key; "
               "install -D -o ann -m 600 /var/tmp/key.pub /home/ann/.ssh/authorized_keys; chown ann /home/ann/.ssh")
        (PLACE / "etc/sms2fa/users.conf").write_text("[users]\nann = +353851234567\n")
        # The daemon of the tests before may have been killed, and its sockets stand.
        inside("sh", "-e", "-c", "mkdir -p /run/sshd; rm -f /run/sms2fa/*.sock; sms2fad & daemon=$!; "
               "trap 'kill $daemon; wait $daemon' EXIT; "
               "until [ -S /run/sms2fa/auth.sock ]; do kill -0 $daemon; sleep 0.1; done; "
               "sms2fa pam enable sshd --first key --yes; sms2fa pam enable su --first password --yes")

    def test_7_install_after_remove(self):
        self.install(self.bring)
        self.is_configured()

    def test_8_purge_leaves_the_account_only(self):
        for place in ("etc/pam.d.sms2fa-backup", "var/lib/sms2fa"):
            (PLACE / place / "kept").write_text("x")
        (PLACE / "etc/sms2fa/telnyx.key").write_text("secret")
        drop_in = PLACE / "etc/ssh/sshd_config.d/00-sms2fa.conf"
        drop_in.write_text("UsePAM yes\n")
        for _ in range(2):
            inside("dpkg", "--purge", *BOTH)
        for name in ("etc/sms2fa", "etc/pam.d.sms2fa-backup", "var/lib/sms2fa", "usr/share/pam-configs/sms2fa",
                     "usr/sbin/sms2fad"):
            self.assertFalse((PLACE / name).exists(), name)
        self.assertFalse(drop_in.exists())
        self.assertEqual([], [path for path in (PLACE / "etc/pam.d").iterdir() if "sms2fa" in path.read_text()])
        self.assertIn("_sms2fa", inside("getent", "passwd", "_sms2fa"))

    def test_9_install_after_purge(self):
        self.install(self.bring)
        self.is_configured()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    enter()
    PACKAGES = pathlib.Path(sys.argv[1]).resolve()
    unittest_report.run_and_exit(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
