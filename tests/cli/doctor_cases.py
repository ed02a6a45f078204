# SPDX-License-Identifier: Apache-2.0
"""sms2fa doctor on machines with broken setups: each finding where it must appear, and where not."""

import ctypes
import pathlib
import pwd
import re
import shutil

from private_machine import run
from program import (CONFIG, CONFIGURATION, NEGATIVE, NOPERM, OK, UNAVAILABLE, USERS_FILE, ProgramCase,
                     newest_text, provider_section)

PAM = pathlib.Path("/etc/pam.d")
SSHD_CONFIG = pathlib.Path("/etc/ssh/sshd_config")
PASSWORD_THEN_CODE = ["auth requisite pam_unix.so", "auth requisite {module}",
                      "account required pam_unix.so"]
CODE_ALONE = ["auth requisite {module}", "account required pam_unix.so"]
PASSWORD = ["auth requisite pam_unix.so", "account required pam_unix.so"]
GOOD_SSHD = {"UsePAM": "yes", "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no",
             "PubkeyAuthentication": "no", "UseDNS": "no"}
SSHD_FINE = "ok: sshd's settings let people be asked for a code\n"


def libcurl_says(code):
    """Its own words for an error, which change with its versions."""
    library = ctypes.CDLL("libcurl.so.4")
    library.curl_easy_strerror.restype = ctypes.c_char_p
    return library.curl_easy_strerror(code).decode()


class DoctorCase(ProgramCase):
    """A machine where nothing is wrong; each test breaks one thing."""

    def setUp(self):
        super().setUp()
        for path in PAM.glob("case*"):
            path.unlink()
        self.module = self.machine.state / "pam_sms2fa.so"
        shutil.copy(self.machine.module, self.module)
        shutil.chown(self.module, "root")
        self.module.chmod(0o644)
        for name in ("sshd", "login", "sudo", "sudo-i", "su", "su-l"):
            self.keep(PAM / name)
        self.write("sshd", PASSWORD_THEN_CODE)
        self.write("login", PASSWORD)
        self.write_sudo(PASSWORD)
        self.keep(SSHD_CONFIG)
        key = pathlib.Path("/etc/ssh/ssh_host_ed25519_key")
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        self.write_sshd({})
        run("chpasswd", input="root:password of root\n")
        # People of the machine that the tests run on.
        for entry in pwd.getpwall():
            if entry.pw_uid >= 1000 and entry.pw_name not in ("alice", "bob", "nobody"):
                run("usermod", "--shell", "/usr/sbin/nologin", entry.pw_name)

    def keep(self, path):
        """Whatever a test does to this file, it is undone."""
        before = path.read_bytes() if path.exists() else None
        self.addCleanup(lambda: path.unlink(missing_ok=True) if before is None
                        else path.write_bytes(before))

    def write(self, service, lines):
        (PAM / service).write_text("\n".join(lines).replace("{module}", str(self.module)) + "\n")

    def write_sudo(self, lines):
        """For `sudo` and for `sudo -i`."""
        self.write("sudo", lines)
        self.write("sudo-i", lines)

    def write_sshd(self, changes, more=""):
        settings = GOOD_SSHD | changes
        SSHD_CONFIG.write_text("HostKey /etc/ssh/ssh_host_ed25519_key\n" + "".join(
            f"{name} {value}\n" for name, value in settings.items()) + more)

    def start_daemon(self):
        process = self.machine.start_daemon(CONFIGURATION)
        self.addCleanup(self.machine.stop, process)
        return process

    def doctor(self, *arguments, expect=OK, says=(), not_says=()):
        done = self.run_program("doctor", *arguments, expect=expect)
        self.assertRegex(done.stdout, r"^(?:(?:ok|note|warning|error): .+\n)+$")
        for text in says:
            self.assertIn(text, done.stdout)
        for text in not_says:
            self.assertNotIn(text, done.stdout)
        return done.stdout


