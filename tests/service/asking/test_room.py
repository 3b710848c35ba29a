"""Room for a prompt and a reply, by the context of a model, its speed and its size."""

from typing import Any

import pytest

from pinakes.service.asking.room import TokenRoom, room_for
from pinakes.service.generators.generator import ModelInfo
from pinakes.service.settings import GeneratorSettings

URL = {"url": "http://127.0.0.1:1"}
SMALL = 135_000_000
# name, the model, what is set, and the room
CASES: list[tuple[str, dict[str, Any], dict[str, Any], TokenRoom]] = [
    ("embedded, unknown", {}, {}, TokenRoom(500, 3_072, 1_024)),
    ("a server, unknown", {}, URL, TokenRoom(3_000, 3_072, 1_024)),
    ("slow", {"reads_per_s": 20.0}, URL, TokenRoom(500, 3_072, 1_024)),
    ("fast", {"reads_per_s": 300.0}, {}, TokenRoom(1_800, 3_072, 1_024)),
    ("as fast as there is context", {"reads_per_s": 9e9}, {}, TokenRoom(3_072, 3_072, 1_024)),
    (
        "much context",
        {"reads_per_s": 9e9, "context_tokens": 32_768},
        URL,
        TokenRoom(8_000, 31_744, 1_024),
    ),
    ("small", {"parameters": SMALL}, {}, TokenRoom(500, 3_840, 256)),
    ("little context", {"context_tokens": 1_024}, URL, TokenRoom(768, 768, 256)),
    ("thinking", {"context_tokens": 16_384}, {"thinking": "low"}, TokenRoom(500, 14_336, 2_048)),
    ("thinking in little", {}, {"thinking": "on"}, TokenRoom(500, 1_024, 3_072)),
    (
        "all set",
        {"reads_per_s": 9.0},
        {"prompt_tokens": 900, "answer_tokens": 100, "thinking_tokens": 50},
        TokenRoom(900, 3_946, 150),
    ),
]


@pytest.mark.parametrize(
    ("model", "chosen", "room"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_room(model: dict[str, Any], chosen: dict[str, Any], room: TokenRoom) -> None:
    info = ModelInfo("m", **{"context_tokens": 4_096, **model})
    assert room_for(info, GeneratorSettings(**chosen)) == room
