"""Lines as strace writes them, and what they are judged to be."""

from pathlib import Path

import pytest

from pinakes.service.doctor.attempts import Attempt, attempts_in
from pinakes.service.doctor.system_calls import Call, read_calls

NSCD = 'connect(3<UNIX-STREAM:[7]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110)'


def _calls(directory: Path, *threads: str) -> list[Call]:
    for number, lines in enumerate(threads, 100):
        (directory / f"trace.{number}").write_text(lines + "\n", encoding="latin-1")
    return list(read_calls(directory, Path("/start")))


def _attempts(directory: Path, *threads: str) -> list[Attempt]:
    return list(attempts_in(_calls(directory, *threads), [Path("/data"), Path("/tmp")]))


@pytest.mark.parametrize(
    ("line", "kind", "target"),
    [
        (
            "connect(5<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(443), "
            'sin_addr=inet_addr("192.0.2.7")}, 16) = -1 ENETUNREACH (Network is unreachable)',
            "connection", "192.0.2.7:443",
        ),
        (
            "connect(5<TCPv6:[9]>, {sa_family=AF_INET6, sin6_port=htons(443), "
            'sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), '
            "sin6_scope_id=0}, 28) = -1 EINPROGRESS (Operation now in progress)",
            "connection", "[2001:db8::1]:443",
        ),
        (
            "connect(5<TCPv6:[9]>, {sa_family=AF_INET6, sin6_port=htons(80), "
            'sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:192.0.2.7", &sin6_addr), '
            "sin6_scope_id=0}, 28) = 0",
            "connection", "192.0.2.7:80",
        ),
        (
            'sendto(5<UDP:[9]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(9), '
            'sin_addr=inet_addr("255.255.255.255")}, 16) = 1',
            "connection", "255.255.255.255:9",
        ),
        (
            'sendto(5<TCP:[127.0.0.1:4->192.0.2.7:25]>, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1',
            "connection", "192.0.2.7:25",
        ),
        (
            "sendmsg(5<UDP:[9]>, {msg_name={sa_family=AF_INET, sin_port=htons(9), "
            'sin_addr=inet_addr("192.0.2.7")}, msg_namelen=16, msg_iov=[{iov_base="x", iov_len=1}],'
            " msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 1",
            "connection", "192.0.2.7:9",
        ),
        (
            'sendmmsg(3<UDP:[10.0.0.2:4->10.0.0.1:53]>, [{msg_hdr={msg_name=NULL, msg_namelen=0, '
            'msg_iov=[{iov_base="q", iov_len=1}], msg_iovlen=1}, msg_len=1}], 1, 0) = 1',
            "name look-up", "10.0.0.1:53",
        ),
        (
            "connect(3<UDP:[9]>, {sa_family=AF_INET, sin_port=htons(53), "
            'sin_addr=inet_addr("127.0.0.53")}, 16) = 0',
            "name look-up", "127.0.0.53:53",
        ),
        (
            "connect(3<UNIX-STREAM:[7]>, {sa_family=AF_UNIX, "
            'sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42) = 0',
            "name look-up", "/run/systemd/resolve/io.systemd.Resolve",
        ),
        (
            f'{NSCD} = 0\nsendto(3<UNIX-STREAM:[7]>, "\\2\\0\\0\\0\\4\\0\\0\\0\\5\\0\\0\\0a.org", '
            "17, MSG_NOSIGNAL, NULL, 0) = 17",
            "name look-up", "nscd",
        ),
        (f"{NSCD} = 0", "name look-up", "nscd"),
        (
            "connect(3<VSOCK:[7]>, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=1}, 16)"
            " = 0",
            "connection", "AF_VSOCK",
        ),
        (
            "connect(5<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=?}, 16) = 0",
            "connection", "an address of a form unknown here",
        ),
        ("what(is this", "unseen input and output", "what(is this"),
        (
            'openat(AT_FDCWD</>, "/data/link", O_WRONLY) = 3</of/u/file>', "file", "/of/u/file",
        ),
        (
            'bind(3<UNIX-STREAM:[7]>, {sa_family=AF_UNIX, sun_path="/of/u/s"}, 110) = 0',
            "file", "/of/u/s",
        ),
        ("fchmod(3</of/u/x>, 0644) = 0", "file", "/of/u/x"),
        ("io_uring_setup(64, {flags=0}) = 5", "unseen input and output", "io_uring"),
        (
            'openat(AT_FDCWD</start>, "note", O_WRONLY|O_CREAT, 0666) = 3</start/note>',
            "file", "/start/note",
        ),
        ('openat(AT_FDCWD</x>, "/etc/x", O_RDWR) = -1 EACCES (Denied)', "file", "/etc/x"),
        ('openat2(9</of/u>, ".x", {flags=O_CREAT|O_RDWR, mode=0600}, 24) = 4', "file",
         "/of/u/.x"),
        ('mkdir("/of/u/.cache", 0777) = 0', "file", "/of/u/.cache"),
        ('rename("/tmp/a", "/of/u/b") = 0', "file", "/of/u/b"),
        ('renameat2(AT_FDCWD</start>, "/of/u/b", AT_FDCWD</start>, "/tmp/a", 0) = 0', "file",
         "/of/u/b"),
        ('symlinkat("/tmp/a", 4</of/u>, "link") = 0', "file", "/of/u/link"),
        ('unlink("/data/../etc/x") = 0', "file", "/etc/x"),
        ('openat(AT_FDCWD</>, "/home/na\\303\\257ve", O_CREAT|O_WRONLY, 0666) = 3', "file",
         "/home/naïve"),
        ('chdir("/of/u") = 0\nmkdir("x", 0777) = 0', "file", "/of/u/x"),
        (
            "connect(5<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(443), "
            'sin_addr=inet_addr("192.0.2.7")}, 16 <unfinished ...>',
            "connection", "192.0.2.7:443",
        ),
    ],
)  # fmt: skip
def test_what_leaves_is_seen(tmp_path: Path, line: str, kind: str, target: str) -> None:
    [found] = _attempts(tmp_path, line)
    assert (found.kind, found.target) == (kind, target)


