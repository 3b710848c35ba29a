"""The sample and a tiny dump of awkward pages, each built once, and the service over them."""

import functools
import io
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import certifi
import pytest
import typer.main
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.cli.app import app
from pinakes.service.cli.main import main
from pinakes.service.generators.generator import Generator
from pinakes.service.http import server as http_server
from pinakes.service.http.app import create_app
from pinakes.service.http.listening import Listening
from pinakes.service.settings import ServeSettings, Settings
from tests.index.toys import QuietProgress, article, write_dump
from tests.index.two_dumps import build_kept_pages, build_two_dumps
from tests.service.output_forms import check_output
from tests.service.shared_encoder import open_shared_encoder
from tests.yardstick import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from tests.service.http.browser import Lend

MARKUP_TITLE = """<script>document.title='owned'</script> & "quotes" 'n' <b>bold</b>"""
MARKUP_TEXT = (
    "The zebrafish page says <nowiki><script>window.owned = 1</script>"
    "<img src=x onerror=window.owned=1></nowiki> & \"this\" 'too'."
)
ARABIC = "كانت مكتبة الإسكندرية أكبر مكتبة في العالم القديم. أسسها بطليموس الأول."
JAPANESE = "アレクサンドリア図書館は古代世界最大の図書館であった。𠮷野もそこにいた。"
LONG_WORD = "Donau" + "dampfschifffahrts" * 12 + "kapitän"


class Outcome(NamedTuple):
    """What a command ended with: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]
MakeClient = Callable[..., TestClient]
MakeServer = Callable[..., str]


@pytest.fixture(autouse=True, scope="session")
def only_default_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        for name in [name for name in os.environ if name.startswith("PINAKES_")]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Clients read the certificate of one authority, not all: that takes longer than an answer."""
    end = "-----END CERTIFICATE-----\n"
    path = tmp_path_factory.mktemp("authority") / "one.pem"
    path.write_text(Path(certifi.where()).read_text(encoding="ascii").partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield


@functools.cache
def _command_line() -> Callable[..., Any]:
    """Typer makes it anew at each call, which takes most of what a small command takes."""
    return typer.main.get_command(app)


@contextmanager
def logs_as_before() -> Iterator[None]:
    """Commands that are asked something keep words out of all logs of their process."""
    hooks = threading.excepthook, sys.unraisablehook
    cores = resource.getrlimit(resource.RLIMIT_CORE)
    factory = logging.getLogRecordFactory()
    try:
        yield
    finally:
        logging.setLogRecordFactory(factory)
        logging.captureWarnings(False)
        threading.excepthook, sys.unraisablehook = hooks
        resource.setrlimit(resource.RLIMIT_CORE, cores)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, with these lines as its standard input.

    Whatever it prints as JSON has the form that docs/cli.schema.json gives.
    """

    def run(*arguments: object, lines: str = "") -> Outcome:
        monkeypatch.setattr("pinakes.service.cli.app.app", _command_line())
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        capsys.readouterr()
        on_interrupt = signal.getsignal(signal.SIGINT)  # a command that breaks off ignores it then
        try:
            with pytest.raises(SystemExit) as done, logs_as_before():
                main([str(argument) for argument in arguments])
        finally:
            signal.signal(signal.SIGINT, on_interrupt)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        check_output([str(argument) for argument in arguments], captured.out)
        return Outcome(int(done.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def chromium() -> Iterator["Lend"]:
    """The browser of all tests."""
    from tests.service.http.browser import start_chromium

    with start_chromium() as lend:
        yield lend


@pytest.fixture(scope="session")
def sample(sample_collection: Path) -> Path:
    """The collection of the sample dump, every passage with a vector."""
    return sample_collection


@pytest.fixture(scope="session")
def index(sample_index: Index) -> Index:
    """The sample, open."""
    return sample_index


@pytest.fixture(scope="session")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles that would break a careless page: markup as text, other scripts, long words."""
    directory = tmp_path_factory.mktemp("awkward")
    pages = [
        article(1, MARKUP_TITLE, MARKUP_TEXT),
        article(2, "مكتبة الإسكندرية", ARABIC),
        article(3, "アレクサンドリア図書館", JAPANESE),
        article(4, "Long words", f"A long word is {LONG_WORD}. So it ends."),
    ]
    collection = directory / "toywiki"
    build_collection(
        collection,
        write_dump(directory, pages),
        None,
        "none",
        QuietProgress(),
        BuildOptions(workers=1),
    )
    return collection


@pytest.fixture(scope="session")
def two_dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with a generation of each of two dumps, between which much was edited."""
    return build_two_dumps(tmp_path_factory.mktemp("two-dumps") / "data")


@pytest.fixture(scope="session")
def kept_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but two pages that the second dump lacks are kept: numbers 4 and 6."""
    return build_kept_pages(tmp_path_factory.mktemp("kept-pages") / "data")


def make_app(collection: Path, generator: Generator | None = None, /, **sections: Any) -> FastAPI:
    """The real service over a collection, with these sections of its settings."""
    library = Library(collection.parent, [collection.name], open_encoder=open_shared_encoder)
    settings = Settings.model_validate({"data": collection.parent, **sections})
    return create_app(settings, library, generator)


def local_client(app: FastAPI, address: str = "http://localhost") -> TestClient:
    """A client that asks by one of the service's own names."""
    return TestClient(app, address, raise_server_exceptions=False)


@contextmanager
def running(app: FastAPI, **serve: Any) -> Iterator[str]:
    """The real server on a port of its own, with these settings; gives its address."""
    settings = ServeSettings.model_validate({"port": 0, **serve})
    listening = Listening(settings)
    server = http_server.make_server(app, settings, app.state.shutdown.begin)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening.socket]})
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started, "the server did not start"
        yield listening.name
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()
    assert not thread.is_alive(), "the server did not end"


@pytest.fixture
def make_client(sample: Path) -> Iterator[MakeClient]:
    """Clients of the service over the sample, with this generator or none."""
    with ExitStack() as stack:

        def make(generator: Generator | None = None, collection: Path = sample) -> TestClient:
            return stack.enter_context(local_client(make_app(collection, generator)))

        yield make


@pytest.fixture(scope="module")
def client(sample: Path) -> Iterator[TestClient]:
    """A client of the service over the sample, without a generator."""
    with local_client(make_app(sample)) as client:
        yield client


@pytest.fixture
def make_server(sample: Path) -> Iterator[MakeServer]:
    """Addresses of real servers over the sample, with this generator or none."""
    with ExitStack() as stack:

        def make(generator: Generator | None = None, collection: Path = sample) -> str:
            return stack.enter_context(running(make_app(collection, generator)))

        yield make
