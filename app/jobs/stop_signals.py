"""Hear that the process was told to end, also where a server has put its own handlers on the signals."""

import signal
import socket
import threading

STOPS = {signal.SIGTERM, signal.SIGINT}


def set_at_the_end(stopping: threading.Event) -> None:
    """Set `stopping` at the first SIGTERM or SIGINT. Whoever handles the signal still does. In the main thread only.

    Python writes the number of every signal that has a handler into one socket of ours, and a thread reads it.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_read, args=(reader, writer, stopping), name="stop-signals", daemon=True).start()


def _read(reader: socket.socket, _writer: socket.socket, stopping: threading.Event) -> None:
    """Both ends live as long as this thread."""
    while not STOPS & set(reader.recv(64)):
        pass
    stopping.set()