class DoctorTest(DoctorCase):
    def test_nothing_is_wrong(self):
        self.start_daemon()
        said = self.doctor(says=[
            f"ok: {self.module} can be loaded, version ", SSHD_FINE, "ok: sms2fad answers, version ",
            "ok: everybody with a shell can log in\n",
            "ok: when daemon or provider fail, root is still reached at the console\n"])
        self.assertNotIn("error: ", said)
        # The clock is this machine's own.
        self.assertEqual([line for line in said.splitlines()
                          if line.startswith("warning: ") and "clock" not in line], [])
        self.assertEqual(list(self.outbox.iterdir()), [])

    def test_json(self):
        answer = self.json_of("doctor", expect=UNAVAILABLE)
        self.assertIn("no daemon at /run/sms2fa/auth.sock",
                      [f["text"] for f in answer["findings"] if f["severity"] == "error"][0])

    def test_somebody_without_rights(self):
        done = self.run_program("doctor", user="alice", expect=NOPERM)
        self.assertIn("note: what only root may see was left out; run: sudo sms2fa doctor",
                      done.stdout)

    # The module

    def test_a_module_that_is_none(self):
        self.module.write_bytes(b"not a library\n")
        self.doctor(expect=CONFIG, says=[f"error: {self.module} can't be loaded, so whatever asks "
                                         "for a code refuses everybody: "])

    def test_a_module_without_the_entry(self):
        other = next(pathlib.Path("/lib").glob("*/libdl.so.2"))
        self.module.write_bytes(other.read_bytes())
        self.doctor(expect=CONFIG, says=["can't be loaded", "pam_sm_authenticate"])

    def test_a_module_that_others_can_write_is_not_loaded(self):
        self.module.write_bytes(b"not a library\n")
        self.module.chmod(0o666)
        self.doctor(expect=CONFIG, says=["must be a file that only root can write"],
                    not_says=["can't be loaded", "can be loaded"])

    def test_a_module_of_another_version(self):
        self.start_daemon()
        mark = b"pam_sms2fa version "
        built = self.module.read_bytes()
        version = re.search(mark + rb"([\d.]+)\0", built)[1]
        other = re.sub(rb"\d", b"9", version)
        for file, says in ((built.replace(mark + version, mark + other), "version " + other.decode()),
                           (built.replace(mark, b"-" * len(mark)), "of an unknown version")):
            self.module.write_bytes(file)
            self.doctor(says=[f"warning: {self.module} can be loaded, but is {says}, and this "
                              "program "], not_says=[f"ok: {self.module} can be loaded"])

    # Providers

    certificate = "good"

    def provider(self, kind, *says, expect=OK, **changes):
        fake = self.fake(kind, self.certificate)
        self.configure(provider_section(kind, fake, **changes), kind)
        self.start_daemon()
        self.doctor(expect=expect, says=says)
        self.assertEqual(fake.messages(), [])

    def test_providers_that_know_us(self):
        for kind in ("twilio", "telnyx"):
            with self.subTest(kind):
                self.provider(kind, f"ok: provider {kind} answers and knows our account\n")
                self.doCleanups()
                self.setUp()

    def test_a_provider_that_does_not_know_us(self):
        self.provider("twilio", "error: provider twilio refuses our account or key (",
                      "; compare its section in sms2fa.conf with the provider's console\n",
                      expect=CONFIG, auth_token="c" * 32)

    def unclear(self, reason, what_to_do, **changes):
        self.provider("twilio", f"error: provider twilio gives no clear answer ({reason}); {what_to_do}",
                      expect=UNAVAILABLE, **changes)

    def test_a_provider_that_is_not_there(self):
        no_proxy, no_host, no_connection = (libcurl_says(code) for code in (5, 6, 7))
        refused = f"{no_connection}: Connection refused"
        network = "look after the network up to 127.0.0.1, a firewall, and its base_url\n"
        proxy = "look after its proxy, and the network up to there\n"
        nameless = "no name server says where no.such.host.invalid is ("
        for reason, what_to_do, changes in (
                (refused, network, {"base_url": "https://127.0.0.1:1"}),
                (refused, network, {"base_url": "https://[::1]:1"}),
                (refused, proxy, {"proxy": "http://127.0.0.1:1"}),
                (no_host, nameless, {"base_url": "https://no.such.host.invalid:1"}),
                (no_proxy, proxy, {"proxy": "http://no.such.host.invalid:1"})):
            with self.subTest(changes):
                self.unclear(reason, what_to_do.replace("127.0.0.1", "::1") if "[::1]" in str(changes) else what_to_do,
                             **changes)
                self.doCleanups()
                self.setUp()

    def test_a_provider_with_a_bad_certificate(self):
        expired = "the certificate is refused: certificate has expired"
        file = "/etc/sms2fa/twilio-ca.pem"
        for certificate, reason, what_to_do in (
                ("expired", expired, "the operator of localhost has to renew it, unless this machine's clock is wrong: "),
                ("expired-ca", expired, f"{file} has the certificate of an authority (Fake provider test CA) whose "
                                        "time was over on 2020-02-01; put the authority's new one there, then: "),
                ("wrong-host", "the certificate is for another host", "correct its base_url, which says localhost, "),
                ("unknown-ca", "the certificate is refused: unable to get local issuer certificate",
                 f"see who signs for localhost, and put the authority's certificate into {file}; ")):
            with self.subTest(certificate):
                self.certificate = certificate
                self.unclear(reason, what_to_do)
                self.doCleanups()
                self.setUp()

    def test_a_provider_that_cannot_be_asked(self):
        self.start_daemon()
        self.doctor(says=["note: provider outbox can't be asked without sending; see whether a "
                          "message arrives: sms2fa send USER --provider outbox\n"])

    # People

    def test_somebody_without_a_way(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nalice = +353851234567\n")
        self.start_daemon()
        self.doctor(says=["warning: sshd would lock these out, who can't log in: bob; put "
                          "their numbers on record (man 5 sms2fa-users.conf), or enroll each: "
                          "sms2fa enroll bob\n"],
                    not_says=["everybody with a shell can log in"])

    def test_nobody_has_a_way(self):
        self.machine.write_trusted(USERS_FILE, "[users]\nmallory = +353851234567\n")
        self.start_daemon()
        self.doctor(expect=CONFIG, says=["error: not one account can log in, so sshd would lock "
                                         "everybody out; "])

    def test_one_person(self):
        self.start_daemon()
        self.doctor("alice", says=["ok: alice can log in: ********67, says the daemon\n"],
                    not_says=["bob"])
        self.configure("[limits]\ncountries = GB\n")
        self.doctor("alice", expect=CONFIG, says=[
            "error: alice can't log in as soon as sms2fad reads the files again (foreign-number); "])
        self.configure()
        self.machine.write_trusted(USERS_FILE, "[users]\nbob = +447400123456\n")
        self.doctor("alice", expect=CONFIG, says=[
            "error: alice can't log in as soon as sms2fad reads the files again (unknown-user); "])
        self.doctor("alcie", expect=CONFIG, says=["error: there is no account alcie on this "])

    def test_somebody_locked(self):
        self.configure("[limits]\nwrong_before_lockout = 1\n")
        state = pathlib.Path(CONFIGURATION)
        folder = self.machine.state / "store"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        shutil.chown(folder, "_sms2fa")
        state.write_text(state.read_text().replace("type = memory",
                                                   f"type = sqlite\npath = {folder}/state.db"))
        self.start_daemon()
        self.doctor(not_says=["wrong codes"])
        child = self.in_terminal("try", "alice")
        child.expect("Enter one time PIN")
        code = newest_text(self.outbox).split("web01: ")[1][:6]
        child.sendline(f"{(int(code) + 1) % 10 ** 6:06}")
        child.expect("tries left|Denied|locked|wrong")
        child.sendeof()
        child.close()
        locked = ("warning: alice is locked where the PIN comes first, after too many wrong codes; "
                  "to end it: sms2fa unlock alice")
        self.doctor(says=[locked])
        self.doctor("alice", expect=NEGATIVE, says=[locked.replace("warning", "error")])
        self.doctor("bob", not_says=["locked"])
