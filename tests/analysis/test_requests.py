"""What tools of analysis are asked, and how they refuse: with the key, the rule and the nearest valid name."""

import math
from collections.abc import Callable

import pandas as pd
import pytest

from experiments.analyses import extras
from experiments.analyses.difference_in_differences.command import TOOL, DifferenceSettings
from experiments.analyses.frontier import command as frontier
from experiments.analyses.measures import Measure, check_measure, number, why_no_value
from experiments.analyses.parameters import FACTOR, ParameterRange, assumed_ranges, check_range, entries, with_values
from experiments.analyses.request import plain, read_request, read_settings
from experiments.analyses.reverse_stress import command as reverse_stress
from experiments.analyses.sensitivity import command as sensitivity
from experiments.analyses.static_stress import command as static_stress
from experiments.analyses.tool import Tool
from experiments.compose import tree
from experiments.refusal import Refusal
from sim.params import MarketConfig
from tests.market.small_market import composed

TOOLS = {tool.name: tool for tool in (sensitivity.TOOL, reverse_stress.TOOL, frontier.TOOL, static_stress.TOOL)}
FILES = [(name, file) for name in TOOLS for file in tree.groups()[name]]


@pytest.fixture(scope="module")
def market() -> MarketConfig:
    return composed()


def asked(name: str, *texts: str) -> None:
    tool: Tool = TOOLS[name]
    tool.check(read_request(tool.name, tool.settings, texts, tool.usual, tool.change))


@pytest.mark.parametrize(("name", "file"), FILES)
def test_every_file_of_the_tools_can_be_asked(name: str, file: str) -> None:
    asked(name, f"{name}={file}", "population.size=1000")


@pytest.mark.parametrize("file", tree.groups()[TOOL])
def test_every_file_of_comparisons_can_be_read(file: str) -> None:
    name, settings, rest = read_settings(TOOL, DifferenceSettings, [f"{TOOL}={file}", "out=x"], "customers")
    assert (name, rest) == (file, ("out=x",))
    assert settings.outcomes
    assert plain(settings)["treated"]["controls"] in ("indebted", "everybody")


REFUSED = {
    "sensitivity": {
        "sensitivity=asumed": "the nearest valid name is assumed",
        "sensitivity.trajectory=4": "the nearest valid name is trajectories",
        "sensitivity.trajectories=1": "must lie in 2 to 10000",
        "sensitivity.base_points=12": "a power of two, was 12",
        "sensitivity.levels=5": "must be even, was 5",
        "sensitivity.outcomes=[]": "must name at least one",
        "sensitivity.assumed_in=[behaviour.repaiment]": "the nearest valid name is behaviour.repayment",
        "sensitivity.spread_share=true": "must be a number",
        "populatoin.size=5": "the nearest valid name is population",
    },
    "reverse_stress": {
        "reverse_stress.tolerance=2.0": "smaller than the range",
        "reverse_stress.limit.broken=over": "must be one of 'below' or 'above'",
        "reverse_stress.limit.measure.outcome=market.dpd91_share": "the nearest valid name is dpd90_share",
        "reverse_stress.limit.measure.first_month=99": "must lie in 0 to 47",
        "reverse_stress.parameter.path=shock.unemployment.ad_share": "valid name is shock.unemployment.add_share",
        "reverse_stress.parameter.high=7": "must lie in 0 to",
    },
    "frontier": {
        "frontier.rule=[]": "no such number in this market",
        "frontier.rule=['policy=[rate_cpa]']": "the nearest valid name is rate_cap",
        "frontier.loss.outcome=market.charge_off_fen": "the nearest valid name is charge_offs_fen",
    },
    "static_stress": {
        "static_stress.months=100": "must be at most 36",
        "static_stress.shock=[]": "must name a shock",
        "shock.unemployment.start_month=3": "month 12 or later",
        "static_stress.rolls=guess": "must be one of 'observed' or 'satellite'",
    },
}


@pytest.mark.parametrize(
    ("name", "text", "words"), [(name, *case) for name, cases in REFUSED.items() for case in cases.items()]
)
def test_what_cannot_be_asked_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        asked(name, text)
    assert words in str(refusal.value)


def test_a_missing_library_is_named_with_the_extra_that_brings_it() -> None:
    with pytest.raises(Refusal, match=r"sensitivity: needs the library nosuchlibrary.*\.\[analysis\]"):
        extras.optional_module("nosuchlibrary.part", "sensitivity")


def test_a_fault_inside_a_library_is_not_taken_for_its_absence() -> None:
    with pytest.raises(ModuleNotFoundError):
        extras.optional_module("tests.analysis.broken_import", "sensitivity")


