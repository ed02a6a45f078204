# SPDX-License-Identifier: Apache-2.0
"""A clean Debian of one's own: made by debootstrap from the mirror that this machine's apt uses, in a
file system in memory that only the process that called enter() and its children see. It goes when they
end.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

INSIDE = "--inside"
PLACE = pathlib.Path("/mnt")
DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def enter():
    """Returns in namespaces of its own; outside, exits with the inner status."""
    if INSIDE in sys.argv:
        sys.argv.remove(INSIDE)
        return
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes a Debian of its own")
    sys.stdout.flush()
    inner = subprocess.run(["unshare", "--mount", "--propagation", "private", "--pid", "--fork",
                            "--kill-child", "--mount-proc", "--uts", "--ipc", sys.executable,
                            *sys.argv, INSIDE], check=False)
    sys.exit(inner.returncode)


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{done.stdout}")
    return done.stdout


def mirror():
    """Address, suite and keyring of the Debian that this machine's apt installs from."""
    targets = run("apt-get", "indextargets", "--format", "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|"
                  "$(COMPONENT)|$(SIGNED_BY)", "Created-By: Packages")
    codename = re.search(r"^VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text(),
                         re.MULTILINE).group(1)
    for line in targets.splitlines():
        origin, address, suite, component, keyring = line.split("|")
        if (origin, suite, component) == ("Debian", codename, "main"):
            known = keyring.startswith("/")
            return address, codename, keyring if known else DEBIAN_KEYRING
    raise AssertionError("apt knows no Debian mirror")


def make_debian(packages):
    """The smallest Debian with these packages more, at PLACE."""
    run("mount", "-t", "tmpfs", "-o", "mode=755,size=8g", "tmpfs", PLACE)
    address, codename, keyring = mirror()
    run("debootstrap", "--variant=minbase", f"--include={packages}", f"--keyring={keyring}", codename,
        PLACE, address)
    # So that what the packages depend on comes from the same mirror, updates included.
    shutil.copytree("/etc/apt/sources.list.d", PLACE / "etc/apt/sources.list.d",
                    dirs_exist_ok=True, ignore=lambda _, names:
                    [name for name in names if not name.startswith("debian")])
    if any((PLACE / "etc/apt/sources.list.d").iterdir()):
        (PLACE / "etc/apt/sources.list").write_text("")
    # Nothing is started by being installed.
    policy = PLACE / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    for kind, place in (("proc", "proc"), ("tmpfs", "run"), ("devpts", "dev/pts")):
        (PLACE / place).mkdir(exist_ok=True, parents=True)
        run("mount", "-t", kind, kind, PLACE / place)
    inside("apt-get", "update", "-qq")


def inside(*command, **options):
    return run("chroot", PLACE, *command, env={
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
        "DEBIAN_FRONTEND": "noninteractive"}, **options)
