"""Flag over environment over file over default; a bad value names key and value."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from pinakes.service.errors import BadInput
from pinakes.service.settings import GeneratorSettings, load_settings


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's configuration file, empty, and no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("PINAKES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "pinakes" / "pinakes.toml"
    path.parent.mkdir()
    path.write_text("")
    return path


def test_flag_over_environment_over_file_over_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().serve.port == 8707
    config.write_text("[serve]\nport = 1111\nhost = '::1'\n")
    assert load_settings().serve.port == 1111
    monkeypatch.setenv("PINAKES_SERVE__PORT", "2222")
    assert load_settings().serve.port == 2222
    settings = load_settings(serve__port=3333)
    assert settings.serve.port == 3333
    assert settings.serve.host == "::1"


def test_flags_that_are_not_given_count_for_nothing() -> None:
    assert load_settings(data=None, search__mode=None) == load_settings()


def test_data_lies_under_the_xdg_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/share")
    assert load_settings().data == Path("/srv/share/pinakes")
    monkeypatch.setenv("PINAKES_DATA", "/srv/wiki")
    assert load_settings().data == Path("/srv/wiki")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[serve]\nport = 'many'", ["serve.port", "many"]),
        ("[serve]\nprot = 1", ["serve.prot"]),
        ("[generator]\nbackend = 'gpt'", ["generator.backend", "gpt"]),
        ("surprise = 1", ["surprise"]),
        ("collection = '../wiki'", ["collection", "'../wiki'", "letters, digits, dots"]),
        ("[serve", ["pinakes.toml"]),
    ],
)
def test_a_bad_file_names_key_and_value(config: Path, content: str, words: list[str]) -> None:
    config.write_text(content)
    with pytest.raises(BadInput) as refused:
        load_settings()
    for word in words:
        assert word in str(refused.value)


def test_settings_are_frozen() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.serve.port = 1  # type: ignore[misc]


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINAKES_GENERATOR__API_KEY", "sesame")
    assert "sesame" not in repr(load_settings())


def test_a_variable_that_is_no_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an underscore too few, TLS would be off without a word."""
    monkeypatch.setenv("PINAKES_SERVE_TLS_CERTIFICATE", "chain.pem")
    with pytest.raises(BadInput, match="did you mean PINAKES_SERVE__TLS_CERTIFICATE"):
        load_settings()
    monkeypatch.delenv("PINAKES_SERVE_TLS_CERTIFICATE")
    monkeypatch.setenv("PINAKES_COLOUR", "blue")
    with pytest.raises(BadInput, match="PINAKES_COLOUR in the environment is no setting"):
        load_settings()


def test_how_long_a_model_thinks() -> None:
    """Off; for as many tokens as are set; else for those that are usual."""
    assert [
        (chosen.effort, chosen.thinking_budget)
        for chosen in (
            GeneratorSettings(),
            GeneratorSettings(thinking_tokens=500),
            GeneratorSettings(thinking="low"),
            GeneratorSettings(thinking="on"),
            GeneratorSettings(thinking="on", thinking_tokens=9),
            GeneratorSettings(thinking="off", thinking_tokens=9),
        )
    ] == [("off", 0), ("on", 500), ("low", 1_024), ("on", 4_096), ("on", 9), ("off", 0)]


def test_fields_of_requests_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINAKES_GENERATOR__EXTRA_BODY", '{"top_k": 20}')
    assert load_settings().generator.extra_body == {"top_k": 20}
    monkeypatch.setenv("PINAKES_GENERATOR__EXTRA_BODY", '{"messages": []}')
    with pytest.raises(BadInput, match=r"generator\.extra_body.*messages cannot be set"):
        load_settings()
