"""What every instrument must keep to; a new file in configs/policy is held to it without another line."""

import re
from dataclasses import asdict, replace
from functools import cache
from itertools import islice, pairwise, permutations
from pathlib import Path
from typing import Any

import pytest

from experiments.compose.registry import kinds, member_class
from experiments.compose.study import compose
from sim.books.credit_gap import Indicators
from sim.params import LENDER_KINDS, MarketConfig, RegulatorParameters, quantities
from sim.policies.base import NO_RATE_CAP_BP, Instrument, PhasedIn, compose_rulebook, join, joins, opening_rules
from sim.values import Rules
from tests.variants import fast_first

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "policy"
NAMES = sorted(kinds("policy"))
OPENING = opening_rules(RegulatorParameters())
SEEN = Indicators(months=(0, 3, 6), credit_shares=(0.10, 0.10, 0.15))  # of credit, by quarter


def class_of(name: str) -> type[Instrument]:
    """The class of an instrument, which says what makes it IDLE and STRICT, and the TRACE it leaves when it binds."""
    return member_class("policy", name, "policy")


def phases_in(name: str) -> bool:
    return issubclass(class_of(name), PhasedIn)


def strict(name: str, **changes: Any) -> tuple[str, Any]:
    """An instrument that binds somebody in any market, announced in month 24 and in force from month 30."""
    asked = {"announce_month": 24, "effective_month": 30, "kinds": (), **class_of(name).STRICT, **changes}
    return name, class_of(name)(**asked)


@cache  # composing is slow and configurations are frozen: one holds all instruments
def with_all() -> MarketConfig:
    return compose(["scale=smoke", f"policy=[{','.join(NAMES)}]"])


@cache
def market(*names: str, changes: tuple[str, ...] = ()) -> MarketConfig:
    if changes or len(names) > 1:
        return compose(["scale=smoke", f"policy=[{','.join(names)}]", *changes])
    return with_all()._replace(policy=tuple(member for member in with_all().policy if member[0] in names))


