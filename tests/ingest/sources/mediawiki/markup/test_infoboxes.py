"""Tables that a template of the dump draws as a box are its facts."""

from pinakes.ingest.sources.mediawiki.markup.infoboxes import box_lines, infobox_facts, is_box


def test_a_box_is_known_by_its_class() -> None:
    assert is_box('{| class="infobox vcard" style="x"\n|}')
    assert is_box("\n<table class='infobox'>")
    assert not is_box('{| class="wikitable"\n| infobox\n|}')
    assert box_lines("Tower\n,,\nHeight; 120 m\nBuilt: 1950; 1960\n") == [
        "Tower", "Height: 120 m", "Built: 1950; 1960",
    ]  # fmt: skip


def test_more_series_than_any_box_has_are_not_compared() -> None:
    few = {"a_date1": "1990", "b_date1": "1991", "a_place1": "Bern"}
    assert infobox_facts(few) == ["A date: 1990; A place: Bern", "B date1: 1991"]
    many = {f"{'x' * length}y_date1": "1990" for length in range(1, 150)} | {"xy_place1": "Bern"}
    assert len(infobox_facts(many)) == 150
