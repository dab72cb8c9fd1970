"""Runs a job in a forked child and ends it at its n-th system call, or makes that call fail. Linux on x86-64.

The child is stopped by the kernel at every system call; only calls that change files are counted.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

TRACEME, SYSCALL, GETREGS, SETREGS, SETOPTIONS = 0, 24, 12, 13, 0x4200
TRACE_SYSGOOD, EXIT_KILL = 1, 0x100000
STOPPED = signal.SIGTRAP | 0x80
NAMES = {
    1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 76: "truncate", 77: "ftruncate",
    82: "rename", 83: "mkdir", 86: "link", 87: "unlink", 257: "openat", 263: "unlinkat", 264: "renameat",
    285: "fallocate", 316: "renameat2", 40: "sendfile", 326: "copy_file_range", 3: "close",
}  # fmt: skip
MAY_FAIL = frozenset("write pwrite64 writev fsync fdatasync ftruncate rename link fallocate".split())
FIELDS = (
    "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss"
    " fs_base gs_base ds es fs gs"
).split()
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in FIELDS]


@dataclass(frozen=True)
class Fault:
    """What happens at the n-th counted call: the end of the process, an error number, or half of a write."""

    at: int
    error: int = 0
    half: bool = False

    @property
    def kills(self) -> bool:
        return not self.error and not self.half


@dataclass
class Outcome:
    """How a run ended: calls counted, exit code (negative: a signal), what it said, the call hit, and kinds."""

    calls: int
    code: int
    said: list[str]
    hit: str = ""
    names: Counter[str] = field(default_factory=Counter)


def is_possible() -> bool:
    return sys.platform == "linux" and os.uname().machine == "x86_64"


def run(job: Callable[[Callable[[str], None]], None], fault: Fault | None = None) -> Outcome:
    """Runs `job(say)` in a child. What it says before it is ended arrives here, in order."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(job, writing)
    os.close(writing)
    names: Counter[str] = Counter()
    calls, code, hit = _follow(child, fault, writing, names)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode().splitlines()
    return Outcome(calls, code, said, hit, names)


def _be_the_child(job: Callable[[Callable[[str], None]], None], pipe: int) -> None:
    code = 70
    try:
        if _libc.ptrace(TRACEME, 0, None, None) != 0:
            os._exit(71)
        os.kill(os.getpid(), signal.SIGSTOP)
        job(lambda text: _say(pipe, text))
        code = 0
    except BaseException:
        _say(pipe, "raised " + traceback.format_exc(limit=-4).replace("\n", " | "))
    finally:
        os._exit(code)


def _say(pipe: int, text: str) -> None:
    os.write(pipe, f"{text}\n".encode())


def _ask(request: int, child: int, data: object = None) -> int:
    return int(_libc.ptrace(request, child, None, data))


def _follow(child: int, fault: Fault | None, pipe: int, names: Counter[str]) -> tuple[int, int, str]:
    os.waitpid(child, 0)
    if _ask(SETOPTIONS, child, ctypes.c_void_p(TRACE_SYSGOOD | EXIT_KILL)) != 0:
        raise OSError(ctypes.get_errno(), "this machine does not let a process follow its own child")
    calls, entering, hit, give_back, signalled = 0, True, "", 0, 0
    registers = Registers()
    while True:
        _ask(SYSCALL, child, ctypes.c_void_p(signalled))
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            return calls, os.waitstatus_to_exitcode(status), hit
        signalled = 0
        if os.WSTOPSIG(status) != STOPPED:
            signalled = os.WSTOPSIG(status)
            continue
        _ask(GETREGS, child, ctypes.byref(registers))
        if entering and registers.orig_rax in NAMES and not (registers.orig_rax == 1 and registers.rdi == pipe):
            calls += 1
            names[NAMES[registers.orig_rax]] += 1
            if fault is not None and calls == fault.at:
                hit = NAMES[registers.orig_rax]
                if fault.kills:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    return calls, -signal.SIGKILL, hit
                give_back = _spoil(child, registers, fault, hit)
        elif not entering and give_back:
            registers.rax = ctypes.c_ulonglong(-give_back).value
            _ask(SETREGS, child, ctypes.byref(registers))
            give_back = 0
        entering = not entering


def _spoil(child: int, registers: Registers, fault: Fault, name: str) -> int:
    """Turns the call into one that fails or writes half. Returns the error to give back when it ends."""
    if name not in MAY_FAIL:
        return 0
    if fault.half:
        if name in ("write", "pwrite64"):
            registers.rdx = max(1, registers.rdx // 2)
            _ask(SETREGS, child, ctypes.byref(registers))
        return 0
    registers.orig_rax = ctypes.c_ulonglong(-1).value
    _ask(SETREGS, child, ctypes.byref(registers))
    return fault.error
