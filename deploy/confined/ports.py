"""What runs first inside an agent's sandbox: ports of its loopback that lead to sockets.

    ports.py 8707=/run/ports/8707 … -- COMMAND …

Most programs know addresses and ports, and no sockets. The loopback is the sandbox's own: nobody
outside reaches these ports. Understands nothing of what passes. The exit status is the command's.
"""

import socket
import subprocess
import sys
import threading
from contextlib import suppress

_AT_ONCE = 65_536
_NOT_FOUND = 127


def main(words: list[str]) -> int:
    """Open the ports, then run the command."""
    end = words.index("--")
    for port, _, path in (word.partition("=") for word in words[:end]):
        listening = socket.create_server(("127.0.0.1", int(port)), backlog=128)
        threading.Thread(target=_accept, args=(listening, path), daemon=True).start()
    command = words[end + 1 :]
    try:
        status = subprocess.call(command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}, inside the sandbox", file=sys.stderr)
        return _NOT_FOUND
    except KeyboardInterrupt:
        return 130
    return status if status >= 0 else 128 - status


def _accept(listening: socket.socket, path: str) -> None:
    while True:
        near, _ = listening.accept()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(path)
        except OSError:  # nobody serves just now; a connection that ends says so
            near.close()
            far.close()
            continue
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Until the source says no more. Broken off at one end, it is at the other."""
    try:
        while piece := source.recv(_AT_ONCE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
