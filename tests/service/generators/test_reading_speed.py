"""How fast a model reads: by the latest prompts, and by no short ones."""

from pinakes.service.generators.reading_speed import ReadingSpeed


def test_the_median_of_the_latest_prompts() -> None:
    speed = ReadingSpeed()
    assert speed.per_s is None
    for seconds in (1.0, 2.0, 100.0):
        speed.note(1_000, seconds)
    assert speed.per_s == 500
    for _ in range(9):
        speed.note(100, 1.0)
    assert speed.per_s == 100


def test_prompts_that_say_nothing_of_the_speed() -> None:
    speed = ReadingSpeed()
    speed.note(63, 0.001)
    speed.note(1_000, 0.0)
    assert speed.per_s is None
