# SPDX-License-Identifier: Apache-2.0
"""sms2fa backup and restore, and what still works when the configuration is wrong."""

import pathlib
import shutil
import subprocess
import tarfile
import threading

import protocol
from enrolment_cases import KEY_FILE, OATH_KEY, EnrolmentCase
from program import CONFIG, CONFIGURATION, NOPERM, NOUSER, OK, TEMPFAIL, USAGE, USERS_FILE

CANTCREAT = 73
ETC = pathlib.Path("/etc/sms2fa")


def app_code():
    return subprocess.run(["oathtool", "--totp", OATH_KEY], check=True, capture_output=True,
                          text=True).stdout.strip()


class BackupCase(EnrolmentCase):
    def setUp(self):
        super().setUp()
        self.run_program("rotate-key", "--init", expect=OK)
        self.file = self.machine.state / "backup.tar"
        self.file.unlink(missing_ok=True)
        self.addCleanup(self.tidy)

    def tidy(self):
        for path in [*ETC.glob("*.before-restore*"), *ETC.glob(".sms2fa-backup*")]:
            path.unlink()

    def backup(self, *more):
        return self.run_program("backup", self.file, *more, expect=OK)

    def members(self):
        with tarfile.open(self.file) as archive:
            return {member.name: archive.extractfile(member).read() for member in archive}

    def login(self, user, answer, rhost="192.0.2.8"):
        with protocol.Client(self.machine.socket) as client:
            client.hello(user, service="sshd", rhost=rhost)
            client.prompt()
            client.answers(answer)
            return client.verdict()

    def lose_everything(self):
        """What a new machine with the package, and a daemon never started, looks like."""
        for path in (pathlib.Path(CONFIGURATION), pathlib.Path(USERS_FILE), KEY_FILE):
            path.unlink()
        for path in self.directory.iterdir():
            path.unlink()


