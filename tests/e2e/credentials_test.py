# SPDX-License-Identifier: Apache-2.0
"""The provider's secret and the store's key as credentials of systemd's (LoadCredential=), in the run book's words.

No systemd runs here. The test lays the files where systemd lays them and as systemd does: in a read-only file system of
the service's own, 0400, for the service's account by an access control list, or as their owner where the
file system has no lists (systemd's exec-credential.c). The daemon never is root.
"""

import os
import pathlib
import pwd
import re
import secrets
import struct
import subprocess
import time

from login import PROMPT, LocalLogin
from private_machine import run
from scenario import CONFIGURATION, CREDENTIALS, Scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACE = pathlib.Path("/run/credentials/sms2fad.service")
CAROLS = "+353857654321"
AS_THE_SERVICE = ["setpriv", "--reuid=_sms2fa", "--regid=_sms2fa", "--clear-groups", "--no-new-privs",
                  "--bounding-set=-all"]
# posix_acl_xattr(5): version, then tag, permissions and id of each entry.
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 1, 2, 4, 16, 32
NOBODY = 0xffffffff


def grant(path, permissions, uid):
    """An access control list: owner and `uid` have these permissions, and nobody else any."""
    entries = [(USER_OBJ, permissions, NOBODY), (USER, permissions, uid), (GROUP_OBJ, 0, NOBODY),
               (MASK, permissions, NOBODY), (OTHER, 0, NOBODY)]
    os.setxattr(path, "system.posix_acl_access",
                struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries))


def paths_of_the_run_book():
    """{section: {key: path}} of its example."""
    found, section = {}, None
    for line in (ROOT / "docs/RUNBOOK.md").read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"    \[(.+)\]", line):
            section = header[1]
        elif key := re.fullmatch(r"    (\w+) = (/run/credentials/\S+)", line):
            found[section] = {key[1]: key[2]}
    return found


