"""Programs that do what Pinakes must not; run where nothing can be reached."""

import contextlib
import ctypes
import errno
import socket
import subprocess
import sys
import time
from pathlib import Path


def connect() -> None:
    """Ask an address of TEST-NET-1 for a page."""
    with socket.socket() as client:
        client.connect_ex(("192.0.2.1", 443))


def send() -> None:
    """Throw a datagram at an address of TEST-NET-3."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        with contextlib.suppress(OSError):
            client.sendto(b"here I am", ("203.0.113.9", 4000))


def look_up() -> None:
    """Look up a name that nobody has."""
    with contextlib.suppress(OSError):
        socket.getaddrinfo("collector.example", 443)


def ask_local_resolver() -> None:
    """Ask the resolver of this machine, which would ask others."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        with contextlib.suppress(OSError):
            client.sendto(b"collector.example?", ("127.0.0.53", 53))


def write_home() -> None:
    """Leave a device id in the user's cache."""
    path = Path.home() / ".cache" / "vendor" / "device-id"
    path.parent.mkdir(parents=True)
    path.write_text("1234")


def in_a_child() -> None:
    """Look up a name in a child of a child."""
    child = [sys.executable, __file__, "look_up"]
    subprocess.run([sys.executable, "-c", f"import os; os.execv({child[0]!r}, {child!r})"])


def io_uring() -> None:
    """Set up a ring through which a connection would be no system call."""
    ring = 425
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall(ring, 8, ctypes.create_string_buffer(128))
    sys.exit(ctypes.get_errno() != errno.ENOSYS)


def telemetry() -> None:
    """Use onnxruntime as it comes."""
    import onnxruntime
    from onnx import TensorProto, helper

    places = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", *([p] for p in places))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()
    onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    if sys.argv[2:]:
        time.sleep(float(sys.argv[2]))


def switched_off() -> None:
    """The same, after the switches are set."""
    import pinakes.index  # noqa: F401

    telemetry()


def main(words: list[str]) -> None:
    """Called in a fork."""
    globals()[words[0]]()


if __name__ == "__main__":
    main(sys.argv[1:])
