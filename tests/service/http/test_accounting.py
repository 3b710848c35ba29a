from pathlib import Path

import pytest

from tests.service.conftest import local_client, make_app


@pytest.mark.parametrize("wanted", [False, True])
def test_the_access_log_has_patterns_and_no_queries(
    awkward: Path, wanted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with local_client(make_app(awkward, None, serve={"access_log": wanted})) as client:
        for path in (
            "/api/search?q=zebrafish",
            "/c/toywiki/api/search?q=zebrafish",
            "/c/toywiki/page/1?searched=zebrafish",
            "/zebrafish",
        ):
            client.get(path)
    told = capsys.readouterr().err
    assert "zebrafish" not in told
    routes = [
        " /api/search 200 ",
        " /c/{collection}/api/search 200 ",
        " /c/{collection}/page/{name:path} 307 ",
        " none 404 ",
    ]
    assert [route in told for route in routes] == [wanted] * 4


def test_head_is_logged_as_its_route(awkward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with local_client(make_app(awkward, None, serve={"access_log": True})) as client:
        client.head("/c/toywiki/api/pages/2")
    assert " /c/{collection}/api/pages/{page:path} 200 " in capsys.readouterr().err
