"""The replayed history: every month is there, marked by where it comes from, and met in the month of its date."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from experiments.compose.study import compose
from experiments.refusal import Refusal
from sim.draws import Draws
from sim.economy.cycles import months_since_year_zero, replayed
from sim.economy.world import World
from sim.past import past_of

FILE = Path(__file__).resolve().parents[1] / "configs" / "economy" / "china_2017_2025.yaml"
LINE = re.compile(r"  - (\d\.\d+) # (\d{4}-\d{2}) (published.*|memory|interpolated|held)")
STARTED_IN = ("2017-01", "2020-07", "2021-01")
READ_IN_A_RELEASE = {"2020-12": 0.052, "2022-04": 0.061, "2022-05": 0.059, "2022-06": 0.055, "2025-02": 0.054}


def written(name: str) -> dict[str, tuple[float, str]]:
    """Return a path of the file by month: its value, and where it comes from."""
    block = re.split(r"^(\w+):", FILE.read_text(), flags=re.MULTILINE)
    lines = block[block.index(name) + 1].strip("\n").splitlines()[0:]
    found = [LINE.fullmatch(line) for line in lines if line.strip()]
    assert all(found), f"a line of {name} is not a value with its month and mark"
    return {each[2]: (float(each[1]), each[3]) for each in found if each}


@pytest.mark.parametrize("name", ["unemployment_path", "policy_rate_path"])
def test_every_month_of_nine_years_is_there_once(name: str) -> None:
    months = list(written(name))
    assert (months[0], months[-1], len(months)) == ("2017-01", "2025-12", 108)
    assert all(months_since_year_zero(b) - months_since_year_zero(a) == 1 for a, b in pairwise(months))


def test_interpolated_months_lie_on_a_line_and_published_ones_are_as_published() -> None:
    path = written("unemployment_path")
    values, marks = [value for value, _ in path.values()], [mark for _, mark in path.values()]
    for i, mark in enumerate(marks):
        if mark == "interpolated":
            assert values[i] == pytest.approx((values[i - 1] + values[i + 1]) / 2, abs=2e-5) or "interpolated" not in (
                marks[i - 1],
                marks[i + 1],
            )
    assert {month: path[month][0] for month in READ_IN_A_RELEASE} == READ_IN_A_RELEASE
    assert all(path[month][1] == "published" for month in READ_IN_A_RELEASE)
    assert "interpolated" not in [mark for _, mark in written("policy_rate_path").values()], (
        "a rate stands until changed"
    )


@pytest.mark.parametrize("start", STARTED_IN)
def test_a_value_is_met_in_the_month_of_its_date(start: str) -> None:
    config = compose(["economy=china_2017_2025", f"calendar.start='{start}'", "scale=smoke", "months=30"])
    world, draws, jobs, rates = World(config), Draws(1), written("unemployment_path"), written("policy_rate_path")
    for month in range(-3, 30):
        economy = world.turn(month, draws.of(month + 3), None)
        if month >= 0:
            assert economy.unemployment_share == pytest.approx(jobs[economy.date[:7]][0], abs=1e-9)
            assert economy.policy_rate_apr == rates[economy.date[:7]][0]
        else:  # the warm-up stands where the run begins
            assert economy.unemployment_share == pytest.approx(jobs[start][0])
            assert economy.policy_rate_apr == rates[start][0]


def test_the_last_value_stays_and_a_path_that_begins_later_or_nowhere_is_refused() -> None:
    assert [replayed((1.0, 2.0), 1, month, 0.5) for month in (-1, 0, 1, 9)] == [0.5, 2.0, 2.0, 2.0]
    assert replayed((), 3, 5, 0.5) == 0.5
    with pytest.raises(Refusal, match=r"economy\.path_start: must not be later than calendar\.start 2016-12"):
        compose(["economy=china_2017_2025", "calendar.start='2016-12'"])
    with pytest.raises(Refusal, match=r"economy\.path_start: must be a month written YYYY-MM, was '2017-13'"):
        compose(["economy.path_start='2017-13'"])


def test_the_past_of_a_path_is_its_values_and_not_how_they_were_dated() -> None:
    dated = compose(["economy=china_2017_2025", "calendar.start='2021-01'", "months=12"])
    economy = dated.economy
    plain = economy._replace(
        path_start="",
        unemployment_path=economy.unemployment_path[48:],
        policy_rate_path=economy.policy_rate_path[48:54],
    )
    assert past_of(dated, 6) == past_of(dated._replace(economy=plain), 6)
    other = plain._replace(policy_rate_path=(*plain.policy_rate_path[:5], 0.01))
    assert past_of(dated, 5) == past_of(dated._replace(economy=other), 5)
    assert past_of(dated, 6) != past_of(dated._replace(economy=other), 6)
