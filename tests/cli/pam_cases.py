# SPDX-License-Identifier: Apache-2.0
"""sms2fa check and PAM stacks: what it says, and what libpam itself does with the same stack."""

import ctypes
import os
import pathlib
import re
import shutil
from typing import NamedTuple

from program import CONFIG, OK, ProgramCase

PAM = pathlib.Path("/etc/pam.d")
DEBIAN = ["auth [success=1 default=ignore] pam_unix.so nullok", "auth requisite pam_deny.so",
          "auth required pam_permit.so"]
PASSWORD = "auth requisite pam_unix.so"
FINE = "ok: service case asks for a code (/etc/pam.d/case:"


class Stack(NamedTuple):
    """A service file; `{module}` is the module's path. `said` stands in the findings."""

    lines: list
    said: str
    error: bool = False
    # Whether a right password gets in with a wrong code; None: no matter.
    forgives: bool | None = False


STACKS = {
    # Good ones
    "password, then code": Stack([PASSWORD, "auth requisite {module}"], FINE + "2)"),
    "code, then password": Stack(["auth requisite {module}", "auth required pam_unix.so"], FINE),
    "after common-auth": Stack(["@include common-auth", "auth required {module}"], FINE + "2)"),
    "included by type": Stack(["auth include common-auth", "auth required {module}"], FINE),
    "two kinds of password": Stack(
        ["auth [success=2 default=ignore] pam_unix.so",
         "auth [success=1 default=ignore] pam_sss.so", "auth requisite pam_deny.so",
         "auth required {module}"], FINE, forgives=None),
    "jump past deny": Stack(
        [PASSWORD, "auth [success=1 default=ignore] {module} debug",
         "auth requisite pam_deny.so", "auth required pam_permit.so"], FINE),
    "ok or die": Stack([PASSWORD, "AUTH [success=ok default=die] {module}"], FINE),
    "socket": Stack([PASSWORD, "auth required {module} socket=/run/a debug"], FINE),
    "a long line": Stack(
        [PASSWORD, "auth \\", "  requisite \\", "  {module} # as it is"], FINE + "2)"),
    "sufficient, or nothing": Stack(
        [PASSWORD, "auth sufficient {module}", "auth requisite pam_deny.so"], FINE),
    "missing in silence, but not without a code": Stack(
        [PASSWORD, "-auth requisite {module}"], FINE),
    "a fingerprint in the password's place": Stack(
        ["auth [success=2 default=ignore] pam_fprintd.so",
         "auth [success=1 default=ignore] pam_unix.so", "auth requisite pam_deny.so",
         "auth required {module}"], FINE, forgives=None),
    "a condition that spares the password, not the code": Stack(
        ["auth [success=1 default=ignore] pam_succeed_if.so user ingroup keys", PASSWORD,
         "auth requisite {module}"], FINE, forgives=None),
    # Weak controls
    "nothing else": Stack(["auth optional {module}"],
                          "warning: /etc/pam.d/case:1: service case has no other auth module"),
    "optional after the password": Stack(
        ["auth requisite pam_unix.so try_first_pass", "auth optional {module} debug"],
        "error: /etc/pam.d/case:2: with 'optional' a wrong code lets in all the same when pam_unix.so "
        "try_first_pass (/etc/pam.d/case:1) succeeds; write: auth requisite {module} debug\n", True,
        True),
    "sufficient after the password": Stack(
        [PASSWORD, "auth sufficient {module}"], "a wrong code lets in", True, True),
    "sufficient before the password": Stack(
        ["auth sufficient {module}", PASSWORD], "a wrong code lets in", True, True),
    "ignore what is no success": Stack(
        [PASSWORD, "auth [success=ok default=ignore] {module}"],
        "with '[success=ok default=ignore]' a wrong code lets in", True, True),
    "a jump that changes nothing": Stack(
        [PASSWORD, "auth [success=1 default=ignore] {module}",
         "auth required pam_permit.so"], "a wrong code lets in", True, True),
    "permit after all": Stack(
        [PASSWORD, "auth [default=ignore] {module}", "auth required pam_permit.so"],
        "a wrong code lets in", True, True),
    "open when the daemon is down": Stack(
        [PASSWORD, "auth [success=ok authinfo_unavail=ignore default=die] {module}"],
        "everybody gets in without a code while sms2fad is down", True),
    "open to those who break off": Stack(
        [PASSWORD, "auth [success=ok conv_err=ignore default=die] {module}"],
        "anybody who breaks off the question gets in without a code", True),
    "the code alone": Stack(
        ["auth [success=done default=die] {module}", PASSWORD],
        "warning: /etc/pam.d/case:1: with '[success=done default=die]' a right code is enough"),
    # Ways past the code that somebody may have meant
    "a fingerprint": Stack(
        ["auth sufficient pam_fprintd.so", PASSWORD, "auth requisite {module}"],
        "warning: /etc/pam.d/case:1: pam_fprintd.so leads past the code when it succeeds; if nobody is "
        "to get in that way, move the line with pam_sms2fa.so above this one, as requisite\n",
        forgives=None),
    "a security key, past the code alone": Stack(
        [PASSWORD, "auth sufficient pam_u2f.so cue", "auth requisite {module}"],
        "warning: /etc/pam.d/case:2: pam_u2f.so cue leads past the code when it succeeds and pam_unix.so "
        "(/etc/pam.d/case:1) succeeds; ", forgives=None),
    "an ssh agent": Stack(
        ["auth sufficient pam_ssh_agent_auth.so file=/etc/keys", PASSWORD, "auth requisite {module}"],
        "pam_ssh_agent_auth.so file=/etc/keys leads past the code when it succeeds; ", forgives=None),
    "a program": Stack(
        ["auth sufficient pam_exec.so quiet /bin/true", PASSWORD, "auth requisite {module}"],
        "pam_exec.so quiet /bin/true leads past the code when it succeeds; ", forgives=None),
    "trust in wheel": Stack(
        ["auth sufficient pam_wheel.so trust use_uid", PASSWORD, "auth requisite {module}"],
        "pam_wheel.so trust use_uid leads past the code when it succeeds; ", forgives=None),
    "a leftover authenticator": Stack(
        [PASSWORD, "auth sufficient pam_google_authenticator.so nullok", "auth requisite {module}"],
        "warning: /etc/pam.d/case:2: pam_google_authenticator.so nullok leads past the code when it "
        "succeeds and pam_unix.so (/etc/pam.d/case:1) succeeds; ", forgives=None),
    "a jump of those in a group": Stack(
        [PASSWORD, "auth [success=1 default=ignore] pam_succeed_if.so quiet user ingroup nopin",
         "auth requisite {module}"],
        "warning: /etc/pam.d/case:2: pam_succeed_if.so quiet user ingroup nopin leads past the code when "
        "it succeeds and pam_unix.so (/etc/pam.d/case:1) succeeds; ", forgives=None),
    "a jump of those from outside": Stack(
        [PASSWORD, "auth [success=ignore default=1] pam_access.so accessfile=/etc/local.conf",
         "auth requisite {module}", "auth required pam_permit.so"],
        "pam_access.so accessfile=/etc/local.conf leads past the code when it fails and ",
        forgives=None),
    "root, of a program that runs as root": Stack(
        ["auth sufficient pam_rootok.so", PASSWORD, "auth requisite {module}"],
        "warning: /etc/pam.d/case:1: pam_rootok.so leads past the code when it succeeds, which it does for "
        "everybody where the program runs as root; ", forgives=None),
    # First factors
    "required password": Stack(
        ["auth required pam_unix.so nullok", "auth required {module}"],
        "warning: /etc/pam.d/case:1: with 'required' even a wrong password reaches the code step "
        "at /etc/pam.d/case:2, which sends a message; write: auth requisite pam_unix.so nullok\n"),
    "common-auth without deny": Stack(
        ["auth [success=1 default=bad] pam_unix.so", "auth optional pam_permit.so",
         "auth required {module}"], "even a wrong password reaches the code step"),
    "die within a substack ends only that": Stack(
        ["auth substack common-auth", "auth required {module}"],
        "even a wrong password reaches the code step at /etc/pam.d/case:2, which sends a message; "
        "write include in place of substack\n"),
    "a bracket without die": Stack(
        ["auth [success=ok default=bad] pam_unix.so", "auth required {module}"],
        "which sends a message; write default=die in its brackets\n"),
    "two passwords and no deny": Stack(
        ["auth optional pam_sss.so", "auth required pam_unix.so", "auth required {module}"],
        "add below the last password: auth requisite pam_deny.so", forgives=None),
    "sufficient password": Stack(
        ["auth sufficient pam_unix.so", "auth required {module}"],
        "error: /etc/pam.d/case:1: with 'sufficient' a right password is enough, and no code is "
        "asked; write: auth requisite pam_unix.so\n", True, True),
    "one of two passwords is enough": Stack(
        ["auth sufficient pam_sss.so", PASSWORD, "auth required {module}"],
        "error: /etc/pam.d/case:1: with 'sufficient' a right password is enough", True, None),
    "a jump over the code": Stack(
        ["auth [success=2 default=ignore] pam_unix.so", "auth requisite pam_deny.so",
         "auth required {module}", "auth required pam_permit.so"],
        "a right password is enough, and no code is asked; move the line with pam_sms2fa.so above "
        "this one", True, True),
    "done within a substack ends only that": Stack(
        ["auth substack case-part", "auth required {module}"],
        "warning: /etc/pam.d/case-part:1: with 'sufficient' even a wrong password reaches the code step "
        "at /etc/pam.d/case:2, which sends a message; write the password's lines themselves in place of "
        "the substack, as in the example for RPM systems in pam_sms2fa(8)\n"),
    "done in an include ends all": Stack(
        ["auth include case-part", "auth required {module}"], "error: /etc/pam.d/case-part:1: with "
        "'sufficient' a right password is enough", True, True),
    "nothing but the code": Stack(
        ["auth required pam_env.so", "auth required {module}"],
        "warning: /etc/pam.d/case:2: service case has no other auth module"),
    "first=proved after a password that must be right": Stack(
        ["@include common-auth", "auth requisite {module} first=proved"], FINE),
    "first=proved after an authenticator that must be right": Stack(
        [PASSWORD, "auth required pam_google_authenticator.so", "auth requisite {module} first=proved"],
        FINE, forgives=None),
    "first=proved before the password": Stack(
        ["auth requisite {module} first=proved", PASSWORD],
        "error: /etc/pam.d/case:1: first=proved is not true: the line is reached without a right password; "
        "take the argument out, or end the stack above it when the password is wrong (requisite)\n",
        True),
    "first=proved after a password that may be wrong": Stack(
        ["auth required pam_unix.so", "auth requisite {module} first=proved"],
        "first=proved is not true: the line is reached without a right password when pam_unix.so "
        "(/etc/pam.d/case:1) fails; ", True),
    "first=proved after a fingerprint": Stack(
        ["auth requisite pam_fprintd.so", "auth requisite {module} first=proved"],
        "first=proved is not true", True, None),
    "first=proved where a jump spares the password": Stack(
        ["auth [success=1 default=ignore] pam_succeed_if.so user ingroup keys", PASSWORD,
         "auth requisite {module} first=proved"],
        "without a right password when pam_succeed_if.so user ingroup keys (/etc/pam.d/case:1) succeeds; ",
        True, None),
    # Who else counts
    "faillock after a denial that goes on": Stack(
        ["auth required {module}", "auth [success=1 default=bad] pam_unix.so",
         "auth [default=die] pam_faillock.so authfail", "auth sufficient pam_faillock.so authsucc"],
        "warning: /etc/pam.d/case:3: pam_faillock.so counts a denial by pam_sms2fa.so, too, and for all "
        "sources together, so that a stranger's wrong codes lock the person out; write above it: auth "
        "requisite {module}\n", forgives=None),
    "faillock after a denial that ends the stack": Stack(
        ["auth requisite {module}", "auth [success=1 default=ignore] pam_unix.so",
         "auth [default=die] pam_faillock.so authfail", "auth required pam_permit.so"], FINE),
    # Mistakes
    "on an account line": Stack(
        [PASSWORD, "auth requisite {module}", "account required {module}"],
        "error: /etc/pam.d/case:3: pam_sms2fa.so refuses everybody on a line of type account; "
        "delete it, and write: auth requisite {module}\n", True),
    "no such module": Stack(
        [PASSWORD, "auth requisite pam_sms2fa.so"],
        "error: /etc/pam.d/case:2: there is no /lib/", True, None),
    "no such path": Stack([PASSWORD, "auth requisite /nowhere/pam_sms2fa.so"],
                          "there is no /nowhere/pam_sms2fa.so; install", True, None),
    "unknown arguments": Stack(
        [PASSWORD, "auth requisite {module} sockt=/run/a debgu use_first_pass"],
        "because of its argument sockt=/run/a; did you mean socket=/run/sms2fa/auth.sock?", True),
    "a relative socket": Stack([PASSWORD, "auth requisite {module} socket=a.sock"],
                               "refuses everybody because of its argument socket=a.sock", True),
    "a control in capitals": Stack([PASSWORD, "auth [SUCCESS=ok default=die] {module}"],
                                   "[SUCCESS=ok default=die] is no control that libpam knows", True),
    "a line without a module": Stack([PASSWORD, "auth optional", "auth requisite {module}"],
                                     "error: /etc/pam.d/case:2: libpam can't read this line, and has it "
                                     "fail", True),
    "unknown control": Stack([PASSWORD, "auth requierd {module}"],
                             "error: /etc/pam.d/case:2: requierd is no control", True, None),
    "unknown action": Stack([PASSWORD, "auth [success=ok default=dei] {module}"],
                            "is no control that libpam knows", True, None),
    "an include that leads nowhere": Stack(
        ["@include nowhere", PASSWORD, "auth requisite {module}"],
        "error: /etc/pam.d/case:1: cannot include nowhere", True, None),
    "an include of itself": Stack(
        ["auth requisite {module}", "@include case"], "cannot include case", True, None),
}


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Conversation(ctypes.Structure):
    _fields_ = [("function", ctypes.c_void_p), ("data", ctypes.c_void_p)]


