"""The socket that the service listens on: an address of this machine, or a UNIX socket.

Made here, or by systemd before the service starts, which then needs no network of its own.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from pinakes.service.errors import BadInput
from pinakes.service.settings import ServeSettings

__all__ = ["Listening", "as_given", "given_socket"]

_BACKLOG = 1024
_GIVEN = 3  # the first of the sockets that are given: sd_listen_fds(3)


def given_socket() -> socket.socket | None:
    """The listening socket that systemd, or who does as it does, has opened for this process.

    Raises BadInput where it gave several, or what nobody can connect to. Whoever calls owns it;
    the variables that told of it are gone then, for children and for a second call.
    """
    told = {name: os.environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS")}
    os.environ.pop("LISTEN_FDNAMES", None)
    if told["LISTEN_PID"] != str(os.getpid()) or told["LISTEN_FDS"] in ("", "0"):
        return None
    if told["LISTEN_FDS"] != "1":
        raise BadInput(f"given {told['LISTEN_FDS']} sockets to listen on; the unit may name one")
    try:
        given = socket.socket(fileno=_GIVEN)
        listens = given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise BadInput(f"given no socket to listen on ({error.strerror})") from None
    given.set_inheritable(False)
    named = given.family != socket.AF_UNIX or str(given.getsockname())[:1] == "/"
    if not listens or given.type != socket.SOCK_STREAM or not named:
        given.close()
        raise BadInput("given no socket to listen on: an address or a path, with Accept=no")
    return given


def as_given(settings: ServeSettings, given: socket.socket) -> ServeSettings:
    """The settings with the address of the socket, whatever they named before."""
    if given.family == socket.AF_UNIX:
        return settings.model_copy(update={"uds": Path(given.getsockname())})
    host, port = given.getsockname()[:2]
    return settings.model_copy(update={"uds": None, "host": host, "port": port})


class Listening:
    """Open from its making until ``close``. Raises BadInput when the address cannot be had.

    A socket that was ``given`` is taken as it is, and its path stays for whoever gave it.
    """

    def __init__(self, settings: ServeSettings, given: socket.socket | None = None) -> None:
        self._uds = settings.uds
        self._inode: int | None = None
        if self._uds is not None:
            self.socket = given or _unix(self._uds, int(settings.uds_mode, 8))
            self._inode = None if given else self._uds.stat().st_ino
            self.name = f"unix:{self._uds}"
        else:
            self.socket = given or _tcp(settings.host, settings.port)
            host, port = self.socket.getsockname()[:2]
            scheme = "https" if settings.tls_certificate else "http"
            self.name = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    def close(self) -> None:
        """Listen no more; a UNIX socket is removed, unless another has taken its place."""
        self.socket.close()
        if self._uds is not None and self._inode is not None:
            with suppress(FileNotFoundError):
                if self._uds.stat().st_ino == self._inode:
                    self._uds.unlink()


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1" if host == "localhost" else host, port))
    except OSError as error:
        listening.close()
        raise BadInput(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from None
    listening.listen(_BACKLOG)
    return listening


def _unix(path: Path, mode: int) -> socket.socket:
    """A socket in the file system; one that nobody listens on any more gives way to it."""
    if path.is_symlink() or path.exists():
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise BadInput(f"{path} is there and no socket; choose another with --uds")
        if _is_alive(path):
            raise BadInput(f"{path}: another process listens there; choose another with --uds")
        path.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    usual = os.umask(0o177)  # never open to others, not even for a moment
    try:
        listening.bind(str(path))
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise BadInput(f"cannot listen on {path} ({reason}); choose another with --uds") from None
    finally:
        os.umask(usual)
    os.chmod(path, mode)
    listening.listen(_BACKLOG)
    return listening


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(1)
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:  # not ours to use; somebody's all the same
            return True
        return True
