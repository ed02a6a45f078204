# SPDX-License-Identifier: Apache-2.0
"""sms2fa pam, on the files that Debian 12 and 13 ship in /etc/pam.d."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

from doctor_cases import PAM, SSHD_CONFIG, DoctorCase
from private_machine import ROOT, run
from program import CONFIG, CONFIGURATION, NEGATIVE, NOPERM, OK, UNAVAILABLE, USAGE, USERS_FILE

CANTCREAT = 73
BACKUPS = pathlib.Path("/etc/pam.d.sms2fa-backup")
DROP_IN = pathlib.Path("/etc/ssh/sshd_config.d/00-sms2fa.conf")
DEBIAN_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
Include /etc/ssh/sshd_config.d/*.conf
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
PrintMotd no
Subsystem\tsftp\t/usr/lib/openssh/sftp-server
"""
ASKS = "@include common-auth\n"
PROVED = "auth       requisite  pam_sms2fa.so first=proved  # sms2fa pam\n"
LINE = "auth       requisite  pam_sms2fa.so  # sms2fa pam\n"
# What becomes of the line that asks for the password.
PLACED = {"password": ASKS + PROVED, "pin": LINE + ASKS, "key": "# off by sms2fa pam: " + ASKS + LINE}
# Which files get the line: /etc/pam.d/su-l includes su.
FILES = {"sshd": ["sshd"], "sudo": ["sudo", "sudo-i"], "sudo-i": ["sudo", "sudo-i"], "su": ["su"],
         "su-l": ["su"], "login": ["login"]}


class PamSwitchCase(DoctorCase):
    release = "12"

    def setUp(self):
        super().setUp()
        for name in ("other", "common-auth"):
            self.keep(PAM / name)
        self.shipped = self.machine.ship_pam(self.release)
        self.keep(pathlib.Path("/etc/sudoers"))
        self.machine.allow_sudo("alice")
        SSHD_CONFIG.write_text(DEBIAN_SSHD)
        shutil.rmtree(DROP_IN.parent, ignore_errors=True)
        DROP_IN.parent.mkdir()
        self.addCleanup(shutil.rmtree, DROP_IN.parent, ignore_errors=True)
        self.addCleanup(shutil.rmtree, BACKUPS, ignore_errors=True)
        self.keys = pathlib.Path("/home/alice/.ssh/authorized_keys")
        self.keys.parent.mkdir(exist_ok=True)
        self.keys.write_text("ssh-ed25519 AAAA alice\n")
        self.addCleanup(shutil.rmtree, self.keys.parent)
        self.addCleanup(self.machine.install_module())
        self.start_daemon()

    def enable(self, *words, expect=OK):
        return self.run_program("pam", "enable", *words, "--yes", expect=expect)

    def disable(self, *words, expect=OK):
        return self.run_program("pam", "disable", *words, "--yes", expect=expect)

    def refused(self, *words, says, expect=CONFIG):
        """One sentence says why, and nothing has changed."""
        before = self.files()
        done = self.enable(*words, expect=expect)
        self.assertIn(says, done.stdout + done.stderr)
        self.assertEqual(self.files(), before)
        return done

    @staticmethod
    def files():
        """All that the command may write, and what it must not."""
        found = {}
        for folder in (PAM, DROP_IN.parent, BACKUPS):
            for path in (*folder.rglob("*"), folder):
                info = path.lstat() if path.exists() else None
                found[path] = info and (path.read_bytes() if path.is_file() else None, info.st_ino,
                                        stat.S_IMODE(info.st_mode), info.st_uid, info.st_mtime_ns)
        return found