@pytest.mark.parametrize(
    "line",
    [
        "connect(5<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(8707), "
        'sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        "connect(5<TCPv6:[9]>, {sa_family=AF_INET6, sin6_port=htons(8707), "
        'sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
        'connect(5<UNIX-STREAM:[9]>, {sa_family=AF_UNIX, sun_path="/tmp/llama.sock"}, 110) = 0',
        'connect(5<UNIX-STREAM:[9]>, {sa_family=AF_UNIX, sun_path=@"inner"}, 110) = 0',
        'sendto(5<UNIX-STREAM:[9]>, "{sa_family=AF_INET, sin_port=htons(443), '
        'sin_addr=inet_addr(\\"192.0.2.7\\")}", 60, MSG_NOSIGNAL, NULL, 0) = 60',
        'sendto(5<TCP:[127.0.0.1:4->127.0.0.1:5]>, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1',
        "sendto(5<NETLINK:[ROUTE:3]>, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, "
        "nl_pid=0, nl_groups=00000000}, 12) = 20",
        f"{NSCD} = -1 ENOENT (No such file or directory)",
        f'{NSCD} = 0\nsendto(3<UNIX-STREAM:[7]>, "\\2\\0\\0\\0\\1\\0\\0\\0\\2\\0\\0\\0000", 14, '
        "MSG_NOSIGNAL, NULL, 0) = 14",
        "io_uring_setup(64, {flags=0}) = -1 ENOSYS (Function not implemented)",
        'openat(AT_FDCWD</start>, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3</etc/hosts>',
        'openat(AT_FDCWD</start>, "/dev/null", O_RDWR) = 3</dev/null<char 1:3>>',
        'openat(AT_FDCWD</start>, "/tmp", O_RDWR|O_TMPFILE, 0600) = 3</tmp/#12 (deleted)>',
        "bind(3<TCP:[7]>, {sa_family=AF_INET, sin_port=htons(0), "
        'sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'bind(3<UNIX-STREAM:[7]>, {sa_family=AF_UNIX, sun_path=@"x"}, 110) = 0',
        "bind(3<NETLINK:[ROUTE:3]>, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0",
        'openat(AT_FDCWD</start>, "/data/x", O_WRONLY|O_CREAT, 0666) = 3</data/x>',
        'openat(7</data/deep>, "x", O_WRONLY|O_CREAT, 0666) = 3</data/deep/x>',
        'mkdir("/home", 0777) = -1 EEXIST (File exists)',
        'link("/of/u/a", "/tmp/a") = 0',
        'openat(AT_FDCWD</start>, "/opt/m/__pycache__/m.pyc.123", O_WRONLY|O_CREAT) = 3',
        "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---",
        "+++ exited with 0 +++",
    ],
)
def test_what_stays_is_left_alone(tmp_path: Path, line: str) -> None:
    assert _attempts(tmp_path, line) == []


def test_an_attempt_names_the_program_that_tried(tmp_path: Path) -> None:
    [found] = _attempts(
        tmp_path,
        'execve("/bin/sh", ["sh", "-c", "helper"], 0x7ff /* 3 vars */) = 0\n'
        "vfork() = 101",
        'chdir("/home") = 0\nclone3({flags=CLONE_VM}, 88) = 102',
        'mkdir("x", 0777) = -1 EROFS (Read-only file system)\n'
        'execve("/bin/helper", ["helper"], 0x7ff /* 3 vars */) = 0',
    )  # fmt: skip
    assert found == Attempt("file", "/home/x", "EROFS", "sh -c helper")
    assert not found.reached
