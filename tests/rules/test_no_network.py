"""The guard of this folder itself: whatever a rule may come to import, it reaches nobody."""

import socket

import pytest
from pytest_socket import SocketBlockedError


def test_a_rule_cannot_open_a_socket() -> None:
    with pytest.warns(UserWarning, match="socket"), pytest.raises(SocketBlockedError):
        socket.socket()
