"""What a program can reach from where it runs: each way is tried, and what worked is printed.

Run by tests with the same words inside a sandbox and outside. Needs nothing but Python.
"""

import ctypes
import fcntl
import http.client
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

_PATIENCE_S = 1.0
_TIOCSTI = 0x5412
_PTRACE_SEIZE = 0x4206
_CLONE_NEWUSER = 0x10000000
_KEYCTL = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
_IO_URING_SETUP = 425
_SESSION_KEYRING = -3
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Read what is where from the first argument, and print what can be reached."""
    known = json.loads(sys.argv[1])
    print(json.dumps({name: worked(probe, known) for name, probe in PROBES.items()}), flush=True)


def worked(probe: Callable[[dict], object], known: dict) -> bool:
    try:
        return bool(probe(known))
    except (OSError, http.client.HTTPException, KeyError):
        return False


def _socket(path: str) -> socket.socket:
    far = socket.socket(socket.AF_UNIX)
    far.settimeout(_PATIENCE_S)
    far.connect(path)
    return far


def _searched(connection: http.client.HTTPConnection) -> bool:
    connection.request("GET", "/api/search?q=rosetta&k=1", headers={"Host": "localhost"})
    response = connection.getresponse()
    return response.status == 200 and "hits" in json.loads(response.read())


def search_by_socket(known: dict) -> bool:
    connection = http.client.HTTPConnection("localhost")
    connection.sock = _socket(known["socket"])
    return _searched(connection)


def search_by_port(known: dict) -> bool:
    return _searched(http.client.HTTPConnection("127.0.0.1", known["port"]))


def write_in_the_folder(known: dict) -> int:
    return Path(known["folder"], "made").write_text("inside")


def reach_a_port_of_the_machine(known: dict) -> bool:
    with socket.create_connection(("127.0.0.1", known["listener"]), _PATIENCE_S):
        return True


def ask_a_resolver(known: dict) -> bytes:
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.settimeout(_PATIENCE_S)
        asking.sendto(b"where is example.org", ("127.0.0.1", known["resolver"]))
        return asking.recv(10)


def reach_an_abstract_socket(known: dict) -> bool:
    with _socket("\0" + known["abstract"]):
        return True


def reach_the_human_door(known: dict) -> bool:
    with _socket(known["door"]):
        return True


def read_the_tokens(known: dict) -> str:
    return Path(known["data"], ".tokens.json").read_text()


def read_the_tokens_by_an_open_descriptor(known: dict) -> bool:
    """Of any process that can be seen, for what one has open all of its user can have."""
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if path.stat().st_ino == known["inode"] and path.read_bytes():
                return True
        except OSError:
            continue
    return False


def write_to_the_data(known: dict) -> bool:
    Path(known["data"], "made").write_text("inside")
    return True


def read_the_home(known: dict) -> str:
    return Path(known["home"], "secret").read_text()


def read_a_variable(known: dict) -> bool:
    return "SECRET" in os.environ


def signal_the_service(known: dict) -> bool:
    os.kill(known["service"], 0)
    return True


def look_into_the_service(known: dict) -> bytes:
    return Path(f"/proc/{known['service']}/environ").read_bytes()


def trace_the_service(known: dict) -> bool:
    return _libc.ptrace(_PTRACE_SEIZE, known["service"], None, None) == 0


def open_the_terminal(known: dict) -> bool:
    with open("/dev/tty", "wb"):
        return True


def type_into_the_terminal(known: dict) -> bool:
    fcntl.ioctl(0, _TIOCSTI, b"x")
    return True


def set_the_kernel(known: dict) -> bool:
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
    return True


def use_the_keyring(known: dict) -> bool:
    return _libc.syscall(_KEYCTL, 0, _SESSION_KEYRING, 0) >= 0


def reach_the_host_of_a_virtual_machine(known: dict) -> bool:
    socket.socket(40, socket.SOCK_STREAM).close()  # AF_VSOCK
    return True


def ask_past_the_filter(known: dict) -> bool:
    return _libc.syscall(_IO_URING_SETUP, 1, ctypes.create_string_buffer(120)) >= 0


def make_a_user_namespace(known: dict) -> bool:
    return _libc.unshare(_CLONE_NEWUSER) == 0


MEANT = (search_by_socket, search_by_port, write_in_the_folder)
# Outside these work only where the kernel, or who asks, allows it.
SOMETIMES = (
    type_into_the_terminal,
    set_the_kernel,
    trace_the_service,
    use_the_keyring,
    reach_the_host_of_a_virtual_machine,
    ask_past_the_filter,
    make_a_user_namespace,
)
PROBES = {
    probe.__name__: probe
    for probe in (
        *MEANT,
        reach_a_port_of_the_machine,
        ask_a_resolver,
        reach_an_abstract_socket,
        reach_the_human_door,
        read_the_tokens,
        read_the_tokens_by_an_open_descriptor,
        write_to_the_data,
        read_the_home,
        read_a_variable,
        signal_the_service,
        look_into_the_service,
        open_the_terminal,
        *SOMETIMES,
    )
}

if __name__ == "__main__":
    main()
