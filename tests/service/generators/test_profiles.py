"""What was measured of models is kept for all of them, and read for the one that answers."""

from pathlib import Path

import pytest

from pinakes.service.generators.generator import ModelInfo
from pinakes.service.generators.profiles import ModelProfile, keep_profile, profile_of

GOOD = ModelProfile(parameters=135_000_000, collection="wiki", answered=50, right=30)
INFO = ModelInfo("Tiny", 4_096, parameters=135_000_000)


def test_each_model_has_its_own(tmp_path: Path) -> None:
    other = ModelProfile(collection="wiki", answered=50, right=29)
    keep_profile("Other", other, tmp_path)
    path = keep_profile("Tiny", GOOD, tmp_path)
    assert path.parent == tmp_path
    assert profile_of(INFO, tmp_path) == GOOD
    assert profile_of(ModelInfo("Other", 4_096), tmp_path) == other
    assert profile_of(ModelInfo("Third", 4_096), tmp_path) is None
    assert (GOOD.small, other.small) == (False, True)


@pytest.mark.parametrize(("right", "small", "tiny"), [(19, True, True), (20, True, False)])
def test_a_model_that_is_seldom_right_counts_as_tiny(right: int, small: bool, tiny: bool) -> None:
    profile = ModelProfile(collection="wiki", answered=50, right=right)
    assert (profile.small, profile.tiny) == (small, tiny)


def test_a_model_of_that_name_with_other_parameters_is_another(tmp_path: Path) -> None:
    keep_profile("Tiny", GOOD, tmp_path)
    assert profile_of(ModelInfo("Tiny", 4_096, parameters=7), tmp_path) is None


@pytest.mark.parametrize("kept", ["", "[]", '{"Tiny": 1}', '{"Tiny": {"answered": 0}}', "\xff"])
def test_a_file_that_is_broken_says_nothing_and_is_written_anew(tmp_path: Path, kept: str) -> None:
    path = keep_profile("Tiny", GOOD, tmp_path)
    path.write_bytes(kept.encode("latin-1"))
    assert profile_of(INFO, tmp_path) is None
    keep_profile("Tiny", GOOD, tmp_path)
    assert profile_of(INFO, tmp_path) == GOOD