def test_values_are_set_by_path_and_by_factor_and_checked(market: MarketConfig) -> None:
    markup = ParameterRange("lender.*.markup_apr", 0.0, 0.03)
    opex = ParameterRange("lender.platform_a.opex_apr", 0.5, 1.5, FACTOR)
    months = ParameterRange("behaviour.repayment.collection_months", 10.0, 30.0)
    changed = with_values(market, [(markup, 0.02), (opex, 2.0), (months, 17.6)])
    assert {lender.markup_apr for _, lender in changed.lender} == {0.02}
    before, after = (dict(each.lender)["platform_a"].opex_apr for each in (market, changed))
    assert after == 2.0 * before
    assert changed.behaviour.repayment.collection_months == 18
    assert with_values(market, []) == market
    with pytest.raises(Refusal, match=r"lender.\w+.markup_apr: must lie in"):
        with_values(market, [(markup, 7.0)])


def test_assumed_numbers_are_ranged_within_their_bounds(market: MarketConfig) -> None:
    known = entries(market)
    found = assumed_ranges(market, ["behaviour.spending"], 0.25)
    assert len(found) > 3
    for each in found:
        entry = known[each.path]
        assert "assumed" in entry.source
        assert entry.low <= each.low < each.high <= entry.high
        assert each.low <= entry.value <= each.high


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": 0.3, "high": 0.2}, r"x.high: must be larger than low 0.3"),
        ({"path": "lender.*.markup_ap"}, r"the nearest valid name is lender.\w+.markup_apr"),
        ({"high": 2.0}, r"x.high: lender.\w+.markup_apr must lie in -0.5 to 1"),
    ],
)
def test_ranges_are_refused(market: MarketConfig, change: dict[str, object], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        check_range(ParameterRange("lender.*.markup_apr", 0.0, 0.1)._replace(**change), "x", market)


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (Measure("failures.platform_c"), r"no such lender or kind; the nearest valid name is platform_[ab]"),
        (Measure("lender.platfrm.dpd90_share"), r"the nearest valid name is platform"),
        (Measure("market.debt_fen", first_month=9, last_month=3), r"must not be earlier than first_month 9"),
    ],
)
def test_measures_are_refused(market: MarketConfig, measure: Measure, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        check_measure(measure, "limit", market)


@pytest.mark.parametrize("command", [sensitivity.main, reverse_stress.main, frontier.main, static_stress.main])
def test_commands_say_how_they_are_used_and_refuse_with_code_2(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["--help"]) == 0
    assert "sluice " in capsys.readouterr().out
    assert command(["populatoin.size=5"]) == 2
    assert "nearest valid name" in capsys.readouterr().err


def test_the_command_line_goes_before_the_file_and_reaches_the_second_market() -> None:
    tool: Tool = static_stress.TOOL
    texts = ["shock.unemployment.add_share=0.03", "months=50", "population.size=700"]
    request = read_request(tool.name, tool.settings, texts, tool.usual, tool.change)
    assert request.market.shock == ()
    assert dict(request.changed.shock)["unemployment"].add_share == 0.03
    assert dict(request.changed.shock)["unemployment"].start_month == 24
    assert {each.calendar.months for each in (request.market, request.changed)} == {50}
    assert request.market.population.size == request.changed.population.size == 700


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("mean", None), ("sum", None), ("last", None), ("minimum", 2.0), ("maximum", 3.0)],
)
def test_a_window_with_a_month_without_a_value_is_no_shorter_window(statistic: str, expected: float | None) -> None:
    """A lender that is shut from month 3 on has two months of four, which are no mean of the window."""
    series = pd.Series([1.0, 2.0, 3.0, math.nan, math.nan, 7.0])
    measure = Measure("lender.platform_a.mean_apr", statistic, 1, 4)
    found = number(measure, series)
    assert found == expected if expected is not None else math.isnan(found)
    whole = {"mean": 2.5, "sum": 5.0, "last": 3.0, "minimum": 2.0, "maximum": 3.0}
    assert number(measure._replace(last_month=2), series) == whole[statistic]


def test_the_last_month_of_a_window_may_have_a_value_where_others_have_none() -> None:
    series = pd.Series([1.0, 2.0, 3.0, math.nan, math.nan, 7.0])
    assert number(Measure("market.mean_apr", "last"), series) == 7.0
    assert "no loans were granted, so there is no price in the last month of the window" in why_no_value(
        Measure("market.mean_apr", "last")
    )