class Credentials(Scenario):
    def lay(self, contents, owned):
        """As systemd does before it starts the service."""
        account = pwd.getpwnam("_sms2fa")
        PLACE.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "mode=0700,nosuid,nodev,noexec", "tmpfs", PLACE)
        self.addCleanup(run, "umount", PLACE)
        for name, content in contents.items():
            path = PLACE / name
            path.write_text(content, encoding="utf-8")
            path.chmod(0o400)
            if owned:
                os.chown(path, account.pw_uid, -1)
            else:
                grant(path, 4, account.pw_uid)
        PLACE.chmod(0o500)
        if owned:
            os.chown(PLACE, account.pw_uid, -1)
        else:
            grant(PLACE, 5, account.pw_uid)
        run("mount", "-o", "remount,ro", PLACE)

    def configure_as_the_run_book_says(self):
        paths = paths_of_the_run_book()
        self.assertEqual(set(paths), {"provider twilio", "store"})
        usual = dict(CREDENTIALS["twilio"])
        del usual["auth_token"]
        self.provider_section = lambda name: self.with_paths(usual, paths["provider twilio"])
        self.state.mkdir(mode=0o700)
        os.chown(self.state, *pwd.getpwnam("_sms2fa")[2:4])
        self.configure(store={"path": self.state / "state.db"} | paths["store"], enroll={"self": "yes"})
        return [pathlib.Path(path).name for keys in paths.values() for path in keys.values()]

    def with_paths(self, usual, paths):
        fake = self.fake("twilio")
        lines = {"type": "twilio", **usual, **paths, "ca_file": fake.ca_file, "base_url": fake.base_url}
        return "[provider twilio]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())

    def start_as_the_service(self):
        """On a socket of systemd's making, as the service's account from the first instruction on."""
        path = pathlib.Path(self.machine.socket)
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        since = len(self.machine.log.lines)
        self.daemon = self.launch_daemon(
            command=["systemd-socket-activate", "--seqpacket", "-l", path, "-E",
                     f"CREDENTIALS_DIRECTORY={PLACE}", *AS_THE_SERVICE, self.machine.build / "sms2fad",
                     "--config", CONFIGURATION])
        while not path.exists():
            time.sleep(0.01)
        path.chmod(0o666)
        return since

    def logs_in(self, user, after):
        with self.ssh(user) as person:
            person.reads(PROMPT)
            text = self.next_text(after)
            person.types(text.code)
            person.gets_in(user)
        return text

    def house(self, owned):
        key = secrets.token_hex(32)
        self.keep_secret(key)
        names = self.configure_as_the_run_book_says()
        secret = {"sms2fa.twilio-auth-token": CREDENTIALS["twilio"]["auth_token"],
                  "sms2fa.store-key": key + "\n"}
        self.assertEqual(set(names), set(secret))
        self.lay(secret, owned)
        self.start_sshd()
        return self.start_as_the_service()

    def enrolls(self, after):
        person = self.meet(LocalLogin("carol", str(self.machine.build / "sms2fa"), "enroll",
                                      "--socket", str(self.machine.socket)))
        person.sees("Phone number for codes")
        person.types(CAROLS)
        person.sees("Code sent by SMS to ********21")
        person.types(self.next_text(after).code)
        person.sees("From now on codes go to ********21")
        person.sees("Set up an authenticator app?")
        person.types("n")
        person.sees("Backup codes: each lets you in once")
        self.keep_secret(*re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", person.screen))
        person.types("")
        person.sees("Done.")
        self.assertEqual(0, person.waits_for_the_end())

    def goes_well(self, owned):
        since = self.house(owned)
        self.logs_in("alice", 0)
        self.machine.log.wait_for("]: ready", since)
        status = pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text(encoding="ascii")
        uid = str(pwd.getpwnam("_sms2fa").pw_uid)
        self.assertEqual([uid] * 4, re.search(r"^Uid:\s+(.*)$", status, re.MULTILINE)[1].split())
        # Her number is sealed with the key.
        self.enrolls(1)
        self.assertEqual(self.logs_in("carol", 2).to, CAROLS)
        self.assertNotIn(CAROLS.lstrip("+").encode(),
                         b"".join(path.read_bytes() for path in self.state.iterdir()))
        for user in ("alice", "nobody"):
            looked = subprocess.run(["setpriv", f"--reuid={user}", "--clear-groups", "cat",
                                     PLACE / "sms2fa.store-key"], capture_output=True, text=True, check=False)
            self.assertIn("Permission denied", looked.stderr)

        self.administrators_find()

    def command(self, word):
        return subprocess.run([self.machine.build / "sms2fa", word], capture_output=True, text=True, check=False)

    def administrators_find(self):
        """What the run book says of them: check reads them, and rotate-key can't write one."""
        done = self.command("check")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("ok: _sms2fa can read all of it", done.stdout)
        key = (PLACE / "sms2fa.store-key").read_bytes()
        done = self.command("rotate-key")
        self.assertEqual(os.EX_CONFIG, done.returncode)
        self.assertIn("is a credential of systemd's, which nobody can write\n  Let key_file name", done.stderr)
        self.assertEqual(key, (PLACE / "sms2fa.store-key").read_bytes())

    def test_by_an_access_control_list(self):
        self.goes_well(owned=False)

    def test_as_their_owner(self):
        self.goes_well(owned=True)

    def test_a_reload_reads_them_again_and_their_absence_keeps_the_old(self):
        since = self.house(owned=True)
        self.logs_in("alice", 0)
        self.machine.log.wait_for("]: ready", since)
        since = len(self.machine.log.lines)
        self.daemon.send_signal(1)
        self.machine.log.wait_for(f"read {CONFIGURATION} again", since)
        run("mount", "-o", "remount,rw", PLACE)
        (PLACE / "sms2fa.twilio-auth-token").unlink()
        self.daemon.send_signal(1)
        self.machine.log.wait_for("keeping the old configuration: ", since)
        self.logs_in("alice", 1)
        # What must work in any trouble goes on with the store.
        done = self.command("status")
        self.assertEqual(os.EX_OK, done.returncode)
        self.assertIn("auth_token_file: No such file or directory", done.stderr)
