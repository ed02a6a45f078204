# SPDX-License-Identifier: Apache-2.0
"""ptrace(2): every entry into and return from a system call of a process is a place to act.

A Tracee is stopped at each of them in all of its threads. They are numbered from 1, and what
`act(stop)` does there happens before the call, or after it but before the program hears of it.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
from typing import NamedTuple

WALL = 0x40000000
CLONE_EVENT = 3
STOP_EVENT = 128
SYSCALL_STOP = signal.SIGTRAP | 0x80
# TRACESYSGOOD, TRACECLONE, EXITKILL
OPTIONS = 1 | 8 | 0x100000
GETREGS, SETREGS, SYSCALL, SEIZE, INTERRUPT, LISTEN, DETACH = 12, 13, 24, 0x4206, 0x4207, 0x4208, 17
GET_SYSCALL_INFO = 0x420E
ENTRY, EXIT = 1, 2
# Takes nothing and changes nothing, and every sandbox must allow it: syslog() needs it.
SYS_GETPID = 39
SYS_OPENAT = 257

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, tid, address=0, data=0):
    """Returns None when the thread is gone."""
    result = libc.ptrace(request, tid, address, data)
    if result == -1 and ctypes.get_errno():
        if ctypes.get_errno() == errno.ESRCH:
            return None
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")
    return result


class Stop(NamedTuple):
    number: int  # from 1
    tid: int
    entering: bool
    syscall: int  # also of a return, when its entry was seen; otherwise -1
    arguments: tuple


class Registers(ctypes.Structure):
    # struct user_regs_struct of x86-64.
    _fields_ = [(name, ctypes.c_ulonglong) for name in (
        "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss "
        "fs_base gs_base ds es fs gs").split()]


class Tracee:
    """A process that is a child of this one or may be traced by it."""

    def __init__(self, pid):
        self.pid = pid
        self.stops = 0
        self.status = None  # of its end, as of waitpid()
        self._threads = set()
        self._calls = {}  # thread: number of the system call it is in
        self._errors = {}  # thread: what its system call is made to return
        self._info = ctypes.create_string_buffer(88)
        for entry in os.listdir(f"/proc/{pid}/task"):
            if ptrace(SEIZE, int(entry), 0, OPTIONS) is not None:
                self._threads.add(int(entry))
        # A thread in a system call is told to run on to the next border.
        for tid in self._threads:
            ptrace(INTERRUPT, tid)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def fail(self, stop, error):
        """At an entry: the system call is not made, and returns this error."""
        if platform.machine() != "x86_64":
            raise NotImplementedError("system calls are made to fail on x86-64 only")
        registers = Registers()
        ptrace(GETREGS, stop.tid, 0, ctypes.addressof(registers))
        registers.orig_rax = SYS_GETPID
        ptrace(SETREGS, stop.tid, 0, ctypes.addressof(registers))
        self._errors[stop.tid] = error

    def run(self, until, act):
        """Lets it run until the process `until`, a child of ours, has ended. Returns its status.

        The tracee may end before. Other children of ours are reaped as they end.
        """
        while True:
            try:
                tid, status = os.waitpid(-1, WALL)
            except ChildProcessError:
                return None
            if tid == until and tid not in self._threads:
                return status
            if os.WIFSTOPPED(status):
                self._resume(tid, status, act)
            else:
                self._ended(tid, status)
                if tid == until:
                    return status

    def run_to_its_end(self, name, kill_at):
        """Kills it at that stop after it first opens a file whose name ends so; 0: never.

        Returns how many stops came after that one; None when the file was never opened.
        """
        first = None

        def act(stop):
            nonlocal first
            if first is None:
                if stop.syscall == SYS_OPENAT and stop.entering:
                    if text_at(self.pid, stop.arguments[1]).endswith(name):
                        first = stop.number
            elif stop.number - first == kill_at:
                self.kill()

        while self.status is None:
            self.run(self.pid, act)
        return None if first is None else self.stops - first

    def detach(self):
        """Lets it run on by itself."""
        for tid in self._threads:
            ptrace(INTERRUPT, tid)
        while self._threads:
            try:
                tid, status = os.waitpid(-1, WALL)
            except ChildProcessError:
                return
            if not os.WIFSTOPPED(status):
                self._ended(tid, status)
                continue
            self._finish_failure(tid, status)
            ours = status >> 16 or os.WSTOPSIG(status) == SYSCALL_STOP
            ptrace(DETACH, tid, 0, 0 if ours else os.WSTOPSIG(status))
            self._threads.discard(tid)

    def _ended(self, tid, status):
        self._threads.discard(tid)
        self._calls.pop(tid, None)
        self._errors.pop(tid, None)
        if tid == self.pid:
            self.status = status

    def _resume(self, tid, status, act):
        self._threads.add(tid)
        if os.WSTOPSIG(status) == SYSCALL_STOP:
            self._finish_failure(tid, status)
            act(self._describe(tid))
            ptrace(SYSCALL, tid)
        elif status >> 16:
            group_stop = status >> 16 == STOP_EVENT and os.WSTOPSIG(status) != signal.SIGTRAP
            ptrace(LISTEN if group_stop else SYSCALL, tid)
        else:
            ptrace(SYSCALL, tid, 0, os.WSTOPSIG(status))

    def _finish_failure(self, tid, status):
        if tid not in self._errors or os.WSTOPSIG(status) != SYSCALL_STOP:
            return
        if self._operation(tid)[0] != EXIT:
            return
        registers = Registers()
        ptrace(GETREGS, tid, 0, ctypes.addressof(registers))
        registers.rax = -self._errors.pop(tid) & 0xFFFFFFFFFFFFFFFF
        ptrace(SETREGS, tid, 0, ctypes.addressof(registers))

    def _operation(self, tid):
        if ptrace(GET_SYSCALL_INFO, tid, len(self._info), ctypes.addressof(self._info)) is None:
            return EXIT, -1, ()
        operation = self._info.raw[0]
        if operation != ENTRY:
            return operation, -1, ()
        number, *arguments = struct.unpack_from("<7Q", self._info.raw, 24)
        return ENTRY, number, tuple(arguments)

    def _describe(self, tid):
        self.stops += 1
        operation, number, arguments = self._operation(tid)
        if operation == ENTRY:
            self._calls[tid] = number
        return Stop(self.stops, tid, operation == ENTRY, self._calls.get(tid, -1), arguments)


def text_at(pid, address, size=256):
    """A string in the memory of a stopped process; empty when there is none."""
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            return memory.read(size).split(b"\0", 1)[0].decode("utf-8", "replace")
    except (OSError, OverflowError):
        return ""