class PamSwitchTest(PamSwitchCase):
    def test_every_service_and_order(self):
        """One line, in the right files; all others stay as they are, and disable undoes it."""
        for service, names in FILES.items():
            for first in ("password", "pin", "key") if service == "sshd" else ("password", "pin"):
                with self.subTest(service=service, first=first):
                    self.enable(service, "--first", first)
                    expected = self.shipped | {name: self.shipped[name].replace(ASKS, PLACED[first])
                                               for name in names}
                    self.assertEqual(self.texts(), expected)
                    self.assertEqual({path.name: path.read_text() for path in BACKUPS.iterdir()},
                                     {name: self.shipped[name] for name in names})
                    self.assertEqual(self.others(), [])
                    checked = self.run_program("check", expect=OK).stdout
                    self.assertIn(f"ok: service {service} asks for a code", checked)
                    self.assertNotIn("lets in without a code", checked)
                    self.assertEqual(DROP_IN.exists(), service == "sshd")
                    before = self.files()
                    said = self.enable(service, "--first", first).stdout
                    self.assertIn(" asks for the PIN already. Nothing was changed.\n", said)
                    self.assertEqual(self.files(), before)
                    self.disable(service)
                    self.assertEqual(self.texts(), self.shipped)
                    self.assertFalse(DROP_IN.exists())
                    shutil.rmtree(BACKUPS)

    def texts(self):
        return {name: (PAM / name).read_text(encoding="utf-8") for name in self.shipped}

    @staticmethod
    def others():
        """What a half-made change would leave."""
        return [path for folder in (PAM, BACKUPS, DROP_IN.parent) for path in folder.glob(".sms2fa-*")]

    def test_another_order(self):
        self.enable("sshd", "--first", "key")
        self.enable("sshd", "--first", "password")
        self.assertEqual((PAM / "sshd").read_text(),
                         self.shipped["sshd"].replace(ASKS, PLACED["password"]))
        self.assertNotIn("AuthenticationMethods", DROP_IN.read_text())
        self.assertEqual((BACKUPS / "sshd").read_text(), self.shipped["sshd"])

    def test_the_difference_is_one_that_patch_takes(self):
        for service, first in (("sshd", "password"), ("sshd", "key"), ("su", "pin")):
            with self.subTest(service=service, first=first):
                shown = self.run_program("pam", "enable", service, "--first", first, "--dry-run",
                                         expect=OK).stdout
                self.assertTrue(shown.endswith("Nothing was changed.\n"))
                self.assertEqual(self.texts(), self.shipped)
                self.assertFalse(DROP_IN.exists() or BACKUPS.exists())
                run("patch", "-p0", "-d", "/", input=shown[shown.index("--- "):])
                by_patch, settings = self.texts(), DROP_IN.exists() and DROP_IN.read_text()
                self.machine.ship_pam(self.release)
                DROP_IN.unlink(missing_ok=True)
                self.enable(service, "--first", first)
                self.assertEqual(self.texts(), by_patch)
                self.assertEqual(DROP_IN.exists() and DROP_IN.read_text(), settings)
                self.disable(service)
                shutil.rmtree(BACKUPS)

    def test_modes_and_owners(self):
        (PAM / "sudo").chmod(0o640)
        shutil.chown(PAM / "sudo", "root", "daemon")
        self.enable("sudo")
        self.assertEqual(((PAM / "sudo").stat().st_mode & 0o7777, (PAM / "sudo").group()),
                         (0o640, "daemon"))
        self.assertEqual(BACKUPS.stat().st_mode & 0o7777, 0o700)
        self.assertEqual((BACKUPS / "sudo").stat().st_mode & 0o7777, 0o600)

    def test_it_asks_on_a_terminal(self):
        for answer, code in (("n", NEGATIVE), ("", NEGATIVE), ("y", OK)):
            child = self.in_terminal("pam", "enable", "sudo")
            child.expect_exact("Make these changes? [y/N] ")
            self.assertIn("+" + PROVED.strip(), child.before)
            child.sendline(answer)
            self.assertEqual(self.end_of(child)[1], code)
            self.assertEqual("pam_sms2fa.so" in (PAM / "sudo").read_text(), code == OK)
        before = self.files()
        done = self.run_program("pam", "disable", "sudo", expect=USAGE)
        self.assertIn("Without a terminal say --yes", done.stderr)
        self.assertEqual(self.files(), before)

    def test_what_to_do_next(self):
        said = self.enable("sshd").stdout
        self.assertIn("Now run: kill -HUP $(cat /run/sshd.pid)\n", said)
        self.assertIn("Keep this root shell open until a login in another terminal has worked. If it "
                      "does not: sms2fa pam disable sshd\n", said)
        self.assertIn("Now run: kill -HUP $(cat /run/sshd.pid)\n", self.disable("sshd").stdout)
        soon = "Until then the PIN may be all that ssh asks for, without the key.\n"
        self.assertNotIn(soon, said)
        self.assertIn(soon, self.enable("sshd", "--first", "key").stdout)
        self.under_systemd()
        self.assertRegex(self.enable("sshd").stdout, "Now run: systemctl reload sshd?\n")
        self.assertNotIn("reload", self.enable("sudo").stdout)

    def test_a_file_changed_by_hand_before_and_since(self):
        """A line above, another kind of password, no newline at the end; then more of it."""
        own = ("#%PAM-1.0\nauth required pam_env.so\n\nauth [success=1 default=ignore] pam_unix.so\n"
               "auth requisite pam_deny.so\nauth required pam_permit.so")
        (PAM / "sudo").write_text(own)
        self.enable("sudo")
        # Where a right password jumps to.
        permit = "auth required pam_permit.so"
        self.assertEqual((PAM / "sudo").read_text(), own.replace(permit, PROVED + permit))
        self.disable("sudo")
        self.assertEqual((PAM / "sudo").read_text(), own)
        own = "@include common-account\n" + ASKS.rstrip("\n")
        (PAM / "sudo").write_text(own)
        self.enable("sudo")
        self.assertEqual((PAM / "sudo").read_text(), own + "\n" + PROVED.rstrip("\n"))
        self.disable("sudo")
        self.assertEqual((PAM / "sudo").read_text(), own)
        own = own + "\nsession required pam_limits.so\n"
        (PAM / "sudo").write_text(own)
        self.enable("sudo", "--first", "pin")
        changed = (PAM / "sudo").read_text().replace("pam_sms2fa.so", "pam_sms2fa.so debug")
        (PAM / "sudo").write_text(changed + "session optional pam_exec.so /bin/true\n")
        self.disable("sudo")
        self.assertEqual((PAM / "sudo").read_text(), own + "session optional pam_exec.so /bin/true\n")

    def test_settings_added_to_the_drop_in_stay(self):
        self.enable("sshd", "--first", "key")
        with DROP_IN.open("a") as file:
            file.write("LoginGraceTime 300\n")
        self.disable("sshd")
        self.assertEqual(DROP_IN.read_text(), "LoginGraceTime 300\n")
        self.refused("sshd", says="/etc/ssh/sshd_config.d/00-sms2fa.conf is there already")

    def test_somebody_elses_line_stays(self):
        own = self.shipped["sudo"].replace(ASKS, ASKS + "auth requisite pam_sms2fa.so\n")
        (PAM / "sudo").write_text(own)
        self.refused("sudo", says="/etc/pam.d/sudo:7 asks for a code already, and sms2fa pam did not put")
        done = self.disable("sudo", expect=NEGATIVE)
        self.assertIn("/etc/pam.d/sudo:7 asks for a code, but sms2fa pam did not put that", done.stderr)
        self.assertEqual((PAM / "sudo").read_text(), own)
        # And the family's other service gets one.
        self.enable("sudo-i")
        self.assertEqual((PAM / "sudo").read_text(), own)
        self.assertIn(PROVED, (PAM / "sudo-i").read_text())

    def test_disable_where_nothing_is(self):
        self.assertEqual(self.disable("sudo").stdout, "sudo asks for no PIN. Nothing was changed.\n")

    def test_disable_needs_nothing_that_works(self):
        """Everything may be broken: that is when it is needed."""
        self.enable("sudo")
        self.enable("sshd")
        for path in (CONFIGURATION, USERS_FILE):
            pathlib.Path(path).write_text("nonsense\n")
        SSHD_CONFIG.write_text("nonsense\n")
        (self.machine.state / "security/pam_sms2fa.so").unlink()
        for service in ("sudo", "sshd"):
            self.disable(service)
        self.assertEqual(self.texts(), self.shipped)

    def test_what_the_package_tells_to_type_when_it_goes(self):
        """It takes out what enable put in, too."""
        script = (ROOT / "debian/libpam-sms2fa.prerm").read_text(encoding="utf-8")
        [mending] = re.findall(r"^  (sed -i .*) \$left$", script, re.M)
        for first in PLACED:
            self.enable("sshd", "--first", first)
            run("sh", "-c", f"{mending} /etc/pam.d/sshd")
            self.assertEqual(self.texts(), self.shipped)

    def test_status(self):
        self.enable("sudo")
        said = self.run_program("pam", "status", expect=OK).stdout
        for service in ("sudo", "sudo-i"):
            self.assertIn(f"ok: service {service} asks for a code (/etc/pam.d/{service}:7)\n", said)
        self.assertRegex(said, "note: a password is enough for: .*login, .*sshd, su, su-l\n")
        self.assertEqual(self.json_of("pam", "status")["findings"][0]["severity"], "ok")
        self.assertEqual(self.run_program("pam", "status", "su", expect=OK).stdout,
                         "note: service su asks for no code\n")
        (PAM / "sudo-i").write_text(self.shipped["sudo-i"])
        self.assertIn("error: 'sudo -i' lets in without a code",
                      self.run_program("pam", "status", expect=CONFIG).stdout)


