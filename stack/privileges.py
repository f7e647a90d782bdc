"""What a child asks of the kernel about itself: to give up root, to die with its parent, to show a name."""

import ctypes
import os
import pwd
import signal
import sys
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_SET_NAME = 15
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITIES_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1

# Opened here because nothing may be loaded between fork and exec, where the first two run.
_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@dataclass(frozen=True)
class Account:
    """A user of this machine by number: who a process runs as."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Name the account for servers that refuse root: None when this process isn't root in the first place."""
    if os.geteuid() != 0:
        return None
    people = sorted(pwd.getpwall(), key=lambda entry: (entry.pw_name != "nobody", entry.pw_uid))
    for entry in people:
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    return None


def become(account: Account) -> None:
    """Change this process to the account, keeping only the right to pass through folders it can't read.

    A checkout below /root has parents that are closed to everybody else, and the server's binaries and
    data lie under them. Where root itself lacks the capability (a hardened container) the server says
    which file it can't reach.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([account.gid])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if sys.platform == "linux":
        _keep_only(_CAP_DAC_OVERRIDE)


def _keep_only(capability: int) -> None:
    bit = 1 << capability
    header = _CapabilityHeader(_CAPABILITIES_VERSION_3, 0)
    sets = (_CapabilitySets * 2)(_CapabilitySets(bit, bit, bit), _CapabilitySets(0, 0, 0))
    if _libc.capset(ctypes.byref(header), sets) == 0:
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def die_with_parent(parent: int, how: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent is gone (Linux only).

    Called last: changing the user clears the wish. The kernel watches the thread that started the
    process, so servers are started from threads that live as long as the servers should.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def show_name(name: str) -> None:
    """Let the list of processes show a name instead of the interpreter's (Linux only, 15 characters)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)
