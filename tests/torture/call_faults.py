# SPDX-License-Identifier: Apache-2.0
"""safety.md 9 and 4: any system call of one attempt in the daemon fails: EMFILE, ENOMEM, ENOSPC, EIO ...

Nobody gets in without the right code, there is a verdict or a closed connection, the daemon lives on
or ends by itself and can be started again, and the state is sound. A point is the n-th call of a kind,
with an error it can have, alone or with all later ones of its kind.
"""

import collections
import errno
import os
import signal
import time

from aftermath import check_restart, check_state
from attempts import HERE, LEAVES, THERE, Told, in_child, result_of, walk
from house import PATIENCE, Failed, House, require
from stops import Tracee

NAME = "the daemon, a system call fails"
prepare = House
SCENARIOS = {
    LEAVES: [],
    "right code": ["wrong", "right"],
    "wrong codes": ["wrong", "wrong", "wrong"],
}
READ, WRITE, FSTAT, POLL, MMAP, MPROTECT, BRK, PREAD, PWRITE = 0, 1, 5, 7, 9, 10, 12, 17, 18
SOCKET, CONNECT, SENDTO, RECVFROM, SENDMSG, RECVMSG, GETSOCKOPT = 41, 42, 44, 45, 46, 47, 55
CLONE, FCNTL, FSYNC, FDATASYNC, FTRUNCATE, OPENAT, NEWFSTATAT = 56, 72, 74, 75, 77, 257, 262
RENAMEAT, ACCEPT4, GETRANDOM, CLONE3 = 264, 288, 318, 435
# What the manual pages name for them: (error, whether later calls fail too).
ERRORS = {
    READ: [(errno.EIO, False)],
    PREAD: [(errno.EIO, False)],
    WRITE: [(errno.ENOSPC, True), (errno.EIO, False)],
    PWRITE: [(errno.ENOSPC, True), (errno.EIO, False)],
    FSYNC: [(errno.EIO, False)],
    FDATASYNC: [(errno.EIO, False), (errno.EIO, True)],
    FTRUNCATE: [(errno.EIO, False)],
    OPENAT: [(errno.EMFILE, False), (errno.EMFILE, True)],
    FSTAT: [(errno.EIO, False)],
    NEWFSTATAT: [(errno.EACCES, False)],
    FCNTL: [(errno.ENOLCK, False)],
    RENAMEAT: [(errno.EIO, False)],
    MMAP: [(errno.ENOMEM, False), (errno.ENOMEM, True)],
    MPROTECT: [(errno.ENOMEM, False)],
    BRK: [(errno.ENOMEM, True)],
    CLONE: [(errno.EAGAIN, False)],
    CLONE3: [(errno.EAGAIN, False)],
    POLL: [(errno.EINTR, False), (errno.ENOMEM, False)],
    SOCKET: [(errno.EMFILE, False)],
    CONNECT: [(errno.ECONNREFUSED, False)],
    ACCEPT4: [(errno.EMFILE, False), (errno.ECONNABORTED, False)],
    GETSOCKOPT: [(errno.ENOBUFS, False)],
    RECVFROM: [(errno.ENOMEM, False), (errno.EINTR, False)],
    RECVMSG: [(errno.ENOMEM, False)],
    SENDTO: [(errno.ENOBUFS, False), (errno.ECONNRESET, False)],
    SENDMSG: [(errno.ENOBUFS, False)],
    GETRANDOM: [(errno.EAGAIN, False), (errno.ENOSYS, True)],
}
# Long enough for the store to open its file again (docs/STORE.md: at most once a second).
RECOVERY = 2.5


def run(house, scenario, syscall, nth, error, and_later):
    """Returns (told, tracee, how often each system call was made)."""
    house.reset()
    pid = house.start()
    tracee = Tracee(pid)
    client, reader = in_child(lambda told: walk(house, told, "alice", HERE, SCENARIOS[scenario]))
    made = collections.Counter()

    def act(stop):
        if not stop.entering:
            return
        made[stop.syscall] += 1
        if stop.syscall == syscall:
            if made[syscall] == nth or and_later and made[syscall] > nth:
                tracee.fail(stop, error)

    tracee.run(client, act)
    told = result_of(reader)
    tracee.detach()
    return told, tracee, made


def points(house):
    for scenario in SCENARIOS:
        _, tracee, made = run(house, scenario, -1, 0, 0, False)
        house.stop(tracee.pid)
        for syscall, count in sorted(made.items()):
            for error, and_later in ERRORS.get(syscall, ()):
                for nth in range(1, count + 1):
                    yield scenario, syscall, nth, error, and_later


def serves_again(house):
    """A login from elsewhere, as soon as the store has recovered. False: not in this process's life."""
    end = time.monotonic() + RECOVERY
    attempt = 0
    while time.monotonic() < end:
        attempt += 1
        later = Told()
        try:
            walk(house, later, "alice", f"{THERE}.{attempt}", ["right"])
        except OSError:
            pass
        if later.accepted:
            return True
        time.sleep(0.1)
    return False


def check(house, point):
    """Raises Failed."""
    told, tracee, _ = run(house, *point)
    try:
        look(house, told, tracee)
    except Failed:
        # The next point's daemon needs the sockets.
        if tracee.status is None and os.path.exists(f"/proc/{tracee.pid}"):
            house.stop(tracee.pid)
        raise


def was_a_stranger(house, told):
    """An account that name services lose is a stranger's for that login. The log's line may come after its end."""
    end = time.monotonic() + PATIENCE
    while "denied reason=nss user=alice" not in house.said():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return not told.accepted


def look(house, told, tracee):
    """What must be true after a call has failed."""
    require(not told.trouble, told.trouble)
    require(not told.accepted or told.tried_right, "accepted without the right code")
    if tracee.status is not None:
        require(os.WIFEXITED(tracee.status), f"the daemon died: {tracee.status:#x}")
        check_state(house, told)
        check_restart(house, told)
        return
    _, recorded = house.wrong_answers("alice")
    require(recorded >= told.wrong.get("alice", 0) or was_a_stranger(house, told),
            "an answer was judged and not recorded")
    if serves_again(house):
        house.stop(tracee.pid)
    else:
        # docs/STORE.md: so it is when the state's files look as if they were gone.
        os.kill(tracee.pid, signal.SIGTERM)
        os.waitpid(tracee.pid, 0)
        check_restart(house, told)
    house.check_integrity()