class PamSwitchOnDebian13(PamSwitchTest):
    release = "13"

    def test_the_files_differ(self):
        self.assertNotEqual(self.shipped["sshd"], self.machine.ship_pam("12")["sshd"])


class PamSwitchRefusesTest(PamSwitchCase):
    def test_what_would_not_be_asked(self):
        (PAM / "sudo").write_text("auth sufficient pam_fprintd.so\n" + self.shipped["sudo"])
        self.refused("sudo", says="/etc/pam.d/sudo:1: pam_fprintd.so leads past the code")
        # With the PIN first there is a place above it.
        self.enable("sudo", "--first", "pin")
        self.assertTrue((PAM / "sudo").read_text().startswith(LINE + "auth sufficient pam_fprintd.so\n"))

    def test_a_password_that_need_not_be_right(self):
        (PAM / "sudo").write_text("auth required pam_unix.so\naccount required pam_unix.so\n")
        self.refused("sudo", says="/etc/pam.d/sudo:2: first=proved is not true")

    def test_a_lock_out(self):
        (PAM / "sudo").write_text("auth requisite pam_unix.so\nauth requisite pam_deny.so\n")
        self.refused("sudo", says="nobody would get in by this service")

    def test_a_file_without_a_password(self):
        (PAM / "login").write_text("auth required pam_permit.so\naccount required pam_unix.so\n")
        self.refused("login", says="/etc/pam.d/login has no place for the line by itself")
        (PAM / "login").write_text("account required pam_unix.so\n")
        self.refused("login", says="/etc/pam.d/login has no place for the line by itself")

    def test_services_that_are_none(self):
        for name in ("shhd", "../sshd", "common-auth", "other", "/etc/pam.d/sshd"):
            with self.subTest(name):
                self.refused(name, says="stands for many services" if name in ("common-auth", "other")
                             else "there is no service")
        self.refused("shhd", says="did you mean sshd?")

    def test_a_family_without_a_file(self):
        (PAM / "sudo-i").unlink()
        self.refused("sudo", says="there is no /etc/pam.d/sudo-i, so 'sudo -i' would ask what "
                                  "/etc/pam.d/other asks, and for no code; put the file back")
        (PAM / "other").write_text("auth requisite pam_deny.so\n")
        self.enable("sudo")

    def test_a_symbolic_link(self):
        os.rename(PAM / "sudo", "/etc/sudo.own")
        (PAM / "sudo").symlink_to("/etc/sudo.own")
        self.refused("sudo", says="/etc/pam.d/sudo is a symbolic link; put a copy in its place first: cp "
                                  "--remove-destination $(readlink -f /etc/pam.d/sudo) /etc/pam.d/sudo")
        self.assertTrue((PAM / "sudo").is_symlink())
        run("sh", "-c", "cp --remove-destination $(readlink -f /etc/pam.d/sudo) /etc/pam.d/sudo")
        self.enable("sudo")

    def test_files_that_can_not_be_written(self):
        """The whole of /etc, and the last file of several."""
        run("mount", "-o", "remount,ro,bind", "/etc")
        try:
            for service in ("sudo", "sshd"):
                self.refused(service, says="Read-only file system", expect=CANTCREAT)
        finally:
            run("mount", "-o", "remount,rw,bind", "/etc")
        run("mount", "--bind", PAM / "sudo-i", PAM / "sudo-i")
        try:
            done = self.enable("sudo", expect=CANTCREAT)
        finally:
            run("umount", PAM / "sudo-i")
        self.assertIn("nothing was changed: /etc/pam.d/sudo-i: Device or resource busy", done.stderr)
        for name in ("sudo", "sudo-i"):
            self.assertEqual((PAM / name).read_text(), self.shipped[name])

    def test_no_module(self):
        module = self.machine.state / "security/pam_sms2fa.so"
        module.write_text("no module\n")
        self.refused("sudo", says="pam_sms2fa.so can't be loaded, so whatever asks for a code refuses")
        module.chmod(0o666)
        self.refused("sudo", says="must be a file that only root can write")
        module.unlink()
        self.refused("sudo", says="there is no /lib/")

    def test_no_daemon_no_configuration_nobody(self):
        self.machine.write_trusted(USERS_FILE, "[users]\n")
        self.refused("sudo", says="not one account can log in")
        pathlib.Path(CONFIGURATION).write_text("nonsense\n")
        self.refused("sudo", says="error: /etc/sms2fa/sms2fa.conf:1: ")
        self.configure()
        self.machine.stop(self.daemon)
        self.refused("sudo", says="error: no daemon at /run/sms2fa/auth.sock", expect=UNAVAILABLE)

    def start_daemon(self):
        self.daemon = self.machine.start_daemon(CONFIGURATION)
        self.addCleanup(lambda: self.daemon.poll() is None and self.machine.stop(self.daemon))

    def test_the_last_door(self):
        """Root has no password, and whom sudo lets become root can't log in."""
        self.machine.allow_sudo("tom")
        self.addCleanup(run, "usermod", "--shell", "/usr/sbin/nologin", "tom")
        run("usermod", "--shell", "/bin/sh", "tom")
        run("passwd", "--lock", "root")
        self.refused("sudo", says="this is the last path to root: once this session ends, nobody can "
                                  "become root here, because root has no password for the console, and "
                                  "sudo asks for a code")
        self.enable("su")
        run("chpasswd", input="root:password of root\n")
        self.enable("sudo")
        # The console is a door as well.
        self.refused("login", says="this is the last path to root")

    def test_no_door_that_could_close(self):
        """As on many a rented machine: nobody has a password, and a key and sudo make root."""
        self.machine.allow_sudo()
        run("passwd", "--lock", "root")
        self.assertNotIn("door", self.enable("sshd").stdout)

    def test_others_than_root(self):
        done = self.run_program("pam", "enable", "sudo", "--yes", user="alice", expect=NOPERM)
        self.assertIn("Run it as root: sudo sms2fa pam enable sudo", done.stderr)

    def test_words(self):
        for said, *words in (("write enable, disable or status\n",),
                             ("did you mean enable?", "enabel", "sudo"),
                             ("which service? Write: sms2fa pam enable SERVICE", "enable"),
                             ("which service? Write: sms2fa pam enable SERVICE", "enable", ""),
                             ("--first knows password, pin and key", "enable", "sudo", "--first", "pni"),
                             ("--first key is for sshd", "enable", "sudo", "--first", "key"),
                             ("--json is for status", "enable", "sudo", "--json"),
                             ("unexpected argument su", "enable", "sudo", "su")):
            with self.subTest(words):
                self.assertIn(said, self.run_program("pam", *words, expect=USAGE).stderr)