class BackupTest(BackupCase):
    def test_another_machine_lets_the_same_people_in(self):
        self.start()
        self.import_app("bob")
        spent, unspent = self.json_of("codes", "alice")["codes"][:2]
        self.assertEqual(self.login("alice", spent), (protocol.ACCEPTED, "right-code"))
        said = self.backup("--with-keys").stdout
        self.assertIn("holds sms2fa.conf, users.conf, state.db, store.key.", said)
        self.stop()
        self.lose_everything()
        done = self.run_program("restore", self.file, expect=OK)
        self.assertNotIn("warning", done.stdout)
        self.assert_owned_by_the_daemon()
        for path in (CONFIGURATION, USERS_FILE, KEY_FILE):
            info = pathlib.Path(path).stat()
            self.assertEqual((info.st_uid, info.st_mode & 0o777), (0, 0o640), path)
        self.start()
        self.assertEqual(self.login("bob", app_code()), (protocol.ACCEPTED, "right-code"))
        with protocol.Client(self.machine.socket) as client:
            client.hello("alice", service="sshd", rhost="192.0.2.9")
            client.prompt()
            client.answers(spent)
            self.assertIn("Wrong code", client.prompt())
        self.assertEqual(self.login("alice", unspent), (protocol.ACCEPTED, "right-code"))

    def test_the_archive_is_roots_alone_and_never_overwrites(self):
        self.start()
        self.backup()
        info = self.file.stat()
        self.assertEqual((info.st_uid, info.st_mode & 0o777), (0, 0o600))
        before = self.file.read_bytes()
        self.run_program("backup", self.file, expect=CANTCREAT)
        self.assertEqual(self.file.read_bytes(), before)
        self.assertEqual(list(self.machine.state.glob(".sms2fa-backup*")), [])
        self.assertEqual(list(self.directory.glob("*.copy-*")), [])

    def test_the_key_only_by_choice(self):
        self.start()
        self.import_app("bob")
        said = self.backup().stdout
        self.assertIn(f"Without {KEY_FILE}, enrolled numbers and apps cannot be read.", said)
        self.assertNotIn("store.key", self.members())
        key = KEY_FILE.read_text().strip()
        self.assertNotIn(key.encode(), self.file.read_bytes())
        self.stop()
        self.lose_everything()
        done = self.run_program("restore", self.file, expect=OK)
        self.assertRegex(done.stdout, rf"warning: {KEY_FILE}: No such file")

    def test_consistent_while_people_log_in(self):
        self.configure("[limits]\nsends_per_number = 1000/1h\nsends_per_user = 1000/1h\n"
                       "sends_per_source = 1000/1h\nsends_per_host = 1000/1h\n")
        self.start()
        codes = self.json_of("codes", "alice")["codes"]
        going = threading.Event()
        verdicts = []

        def log_in():
            for code in codes:
                verdicts.append(self.login("alice", code))
                going.set()

        thread = threading.Thread(target=log_in)
        thread.start()
        self.assertTrue(going.wait(30))
        self.backup("--with-keys")
        thread.join()
        self.assertEqual(verdicts, [(protocol.ACCEPTED, "right-code")] * len(codes))
        copy = self.machine.state / "copy.db"
        copy.write_bytes(self.members()["state.db"])
        said = subprocess.run(["sqlite3", copy, "PRAGMA integrity_check"], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual(said, "ok\n")

    def test_what_was_there_is_kept(self):
        self.start()
        self.backup("--with-keys")
        self.stop()
        old = self.files()["state.db"]
        self.machine.write_trusted(USERS_FILE, "[users]\ncarol = +353851234567\n")
        self.run_program("restore", self.file, expect=OK)
        self.assertIn("carol", pathlib.Path(USERS_FILE + ".before-restore").read_text())
        self.assertIn("alice", pathlib.Path(USERS_FILE).read_text())
        self.assertEqual(self.files()["state.db.before-restore"], old)

    def test_refused(self):
        self.run_program("backup", expect=USAGE)
        self.run_program("restore", expect=USAGE)
        self.start()
        self.backup()
        self.assertIn("the daemon is running",
                      self.run_program("restore", self.file, expect=TEMPFAIL).stderr)
        self.stop()
        self.run_program("backup", "/tmp/x.tar", user="alice", expect=NOPERM)
        self.run_program("restore", self.file, user="alice", expect=NOPERM)
        before = pathlib.Path(CONFIGURATION).read_text()
        shutil.chown(self.file, "alice")
        self.assertIn("is not owned by root",
                      self.run_program("restore", self.file, expect=CANTCREAT).stderr)
        self.assertEqual(pathlib.Path(CONFIGURATION).read_text(), before)

    def test_a_foreign_archive_writes_nothing(self):
        for name, kind in (("../../etc/shadow", tarfile.REGTYPE), ("sms2fa.conf", tarfile.SYMTYPE),
                           ("users.conf", tarfile.REGTYPE)):
            with self.subTest(name=name, kind=kind):
                self.file.unlink(missing_ok=True)
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc/shadow"
                with tarfile.open(self.file, "w") as archive:
                    archive.addfile(member)
                self.file.chmod(0o600)
                before = {path: path.read_bytes() for path in ETC.iterdir()}
                self.run_program("restore", self.file, expect=CANTCREAT)
                self.assertEqual({path: path.read_bytes() for path in ETC.iterdir()}, before)


class WrongConfigurationTest(EnrolmentCase):
    """Locked out, and the configuration has a typo: the night must still come to an end."""

    def spoil(self):
        path = pathlib.Path(CONFIGURATION)
        path.write_text(path.read_text() + "[deliverry]\nx = y\n")

    def test_the_rescue_commands_work(self):
        self.lock()
        self.stop()
        self.spoil()
        self.run_program("check", expect=CONFIG)
        for command in (["status"], ["status", "alice"], ["log"], ["bypass", "alice", "--reason", "x"],
                        ["unlock", "alice"]):
            with self.subTest(command):
                done = self.run_program(*command)
                self.assertLessEqual(done.returncode, 1, done.stderr)
                self.assertIn("only its [store] was used", done.stderr)
                self.assertIn("deliverry", done.stderr)
        self.assertEqual(self.json_of("unlock", "alice", expect=1)["error"],
                         "alice is not locked, and has no wrong code to forget")

    def test_a_bypass_for_somebody_with_nothing_on_record(self):
        self.machine.add_user("erin", "x")
        self.start()
        code = self.json_of("bypass", "erin", "--reason", "first day")["bypass"]
        with protocol.Client(self.machine.socket) as client:
            client.hello("erin", service="sshd", rhost="192.0.2.8")
            client.prompt()
            client.answers(code)
            self.assertEqual(client.verdict(), (protocol.ACCEPTED, "right-code"))
        self.run_program("bypass", "no-such-account", "--reason", "x", expect=NOUSER)