def libpam_lets_in(lines):
    """What libpam says when every pam_unix.so succeeds, and pam_sms2fa.so says: wrong."""
    text = "\n".join(lines) + "\n"
    text = re.sub(r"\{module\}\S*", "pam_debug.so auth=auth_err", text)
    (PAM / "replay").write_text(text.replace("case-part", "replay-part")
                                .replace("common-auth", "replay-common")
                                .replace("pam_unix.so", "pam_debug.so auth=success")
                                .replace("pam_rootok.so", "pam_debug.so auth=auth_err"))
    libpam = ctypes.CDLL("libpam.so.0")
    handle = ctypes.c_void_p()
    conversation = Conversation()
    started = libpam.pam_start(b"replay", b"alice", ctypes.byref(conversation),
                               ctypes.byref(handle))
    assert started == 0
    answer = libpam.pam_authenticate(handle, 0)
    libpam.pam_end(handle, answer)
    return answer == 0


class PamTest(ProgramCase):
    def setUp(self):
        super().setUp()
        for path in PAM.glob("case*"):
            path.unlink()
        (PAM / "common-auth").write_text("\n".join(DEBIAN) + "\n")
        self.module = self.machine.state / "pam_sms2fa.so"
        shutil.copy(self.machine.module, self.module)
        shutil.chown(self.module, "root")
        self.module.chmod(0o644)
        self.write("case-part", ["auth sufficient pam_unix.so"])
        self.addCleanup(self.clean)

    @staticmethod
    def clean():
        for path in (*PAM.glob("case*"), *PAM.glob("replay*")):
            path.unlink()

    def write(self, name, lines):
        text = "\n".join(lines).replace("{module}", str(self.module)) + "\n"
        (PAM / name).write_text(text)

    def check(self, expect, said):
        done = self.run_program("check", expect=expect)
        self.assertIn(said.replace("{module}", str(self.module)), done.stdout)
        return done.stdout

    def test_stacks(self):
        for name, stack in STACKS.items():
            with self.subTest(name):
                self.write("case", stack.lines)
                said = self.check(CONFIG if stack.error else OK, stack.said)
                found = "\n".join(line for line in said.splitlines() if "type = memory" not in line)
                good = stack.said.startswith("ok: ")
                self.assertEqual(good, "case:" in found and "warning: " not in found
                                 and "error: " not in found, found)

    def test_libpam_agrees(self):
        (PAM / "replay-common").write_text(
            "\n".join(DEBIAN).replace("pam_unix.so nullok", "pam_debug.so auth=success") + "\n")
        (PAM / "replay-part").write_text("auth sufficient pam_debug.so auth=success\n")
        for name, stack in STACKS.items():
            if stack.forgives is not None:
                with self.subTest(name):
                    self.assertEqual(libpam_lets_in(stack.lines), stack.forgives)

    def test_root_is_not_asked_by_su(self):
        """Nor by sudo, which runs pam_rootok.so as its caller; in sshd it succeeds for everybody."""
        for name in ("su", "sshd"):
            before = (PAM / name).read_text()
            self.addCleanup((PAM / name).write_text, before)
        stack = ["auth sufficient pam_rootok.so", "@include common-auth", "auth required {module}"]
        self.write("su", stack)
        said = self.check(OK, "ok: service su asks for a code (/etc/pam.d/su:3); root is not asked\n")
        self.assertNotIn("/etc/pam.d/su:1", said)
        self.write("su", ["auth requisite pam_unix.so"])
        self.write("sshd", stack)
        self.check(OK, "warning: /etc/pam.d/sshd:1: pam_rootok.so leads past the code when it succeeds, "
                       "which it does for everybody where the program runs as root; ")

    def test_no_stack(self):
        self.check(OK, "note: no service in /etc/pam.d asks for a code yet")

    def test_every_unknown_argument(self):
        self.write("case", STACKS["unknown arguments"].lines)
        found = self.check(CONFIG, "did you mean debug?")
        self.assertIn("argument use_first_pass; it knows socket=PATH, first=proved and debug", found)

    def test_an_included_part_is_complained_about_once(self):
        self.write("case-both", ["auth required pam_unix.so", "auth required {module}"])
        self.write("case-1", ["@include case-both"])
        self.write("case-2", ["@include case-both"])
        self.assertEqual(self.check(OK, "even a wrong password").count("even a wrong password"), 1)

    def test_a_part_need_not_be_a_whole_stack(self):
        self.write("case-code", ["auth required {module}"])
        self.write("case", [PASSWORD, "@include case-code"])
        said = self.check(OK, "ok: service case asks for a code (/etc/pam.d/case-code:1)")
        self.assertNotRegex(said, "warning: .*case")

    def test_backups_and_comments_do_not_count(self):
        line = ["auth optional {module}"]
        for name in ("case~", "case.dpkg-old", ".case.swp", "case.bak"):
            self.write(name, line)
        self.write("case", ["# " + line[0], "auth required pam_unix.so # {module}"])
        self.check(OK, "note: no service")

    def test_a_module_that_others_can_write(self):
        self.write("case", [PASSWORD, "auth requisite {module}"])
        for mode, owner in ((0o664, "root"), (0o646, "root"), (0o644, "alice")):
            self.module.chmod(mode)
            shutil.chown(self.module, owner)
            self.check(CONFIG, "must be a file that only root can write")

    def test_odd_names(self):
        name = "case\x1b[2J"
        self.write(name, ["auth optional {module}"])
        self.assertNotIn("\x1b", self.check(OK, "/etc/pam.d/case\\x1b[2J:1: service case\\x1b[2J has"))

    def test_unreadable_folder(self):
        os.rename(PAM, "/etc/pam.d.away")
        self.addCleanup(os.rename, "/etc/pam.d.away", PAM)
        self.check(OK, "note: no service")
