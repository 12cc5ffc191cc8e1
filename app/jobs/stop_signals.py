"""Hear that the process was told to end, also where a server has put its own handlers on the signals."""

import os
import signal
import socket
import threading
import time

STOPS = {signal.SIGTERM, signal.SIGINT}
AGAIN_S = 1.0


def set_at_the_end(stopping: threading.Event) -> None:
    """Set `stopping` at the first SIGTERM or SIGINT. Whoever handles the signal still does. In the main thread only.

    Python writes the number of every signal that has a handler into one socket of ours, and a thread reads it. Where
    nobody sends a second one, the thread does: Granian may miss one that comes while it takes a connection, and would
    serve on until it is killed. A second one does no harm, a third would cut off who is being answered.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_read, args=(reader, writer, stopping), name="stop-signals", daemon=True).start()


def _read(reader: socket.socket, _writer: socket.socket, stopping: threading.Event) -> None:
    """Both ends live as long as the process."""
    while not (heard := [number for number in reader.recv(64) if number in STOPS]):
        pass
    stopping.set()
    if len(heard) == 1 and not _is_told_again(reader):
        os.kill(os.getpid(), heard[0])
    reader.settimeout(None)
    while reader.recv(64):
        pass


def _is_told_again(reader: socket.socket) -> bool:
    """Whether another one comes by itself, as where a group of processes is told and one of them tells the others."""
    until = time.monotonic() + AGAIN_S
    while (left := until - time.monotonic()) > 0:
        reader.settimeout(left)
        try:
            if STOPS & set(reader.recv(64)):
                return True
        except TimeoutError:
            break
    return False
