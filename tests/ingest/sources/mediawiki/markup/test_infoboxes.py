"""Tables that a template of the dump draws as a box are its facts."""

from pinakes.ingest.sources.mediawiki.markup.infoboxes import box_lines, is_box


def test_a_box_is_known_by_its_class() -> None:
    assert is_box('{| class="infobox vcard" style="x"\n|}')
    assert is_box("\n<table class='infobox'>")
    assert not is_box('{| class="wikitable"\n| infobox\n|}')
    assert box_lines("Tower\n,,\nHeight; 120 m\nBuilt: 1950; 1960\n") == [
        "Tower", "Height: 120 m", "Built: 1950; 1960",
    ]  # fmt: skip
