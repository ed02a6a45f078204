# SPDX-License-Identifier: Apache-2.0
"""The demo: a throwaway machine with a real sshd, where a login needs a texted PIN.

usage: demo.py BUILD [--auto]

Without --auto a person types; with it the script reads the PIN from the text message itself, and
exits 0 only when the command behind the login ran.
"""

import pathlib
import secrets
import sys
import threading
import time

import pexpect

import private_machine
from private_machine import PrivateMachine

CONFIGURATION = """\
[delivery]
providers = outbox

[provider outbox]
type = outbox
directory = {outbox}

[directory]
users_file = /etc/sms2fa/users.conf

[store]
path = {state}/state.db
"""

PAM_SSHD = [
    "# The PIN first, then the password. A failed PIN ends it (requisite).",
    "auth    requisite  {module}",
    "auth    required   pam_unix.so",
    "account required   pam_unix.so",
    "session required   pam_unix.so",
]

SSHD = ["KbdInteractiveAuthentication yes", "PasswordAuthentication no", "PubkeyAuthentication no"]


def newest_message(outbox, known):
    fresh = sorted(path for path in outbox.glob("*.txt") if path.name not in known)
    return fresh[-1].read_text() if fresh else None


def wait_for_message(outbox, known=frozenset(), timeout=15):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if text := newest_message(outbox, known):
            return text
        time.sleep(0.02)
    raise AssertionError("no text message came")


def code_in(message):
    """The PIN: the one run of six digits in the message's body."""
    body = message.split("\n\n", 1)[1]
    return next(word for word in body.split() if word.isdigit() and len(word) == 6)


def set_up(build):
    machine = PrivateMachine(build)
    password = secrets.token_hex(4)
    machine.add_user("alice", password)
    outbox = machine.state / "outbox"
    machine.write_trusted("/etc/sms2fa/sms2fa.conf", CONFIGURATION.format(
        outbox=outbox, state=machine.state / "sms2fa"))
    machine.write_trusted("/etc/sms2fa/users.conf", "[users]\nalice = +353 85 123 4567\n")
    machine.pam_service("sshd", PAM_SSHD)
    machine.start_daemon("/etc/sms2fa/sms2fa.conf")
    machine.start_sshd(SSHD)
    return machine, password, outbox


def show_phone(message):
    headers, body = message.split("\n\n", 1)
    to = next(line for line in headers.splitlines() if line.startswith("To:"))
    # With carriage returns, for the terminal is raw while a person types.
    print(f"\r\n  +-- a phone rings ({to}) {'-' * 24}\r\n  | {body.strip()}\r\n  +{'-' * 60}\r\n",
          flush=True)


def log_in_by_itself(machine, password, outbox):
    command = machine.ssh_command("alice", "echo this is the shell of $(id -un) on $(hostname)")
    print("$ ssh alice@web01")
    client = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=20)
    client.logfile_read = sys.stdout
    client.expect("Enter one time PIN.*: ")
    message = wait_for_message(outbox)
    show_phone(message)
    client.sendline(code_in(message))
    client.expect("[Pp]assword: ")
    client.sendline(password)
    client.expect("this is the shell of alice on web01")
    client.expect(pexpect.EOF)
    client.close()
    return client.exitstatus


def watch_phone(outbox):
    known = set()
    while True:
        if message := newest_message(outbox, known):
            known |= {path.name for path in outbox.glob("*.txt")}
            show_phone(message)
        time.sleep(0.1)


def log_in_by_hand(machine, password, outbox):
    print("This is a throwaway machine inside yours. It asks alice for the PIN that her\n"
          f"phone gets, and then for her password, which is: {password}\n\n$ ssh alice@web01")
    threading.Thread(target=watch_phone, args=(outbox,), daemon=True).start()
    client = pexpect.spawn(*[(c := machine.ssh_command("alice"))[0], c[1:]], encoding="utf-8")
    client.interact()
    client.close()
    return client.exitstatus


def main():
    private_machine.enter()
    automatic = "--auto" in sys.argv
    machine, password, outbox = set_up(pathlib.Path(sys.argv[1]))
    log_in = log_in_by_itself if automatic else log_in_by_hand
    status = log_in(machine, password, outbox)
    print("\nWhat the administrator sees in the log:")
    for line in machine.log.lines:
        if "sms2fad[" in line or "pam_sms2fa(" in line:
            print("  " + line)
    if automatic and status == 0:
        print("\nThe demo worked: PIN, password and shell.")
    return status


if __name__ == "__main__":
    sys.exit(main())
