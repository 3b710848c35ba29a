"""Examples from the documentation of Wikipedia's Template:Convert, and what it says of rounding."""

import pytest

from pinakes.ingest.sources.mediawiki.templates.convert import convert


def call(markup: str, *, short: bool = False) -> str | None:
    """``convert`` with the arguments of ``value|unit|…|name=value``."""
    parts = markup.split("|")
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    return convert([part for part in parts if "=" not in part], named, short=short)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("10|km|mi", "10 kilometres (6.2 mi)"),
        ("2|km|mi", "2 kilometres (1.2 mi)"),
        ("5|km", "5 kilometres (3.1 mi)"),
        ("7.1|mi|km", "7.1 miles (11.4 km)"),
        ("7.0|mi|km", "7.0 miles (11.3 km)"),
        ("1|lb|kg", "1 pound (0.45 kg)"),
        ("60|mph|km/h", "60 miles per hour (97 km/h)"),
        ("123|ft|m", "123 feet (37 m)"),
        ("10000|ft|m|0", "10,000 feet (3,048 m)"),
        ("1|acre", "1 acre (0.40 ha)"),
        ("640|acre|sqmi", "640 acres (1.00 sq mi)"),
        ("9.2|PD/sqmi", "9.2 per square mile (3.6/km²)"),
        ("0|km|mi", "0 kilometres (0 mi)"),
        ("0.5|mi|km", "0.5 miles (0.80 km)"),
    ],
)
def test_default_rounding_and_partner(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        # Whole numbers become feet and pounds with more care than the factor alone would ask.
        ("75|kg|lb", "75 kilograms (165 lb)"),
        ("123|m|ft", "123 metres (404 ft)"),
        ("50|m|ft", "50 metres (160 ft)"),
        ("100|m|ft", "100 metres (330 ft)"),
        ("1.8|m|ft", "1.8 metres (5.9 ft)"),
    ],
)
def test_feet_and_pounds_keep_whole_numbers_apart(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("100|C|F", "100 °C (212 °F)"),
        ("37|C|F", "37 °C (99 °F)"),
        ("-40|C|F", "−40 °C (−40 °F)"),
        ("0|C", "0 °C (32 °F)"),
        ("98.6|F|C", "98.6 °F (37.0 °C)"),
        ("1000|C|F", "1,000 °C (1,830 °F)"),
        ("−80|°F", "−80 °F (−62 °C)"),
        ("10|C|F K", "10 °C (50 °F; 283 K)"),
        ("0|K|C", "0 K (−273.15 °C)"),
    ],
)
def test_temperatures_keep_three_digits_of_kelvins(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("2|to|5|km|mi", "2 to 5 kilometres (1.2 to 3.1 mi)"),
        ("2|-|5|km|mi", "2–5 kilometres (1.2–3.1 mi)"),
        ("2|-|5|km|mi|2|abbr=on", "2–5 km (1.24–3.11 mi)"),
        ("2|and|5|km|mi|sigfig=3|abbr=off", "2 and 5 kilometres (1.24 and 3.11 miles)"),
        ("6|by|12|m|ft", "6 by 12 metres (20 by 39 ft)"),
        ("6|x|12|m|ft|abbr=on", "6 × 12 m (20 × 39 ft)"),
        ("112.3|x|75.7|x|28.4|cm|in|abbr=on", "112.3 × 75.7 × 28.4 cm (44.2 × 29.8 × 11.2 in)"),
    ],
)
def test_ranges_and_dimensions(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("1/2|mi", "1/2 mile (0.80 km)"),
        ("2+1/2|in|mm", "2+1/2 inches (64 mm)"),
        ("3 3/4|in|mm", "3 3/4 inches (95 mm)"),
        ("5|ft|8|in|m", "5 feet 8 inches (1.73 m)"),
        ("6|ft|1|in|cm", "6 feet 1 inch (185 cm)"),
        ("2|st|10|lb|kg", "2 stone 10 pounds (17 kg)"),
        ("1.85|m|ftin", "1.85 metres (6 ft 1 in)"),
        ("20|cm|ftin", "20 centimetres (8 in)"),
    ],
)
def test_fractions_feet_and_inches(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("123|ft|m|-1", "123 feet (40 m)"),
        ("123|ft|m|2", "123 feet (37.49 m)"),
        ("1.8|m|0", "1.8 metres (5 ft 11 in)"),
        ("50|ft|m|0|order=flip", "15 metres (50 ft)"),
        ("100|mi|km|disp=flip", "160 kilometres (100 mi)"),
        ("-33|°C|°F|1|disp=or", "−33 °C or −27.4 °F"),
        ("10|mi|km|adj=on", "10-mile (16 km)"),
        ("100|km|mi|sp=us", "100 kilometers (62 mi)"),
        ("10|km|mi|abbr=in", "10 km (6.2 miles)"),
        ("10|km|mi|abbr=off", "10 kilometres (6.2 miles)"),
        ("10|mi|km|disp=output only", "16 km"),
        ("10|mi|km|disp=number", "16"),
        ("22|km|mi|round=5", "22 kilometres (15 mi)"),
        ("10|nmi", "10 nautical miles (19 km; 12 mi)"),
        ("100|e6mi|e6km", "100 million miles (160 million km)"),
        ("2,381,741|km2|sqmi", "2,381,741 square kilometres (919,595 sq mi)"),
    ],
)
def test_options(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("2.1|Moilbbl|m3", "2.1 million barrels (330,000 m³)"),
        ("160|Tcuft", "160 trillion cubic feet (4.5 trillion m³)"),
        ("400000|oilbbl/d|m3/d", "400,000 barrels per day (64,000 m³/d)"),
        ("50|koilbbl/d|abbr=on", "50 thousand bbl/d (7.9 thousand m³/d)"),
        ("5|C-change|0|abbr=on", "5 °C (9 °F)"),
        ("3|e6carat|kg", "3 million carats (600 kg)"),
        ("1.2|g/cm3|lb/cuft", "1.2 grams per cubic centimetre (75 lb/cu ft)"),
        ("250|Nm", "250 newton-metres (180 lb⋅ft)"),
    ],
)
def test_compound_units(markup: str, expected: str) -> None:
    assert call(markup) == expected


def test_cvt_writes_symbols_on_both_sides() -> None:
    assert call("10|km|mi", short=True) == "10 km (6.2 mi)"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("12|parasang|km", "12 parasang"),
        ("1|to|2|parasang", "1 to 2 parasang"),
        ("10|km|fortnight", "10 kilometres"),
        ("10|km|kg", "10 kilometres"),
    ],
)
def test_what_cannot_be_converted_is_kept_as_given(markup: str, expected: str) -> None:
    assert call(markup) == expected


@pytest.mark.parametrize(
    "value",
    ["", "ten", "1/0", "1e999", "9" * 5000, "1" * 400, "1e-320", "²", "--5", "9" * 5000 + "/3"],
)
def test_what_is_no_number_is_no_measurement(value: str) -> None:
    assert convert([value, "km", "mi"], {}) is None


def test_nothing_at_all() -> None:
    assert convert([], {}) is None
    assert convert(["5"], {}) is None
    assert convert(["5", "to"], {}) is None
