"""What is concluded from a study on several root seeds, side by side."""

import math

import pytest

from experiments.seeds import Found, conclusions, verdict

NAN = math.nan
PLACE = ("market.debt_fen", "1-3", "capped", "calm")
OTHER = ("market.informal_defaults", "1-3", "capped", "calm")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (Found(2.0, 1.0, 3.0, "t"), "+"),
        (Found(-2.0, -3.0, -1.0, "t, bootstrap-t beside"), "-"),
        (Found(0.5, -1.0, 2.0, "t"), "open"),
        (Found(0.0, 0.0, 0.0, "t"), "open"),
        (Found(0.0, NAN, NAN, "no spread"), "no interval"),
        (Found(3.0, NAN, NAN, "no spread"), "no interval"),
        (Found(3.0, NAN, NAN, "single"), "no interval"),
        (Found(0.0, -0.4, 0.4, "count bound"), "open"),
        (Found(0.0, NAN, NAN, "identical"), "identical"),
        (Found(NAN, NAN, NAN, "none"), "no value"),
    ],
)
def test_what_an_effect_concludes(found: Found, message: str) -> None:
    assert verdict(found) == message


def test_conclusions_of_two_seeds_are_counted_and_missing_ends_are_not_written() -> None:
    one = {PLACE: Found(2.0, 1.0, 3.0, "t"), OTHER: Found(0.0, NAN, NAN, "no spread")}
    two = {PLACE: Found(-2.0, -3.0, -1.0, "t"), OTHER: Found(NAN, NAN, NAN, "none")}
    lines = list(conclusions({1: one, 2: two}))
    assert lines[1].split() == ["seed", "1", "+2", "[+1,", "+3]", "+"]
    assert lines[4].split() == ["seed", "1", "+0", "no", "interval"]
    assert lines[5].split() == ["seed", "2", "no", "value"]
    assert lines[6].strip().startswith("0 of 2 primary effects conclude alike on all 2 seeds; 1 have one sign")
    assert lines[7:] == [
        "1 have no interval or no value on some seed, and conclude nothing there:",
        f"  {', '.join(OTHER)}",
    ]


def test_seeds_that_conclude_nothing_do_not_agree() -> None:
    """Both seeds lack an interval, a third lacks the effect: that is the same verdict, and no conclusion."""
    none = {PLACE: Found(2.0, 1.0, 3.0, "t"), OTHER: Found(0.0, NAN, NAN, "single")}
    lines = list(conclusions({1: none, 2: none}))
    assert lines[6].strip().startswith("1 of 2 primary effects conclude alike on all 2 seeds; 0 have one sign")
    lacking = list(conclusions({1: none, 2: {OTHER: none[OTHER]}}))
    assert lacking[-3].startswith("2 have no interval or no value")
    assert list(conclusions({1: {PLACE: none[PLACE]}}))[-1].strip().startswith("1 of 1"), "nothing to name"
