"""Says whether a TCP port can be opened: free, taken, forbidden or unknown. Runs on the system's own Python."""

import errno
import socket
import sys


def port_state(text: str) -> str:
    """The state of the port whose number is `text`, on all addresses of this machine."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        return "unknown"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("0.0.0.0", int(text)))  # noqa: S104 nothing is served: it is closed at once
            listener.listen(1)
        except OSError as error:
            return "forbidden" if error.errno == errno.EACCES else "taken"
    return "free"


sys.stdout.write(port_state(sys.argv[1]) + "\n")
