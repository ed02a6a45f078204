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
import tempfile
import time

INSIDE = "--inside"
ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACE = pathlib.Path("/mnt")
KEPT = pathlib.Path("/var/cache/sms2fa-test")
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


def archives():
    """(address, suite, keyring) of each Debian archive that this machine's apt installs from."""
    targets = run("apt-get", "indextargets", "--format", "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|"
                  "$(COMPONENT)|$(SIGNED_BY)", "Created-By: Packages")
    found = []
    for line in targets.splitlines():
        origin, address, suite, component, keyring = line.split("|")
        if (origin, component) == ("Debian", "main"):
            found.append((address, suite, keyring if keyring.startswith("/") else DEBIAN_KEYRING))
    return found


def codename():
    """Of the Debian that this machine runs."""
    return re.search(r"^VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text(),
                     re.MULTILINE).group(1)


def archives_of(suite):
    """The same for another Debian from the same mirrors, with the updates that are its own."""
    return [(address, name.replace(codename(), suite), keyring) for address, name, keyring in archives()
            if name == codename() or suite != "testing"]


def bootstrap(suite):
    """From the mirror, or from what was kept of the last time; that is no older than a day."""
    kept = KEPT / f"{suite}.tar"
    if kept.exists() and time.time() - kept.stat().st_mtime < 24 * 3600:
        run("tar", "-C", PLACE, "--numeric-owner", "-xf", kept)
        return
    address, _, keyring = next(one for one in archives_of(suite) if one[1] == suite)
    run("debootstrap", "--variant=minbase", "--include=ca-certificates", f"--keyring={keyring}", suite,
        PLACE, address)
    KEPT.mkdir(mode=0o755, parents=True, exist_ok=True)
    # Another run may be about to read or write it.
    with tempfile.NamedTemporaryFile(dir=KEPT, delete=False) as new:
        run("tar", "-C", PLACE, "--numeric-owner", "-cf", new.name, ".")
        os.replace(new.name, kept)


def make_debian(packages=(), suite=None):
    """The smallest Debian with these packages more, at PLACE: the one that runs here, or another."""
    suite = suite or codename()
    run("mount", "-t", "tmpfs", "-o", "mode=755,size=12g", "tmpfs", PLACE)
    bootstrap(suite)
    # So that what is installed later comes from the same mirror, updates included.
    sources = PLACE / "etc/apt/sources.list.d"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir()
    (PLACE / "etc/apt/sources.list").write_text("")
    (sources / "clean.list").write_text("".join(
        f"deb {address} {name} main\n" for address, name, _ in archives_of(suite)))
    # A mirror may be behind its own dates, and what is tested here protects nobody. Signatures are checked all the same.
    (PLACE / "etc/apt/apt.conf.d/99test").write_text('Acquire::Check-Valid-Until "false";\n')
    # Nothing is started by being installed.
    policy = PLACE / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    for kind, place, options in (
            ("proc", "proc", "nosuid"), ("sysfs", "sys", "nosuid,ro"), ("cgroup2", "sys/fs/cgroup", "nosuid,ro"),
            ("tmpfs", "run", "mode=755"),
            ("devpts", "dev/pts", "gid=5,mode=620,ptmxmode=666"), ("tmpfs", "dev/shm", "mode=1777")):
        (PLACE / place).mkdir(exist_ok=True, parents=True)
        run("mount", "-t", kind, "-o", options, kind, PLACE / place)
    inside("apt-get", "update", "-qq")
    if packages:
        inside("apt-get", "install", "-qq", "--no-install-recommends", *packages)


def keep_within():
    """Lets a Debian within that one share what is kept."""
    (PLACE / str(KEPT)[1:]).mkdir(parents=True)
    run("mount", "--bind", KEPT, PLACE / str(KEPT)[1:])


def bring_checkout(place):
    """What git knows of this checkout, at a place in there; returns the place."""
    known = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT,
                           capture_output=True, check=True).stdout
    there = PLACE / place[1:]
    there.mkdir(parents=True)
    subprocess.run(["xargs", "-0", "cp", "--parents", "--no-dereference", "-t", there], cwd=ROOT,
                   input=known, check=True)
    # lint and packages ask git what there is; a checkout elsewhere would name its repository by a path.
    commit = "git init -q && git add . && git -c user.name=x -c user.email=x@localhost commit -qm x"
    subprocess.run(["sh", "-c", commit], cwd=there, check=True)
    return place


INSIDE_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
                      "DEBIAN_FRONTEND": "noninteractive"}


def inside(*command, **options):
    return run("chroot", PLACE, *command, env=INSIDE_ENVIRONMENT, **options)


def shown_inside(*command, at):
    """Says what it says at once; returns its exit status. What is chrooted could make no user namespace."""
    enter_it = f'cd {PLACE} && pivot_root . mnt && cd {at} && umount --lazy /mnt && exec "$@"'
    return subprocess.run(["unshare", "--mount", "sh", "-c", enter_it, "sh", *command],
                          env=INSIDE_ENVIRONMENT, check=False).returncode
