import os
from pathlib import Path

from pinakes.index.holders import holders, named
from pinakes.index.locks import GenerationLock


def test_who_holds_a_directory_is_told(tmp_path: Path) -> None:
    for name in ("held", "free"):
        (tmp_path / name).mkdir()
    lock = GenerationLock(tmp_path / "held")
    assert holders(tmp_path / "held") == [os.getpid()]
    assert holders(tmp_path / "free") == []
    lock.release()
    assert holders(tmp_path / "held") == []
    assert holders(tmp_path / "gone") == []


def test_processes_as_a_text() -> None:
    assert named([]) == "another process"
    assert named([7]) == "process 7"
    assert named([7, 8, 9]) == "processes 7, 8 and 9"