def test_every_instrument_has_a_config_of_its_own_name_and_every_other_config_is_a_rulebook() -> None:
    for path in FOLDER.glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == (f"# @package policy.{path.stem}" if path.stem in NAMES else "# @package policy")
    assert set(NAMES) <= {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize("name", NAMES)
class TestEveryInstrument:
    def test_says_where_it_comes_from(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        assert len(instrument.source) > 40
        assert re.search(r"\b20\d\d\b", instrument.source), "the document's year"
        assert isinstance(instrument.verified, bool)
        assert instrument.describe()

    def test_its_file_opens_with_its_place_and_its_source(self, name: str) -> None:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert lines[0] == f"# @package policy.{name}"
        assert any("# Source:" in line for line in lines)
        assert any(".venv/bin/sluice run" in line for line in lines)

    @pytest.mark.slow
    def test_its_file_tells_how_to_run_it(self, name: str) -> None:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        command = next(line for line in lines if ".venv/bin/sluice run" in line)
        overrides = command.split("sluice run", 1)[1].split()
        assert compose(["scale=smoke", f"policy=[{name}]"]).policy == market(name).policy
        changed = compose([text for text in overrides if not text.startswith("study=")])
        assert changed.policy != market(name).policy

    def test_every_number_has_unit_bounds_and_source(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        documented = quantities(type(instrument))
        for field, value in asdict(instrument).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert documented[field].low <= value <= documented[field].high
                assert documented[field].source

    def test_nothing_happens_before_it_is_in_force(self, name: str) -> None:
        config = market(name)
        (_, instrument), *_ = config.policy
        nothing = compose(["scale=smoke"])
        for month in (
            -config.calendar.warm_up_months,
            -1,
            0,
            instrument.announce_month,
            instrument.effective_month - 1,
        ):
            assert compose_rulebook(config, month).rules == compose_rulebook(nothing, month).rules
        for month in (-1, instrument.announce_month - 1):
            assert compose_rulebook(config, month) == compose_rulebook(nothing, month)

    def test_it_changes_the_rules_of_all_kinds_once_in_force(self, name: str) -> None:
        config = market()._replace(policy=(strict(name),))
        for month, in_force in ((29, ()), (30, (name,))):
            rulebook = compose_rulebook(config, month, SEEN)
            assert rulebook.in_force == in_force
            assert all((rulebook.of(kind) != OPENING) == bool(in_force) for kind in LENDER_KINDS)

    def test_it_binds_only_the_kinds_in_its_scope(self, name: str) -> None:
        _, instrument = strict(name)
        config = market()._replace(policy=((name, replace(instrument, kinds=("micro_lender",))),))
        rulebook = compose_rulebook(config, 60, SEEN)
        assert rulebook.of("micro_lender") != OPENING
        assert all(rulebook.of(kind) == OPENING for kind in LENDER_KINDS if kind != "micro_lender")

    def test_what_is_announced_is_what_lenders_must_expect(self, name: str) -> None:
        _, instrument = strict(name)
        if phases_in(name):
            instrument = replace(instrument, phase_in_months=5)
        config = market()._replace(policy=((name, instrument),))
        full = compose_rulebook(config, 60, SEEN)
        for month, expected in ((23, OPENING), (24, full.of("bank")), (31, full.of("bank"))):
            assert compose_rulebook(config, month, SEEN).ahead_of("bank") == expected

    def test_a_phase_in_gets_stricter_by_the_month_and_ends_in_time(self, name: str) -> None:
        _, instrument = strict(name)
        if not phases_in(name):
            return
        config = market()._replace(policy=((name, replace(instrument, phase_in_months=4)),))
        path = [compose_rulebook(config, month, SEEN).of("bank") for month in range(29, 36)]
        for before, after in pairwise(path):
            assert join(before, **after._asdict()) == after
        assert path[0] == OPENING
        assert path[4] != path[5] == path[6]
        with pytest.raises(ValueError, match="phase_in_months: the full rule must be reached before month 40"):
            replace(instrument, phase_in_months=10).check(40)

    def test_it_leaves_its_inputs_alone_and_repeats(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        before = tuple(OPENING)
        first = instrument.amend(OPENING, "bank", 60)
        assert instrument.amend(OPENING, "bank", 60) == first
        assert tuple(OPENING) == before

    def test_laying_it_over_its_own_result_changes_nothing_more(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        once = instrument.amend(OPENING, "bank", 60)
        assert instrument.amend(once, "bank", 60) == once

    def test_a_kind_of_lender_that_does_not_exist_is_refused_with_the_nearest(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        with pytest.raises(ValueError, match=r"kinds: .*nearest is bank.*was 'banc'"):
            replace(instrument, kinds=("banc",)).check(84)

    def test_dates_beyond_the_horizon_or_out_of_order_are_refused(self, name: str) -> None:
        (_, instrument), *_ = market(name).policy
        instrument.check(84)
        with pytest.raises(ValueError, match="effective_month"):
            instrument.check(instrument.effective_month)
        with pytest.raises(ValueError, match="announce_month"):
            replace(instrument, announce_month=31, effective_month=30).check(84)

    def test_a_rule_older_than_the_run_is_in_force_throughout(self, name: str) -> None:
        _, instrument = strict(name, announce_month=-60, effective_month=-60)
        instrument.check(84)
        config = market()._replace(policy=((name, instrument),))
        rulebooks = [compose_rulebook(config, month, SEEN).of("bank") for month in (-50, -1, 0, 83)]
        assert rulebooks[0] != OPENING
        assert len(set(rulebooks)) == 1


def test_every_rule_declares_how_two_instruments_join() -> None:
    assert set(joins()) == set(Rules._fields)
    assert set(joins().values()) == {min, max}


@pytest.mark.parametrize("month", fast_first([30, 36, 29, 33, 60], 2))
def test_the_order_of_instruments_does_not_matter(month: int) -> None:
    phased = tuple(f"policy.{name}.phase_in_months=6" for name in NAMES if phases_in(name))
    config = market(*NAMES, changes=phased)
    rules = compose_rulebook(config, month).rules
    rotations = [config.policy[turn:] + config.policy[:turn] for turn in range(len(config.policy))]
    for order in [*rotations, *islice(permutations(config.policy), 50)]:
        assert compose_rulebook(config._replace(policy=tuple(order)), month).rules == rules


def test_of_two_instruments_on_one_rule_the_stricter_holds_whoever_comes_first() -> None:
    (_, mild), *_ = market("capital_adequacy", changes=("policy.capital_adequacy.phase_in_months=4",)).policy
    strict = replace(mild, minimum_share=0.125)
    for pair in ((("a", mild), ("b", strict)), (("a", strict), ("b", mild))):
        config = market()._replace(policy=pair)
        for month in (30, 32, 60):
            joint = compose_rulebook(config, month).of("bank").minimum_capital_share
            assert joint == strict.amend(OPENING, "bank", month).minimum_capital_share


def test_a_phase_in_takes_even_steps_and_ends_at_the_full_rule() -> None:
    config = market("capital_adequacy", changes=("policy.capital_adequacy.phase_in_months=4",))
    path = [compose_rulebook(config, month).of("platform").minimum_capital_share for month in range(29, 36)]
    assert path == pytest.approx([0.08, 0.085, 0.09, 0.095, 0.10, 0.105, 0.105], abs=1e-12)
    assert path[-1] == 0.105


def test_the_buffer_comes_on_top_of_the_minimum() -> None:
    config = market("capital_adequacy", changes=("policy.capital_adequacy.conservation_buffer_share=0.025",))
    assert compose_rulebook(config, 30).of("bank").minimum_capital_share == pytest.approx(0.13)
    (_, instrument), *_ = config.policy
    with pytest.raises(ValueError, match="must not exceed 1"):
        replace(instrument, minimum_share=0.99).check(84)


def test_money_and_rates_enter_the_rules_in_fen_and_basis_points() -> None:
    rules = compose_rulebook(market("rate_cap", "borrower_cap"), 30).of("platform")
    assert rules.max_apr_bp == 2400
    assert rules.borrower_cap_fen == 20_000_000
    assert OPENING.max_apr_bp == NO_RATE_CAP_BP
