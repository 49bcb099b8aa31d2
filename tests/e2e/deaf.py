"""Run a program that cannot listen to the kernel's news of network interfaces.

`python deaf.py <program> <arguments>`. Chromium drops all its connections, those of
loopback too, whenever an interface comes or goes, and beside these tests engines
start and stop containers. It has no switch for that, and takes it well when it
may not listen: the system then refuses it sockets of that one family.
"""

import ctypes
import os
import platform
import socket
import struct
import sys

_SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 97  # EAFNOSUPPORT
_CALL_AT, _FAMILY_AT = 0, 16  # in the data a filter is given


def refuse_netlink() -> None:
    """Let this process, and what it becomes, open no netlink socket."""
    call = _SOCKET_CALL.get(platform.machine())
    if call is None or sys.platform != "linux":
        return
    steps = (
        (_LOAD, 0, 0, _CALL_AT),
        (_JUMP_IF_EQUAL, 0, 3, call),
        (_LOAD, 0, 0, _FAMILY_AT),
        (_JUMP_IF_EQUAL, 0, 1, socket.AF_NETLINK),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    kernel = ctypes.CDLL(None)
    kernel.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    kernel.prctl(_SET_SECCOMP, _FILTER_MODE, program)


if __name__ == "__main__":
    refuse_netlink()
    os.execv(sys.argv[1], sys.argv[1:])