class PamSwitchSshdTest(PamSwitchCase):
    def settings(self):
        done = subprocess.run(["/usr/sbin/sshd", "-T"], capture_output=True, text=True, check=True)
        return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)

    def test_sshd_reads_the_drop_in(self):
        (DROP_IN.parent / "50-cloud-init.conf").write_text("PasswordAuthentication yes\n")
        self.enable("sshd", "--first", "key")
        settings = self.settings()
        self.assertEqual((settings["passwordauthentication"], settings["kbdinteractiveauthentication"],
                          settings["authenticationmethods"]),
                         ("no", "yes", "publickey,keyboard-interactive:pam"))
        self.run_program("pam", "disable", "sshd", "--yes", expect=OK)
        self.assertEqual(self.settings()["passwordauthentication"], "yes")

    def test_keys_that_are_enough_are_named(self):
        said = self.enable("sshd").stdout
        self.assertIn("warning: sshd: people who have a key get in without a code", said)
        self.assertNotIn("gets in without a code", self.enable("sshd", "--first", "key").stdout)

    def test_nobody_has_a_key(self):
        self.assertIn("warning: sshd would lock these out, who have no SSH key here: bob\n",
                      self.enable("sshd", "--first", "key").stdout)
        self.disable("sshd")
        self.keys.write_text("# none\n")
        self.refused("sshd", "--first", "key", says="nobody who has a second factor has an SSH key here")
        self.enable("sshd")
        self.disable("sshd")
        # Elsewhere, or nowhere that could be looked at.
        SSHD_CONFIG.write_text(DEBIAN_SSHD + "AuthorizedKeysFile /etc/keys.%u %h/.keys\n")
        keys = pathlib.Path("/etc/keys.bob")
        self.addCleanup(keys.unlink)
        keys.write_text("ssh-ed25519 AAAA bob\n")
        self.assertIn("no SSH key here: alice\n", self.enable("sshd", "--first", "key").stdout)
        self.disable("sshd")
        SSHD_CONFIG.write_text(DEBIAN_SSHD + "AuthorizedKeysFile none\nAuthorizedKeysCommand /bin/true\n"
                               "AuthorizedKeysCommandUser nobody\n")
        self.enable("sshd", "--first", "key")

    def test_no_include(self):
        SSHD_CONFIG.write_text(DEBIAN_SSHD.replace("Include", "#Include"))
        mending = "sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config"
        self.refused("sshd", says="/etc/ssh/sshd_config does not include the files in "
                                  "/etc/ssh/sshd_config.d; let it, by a first line: " + mending)
        run("sh", "-c", mending)
        self.enable("sshd")

    def test_a_line_that_decides_before(self):
        SSHD_CONFIG.write_text("PasswordAuthentication yes\n" + DEBIAN_SSHD)
        self.refused("sshd", says="another line decides before /etc/ssh/sshd_config.d/00-sms2fa.conf can "
                                  "say: PasswordAuthentication no; ")
        (DROP_IN.parent / "00-first.conf").write_text("UsePAM no\n")
        SSHD_CONFIG.write_text(DEBIAN_SSHD)
        self.refused("sshd", says="can say: UsePAM yes; ")

    def test_an_include_within_a_match_block(self):
        SSHD_CONFIG.write_text("HostKey /etc/ssh/ssh_host_ed25519_key\nMatch User bob\n"
                               "Include /etc/ssh/sshd_config.d/*.conf\n")
        self.refused("sshd", says="sshd")

    def test_a_configuration_that_sshd_refuses(self):
        SSHD_CONFIG.write_text(DEBIAN_SSHD + "Nonsense yes\n")
        self.refused("sshd", says="sshd refuses its own configuration: ")
        # sudo has nothing to do with it.
        self.enable("sudo")

    def test_put_back_when_sshd_refuses_it_in_place(self):
        """What was true a moment ago: somebody else breaks the configuration meanwhile."""
        child = self.in_terminal("pam", "enable", "sshd")
        child.expect_exact("Make these changes? [y/N] ")
        SSHD_CONFIG.write_text(DEBIAN_SSHD + "Nonsense yes\n")
        child.sendline("y")
        said, code = self.end_of(child)
        self.assertEqual(code, CANTCREAT, said)
        self.assertIn("nothing was changed: sshd refuses its own configuration", said)
        self.assertFalse(DROP_IN.exists())
        self.assertEqual((PAM / "sshd").read_text(), self.shipped["sshd"])

    def test_a_file_that_somebody_changes_meanwhile(self):
        child = self.in_terminal("pam", "enable", "sshd")
        child.expect_exact("Make these changes? [y/N] ")
        (PAM / "sshd").write_text(self.shipped["sshd"] + "# new\n")
        child.sendline("y")
        said, code = self.end_of(child)
        self.assertEqual(code, CANTCREAT, said)
        self.assertIn("/etc/pam.d/sshd was changed by somebody else meanwhile", said)
        self.assertFalse(DROP_IN.exists())
