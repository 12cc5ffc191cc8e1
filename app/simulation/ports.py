"""Ports of loopback for programs that are started on them a moment later, and again after they were killed."""

import secrets
import socket
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
GIVEN = range(10_000, 32_768)
"""Below those that the kernel gives to whoever connects: meanwhile none of them becomes the end of a connection."""


def free_ports(number: int) -> list[int]:
    """So many different ports on which nobody listens now, by lot: others who choose at the same time get others."""
    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < number:
            port, each = secrets.choice(GIVEN), stack.enter_context(socket.socket())
            with suppress(OSError):
                each.bind((HOST, port))
                found.append(port)
    return found
