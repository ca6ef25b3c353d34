"""What every shock must keep to; a new file in configs/shock is held to it without another line."""

from dataclasses import asdict, replace
from functools import cache
from itertools import islice, permutations
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

import pytest

from experiments.compose.registry import kinds
from experiments.compose.study import compose
from sim.draws import Draws
from sim.economy.world import World
from sim.market import CreditMarket
from sim.params import MarketConfig, quantities
from sim.values import Economy
from tests.market.small_market import SEED, changed_state, completed, completed_by_reference, differing, small

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "shock"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
START, MONTHS = 4, 9  # of the small markets
TINY = {"people": 150, "warm_up": 8, "months": MONTHS}  # run by the reference too
GROWN = {"people": 1_500, "warm_up": 30, "months": MONTHS}  # with claims to collect
SCOPES = {"kinds": "platform", "lenders": "bank_b", "lender": "bank_b", "regions": "northeast", "sectors": "services"}


CONFIG = ("scale=smoke", "calendar.warm_up_months=6")


@cache  # composing is slow and configurations are frozen: one holds all shocks
def with_all() -> MarketConfig:
    return compose([*CONFIG, f"shock=[{','.join(NAMES)}]"])


@cache
def market(*names: str, changes: tuple[str, ...] = ()) -> MarketConfig:
    if changes or len(names) > 1:
        return compose([*CONFIG, f"shock=[{','.join(names)}]", *changes])
    return with_all()._replace(shock=tuple(member for member in with_all().shock if member[0] in names))


@cache
def turned(config: MarketConfig) -> tuple[Economy, ...]:
    """The economy of every month, with people left out."""
    world, draws = World(config), Draws(11)
    warm_up = config.calendar.warm_up_months
    months = range(-warm_up, config.calendar.months)
    return tuple(world.turn(month, draws.of(month + warm_up), None, config.shock) for month in months)


def calm_world() -> tuple[Economy, ...]:
    return turned(market())


def shock_of(name: str, **changes: Any) -> Any:
    (_, shock), *_ = market(name).shock
    return replace(shock, **changes)


def of_size(shock: Any, factor: float) -> Any:
    """The same shock with each of its sizes times a factor, as far as its bounds allow."""
    bounds = quantities(type(shock))
    sizes = {name: getattr(shock, name) for name in shock.SIZES}
    return replace(shock, **{name: type(size)(min(bounds[name].high, size * factor)) for name, size in sizes.items()})


def people_under(name: str, shock: Any, **size: int) -> MarketConfig:
    """A small market in which the shock comes in month START."""
    return small(**size)._replace(shock=((name, replace(shock, start_month=START)),))


def check_all(shock: Any) -> None:
    shock.check(84)
    shock.check_lenders(World(market()).lenders)


@cache
def eve() -> CreditMarket:
    """The grown market as it stands before month START; branch it, do not step it."""
    calm = CreditMarket(small(**GROWN), rng=SEED)
    calm.run_until(START)
    return calm


def test_every_shock_has_a_file_of_its_own_name() -> None:
    assert sorted(kinds("shock")) == NAMES


@pytest.mark.parametrize("name", NAMES)
class TestEveryShock:
    def test_says_where_it_comes_from(self, name: str) -> None:
        assert len(shock_of(name).source) > 30

    def test_its_file_opens_with_its_place_and_its_source(self, name: str) -> None:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert lines[0] == f"# @package shock.{name}"
        assert any("# Source:" in line for line in lines)
        assert any(".venv/bin/sluice run" in line for line in lines)

    @pytest.mark.slow
    def test_its_file_tells_how_to_run_it(self, name: str) -> None:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        command = next(line for line in lines if ".venv/bin/sluice run" in line)
        overrides = command.split("sluice run", 1)[1].split()
        assert compose([*CONFIG, f"shock=[{name}]"]).shock == market(name).shock
        changed = compose([text for text in overrides if not text.startswith("study=")])
        assert changed.shock != market(name).shock

    def test_every_number_has_unit_bounds_and_source(self, name: str) -> None:
        shock = shock_of(name)
        documented = quantities(type(shock))
        for field, value in asdict(shock).items():
            if isinstance(value, int | float):
                assert documented[field].low <= value <= documented[field].high
                assert documented[field].source
        assert shock.SIZES
        assert all(documented[size].low == 0 < getattr(shock, size) for size in shock.SIZES)

    def test_nothing_happens_before_it_starts_and_something_does_then(self, name: str) -> None:
        config = market(name)
        first = config.calendar.warm_up_months + shock_of(name).start_month
        with_shock = turned(config)
        assert with_shock[:first] == calm_world()[:first]
        assert with_shock[first] != calm_world()[first]

    def test_of_size_zero_it_is_the_calm_world_to_the_bit(self, name: str) -> None:
        changes = tuple(f"shock.{name}.{size}=0" for size in shock_of(name).SIZES)
        assert turned(market(name, changes=changes)) == calm_world()

    @pytest.mark.fast_first(4)
    def test_of_size_zero_it_is_the_calm_market_to_the_byte(self, name: str) -> None:
        nothing = completed(people_under(name, of_size(shock_of(name), 0.0), **GROWN))
        assert differing(nothing.record.tables, completed(small(**GROWN)).record.tables) == []
        assert changed_state(nothing, completed(small(**GROWN))) == []

    @pytest.mark.fast_first(6)
    def test_it_reaches_the_market_and_a_branch_from_its_eve_is_the_same_market(self, name: str) -> None:
        config = people_under(name, shock_of(name), **GROWN)
        whole = completed(config)
        branch = eve().branch(config)
        branch.run()
        assert differing(branch.record.tables, whole.record.tables) == []
        assert changed_state(branch, whole) == []
        assert differing(whole.record.tables, completed(small(**GROWN)).record.tables) != []

    @pytest.mark.slow
    def test_market_and_reference_live_it_alike(self, name: str) -> None:
        arrays = people_under(name, shock_of(name), **TINY)
        assert differing(completed(arrays).record.tables, completed_by_reference(arrays).record.tables) == []
        assert changed_state(completed(arrays), completed_by_reference(arrays)) == []

    def test_it_repeats_and_leaves_its_inputs_alone(self, name: str) -> None:
        config = market(name)
        assert turned.__wrapped__(config) == turned(config)
        shock = shock_of(name)
        economy = next(economy for economy in calm_world() if economy.month == shock.start_month)
        copy = tuple(economy)
        shock.overlay(economy, World(config).lenders)
        assert tuple(economy) == copy

    def test_a_start_beyond_the_horizon_or_an_unknown_shape_is_refused(self, name: str) -> None:
        shock = shock_of(name)
        shock.check(84)
        with pytest.raises(ValueError, match=r"start_month: must lie in 0 to 35"):
            shock.check(36)
        with pytest.raises(ValueError, match=r"shape: .*nearest is pulse.*was 'pulze'"):
            replace(shock, shape="pulze").check(84)

    def test_a_scope_that_names_nobody_is_refused_with_the_nearest_name(self, name: str) -> None:
        shock = shock_of(name)
        for scope, known in SCOPES.items():
            if not hasattr(shock, scope):
                continue
            wrong = known if scope == "lender" else (known,)
            misspelt = replace(shock, **{scope: wrong + "_" if scope == "lender" else (known + "_",)})
            with pytest.raises(ValueError, match=rf"{scope}: .*nearest is {known}.*was '{known}_'"):
                check_all(misspelt)


def test_the_order_of_shocks_does_not_matter() -> None:
    config = market(*NAMES)
    expected = turned(config)
    rotations = [config.shock[turn:] + config.shock[:turn] for turn in range(len(config.shock))]
    for order in [config.shock[::-1], *rotations, *islice(permutations(config.shock), 1, 500, 50)]:
        assert turned(config._replace(shock=tuple(order))) == expected


@pytest.mark.slow
def test_all_shocks_at_once_are_lived_alike_by_market_and_reference() -> None:
    together = tuple((name, shock_of(name, start_month=START)) for name in NAMES)
    arrays = small(people=200, warm_up=14, months=MONTHS, shock=together)
    assert differing(completed(arrays).record.tables, completed_by_reference(arrays).record.tables) == []
    assert changed_state(completed(arrays), completed_by_reference(arrays)) == []


# --- more of it is never better -------------------------------------------------------------------------------------
SEEDS = 4
SIZES = (0.0, 0.5, 1.0, 2.0)  # times the size in the file
T_OF_THREE = 3.182  # 97.5% point of the t distribution with SEEDS - 1 degrees of freedom
BOTH = ("lender", "market")
FUNDERS_LISTEN = 5.0  # rollover lost per unit of people who have heard: a rumour costs a lender nothing before they do


@cache
def before_losses(seed: int) -> CreditMarket:
    config = small(people=2_000, warm_up=24, months=30)
    listening = tuple(
        (name, lender._replace(funders=lender.funders._replace(rumour_rollover_slope=FUNDERS_LISTEN)))
        for name, lender in config.lender
    )
    calm = CreditMarket(config._replace(lender=listening), rng=seed)
    calm.run_until(START)
    return calm


class Harm(NamedTuple):
    """What a market came to from month START on."""

    profit_fen: int  # of all lenders, losses taken off
    hardship_share: float  # of people, summed over months


@cache
def harm(seed: int, name: str, factor: float) -> Harm:
    parent = before_losses(seed)
    shock = replace(of_size(shock_of(name), factor), start_month=START)
    branch = parent.branch(parent.config._replace(shock=((name, shock),)))
    branch.run()
    lenders, everybody = (branch.record.table(table).to_pandas().query("month >= @START") for table in BOTH)
    return Harm(int(lenders["profit_fen"].sum()), float(everybody["hardship_share"].sum()))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_more_of_a_shock_is_not_better_for_losses_on_average_over_seeds(name: str) -> None:
    """Beyond the draw of seeds; and at its largest it costs lenders profit or brings people hardship."""
    paths = [[harm(seed, name, factor) for factor in SIZES] for seed in range(SEEDS)]
    for step in range(len(SIZES) - 1):
        gains = [path[step + 1].profit_fen - path[step].profit_fen for path in paths]
        assert mean(gains) <= T_OF_THREE * stdev(gains) / sqrt(SEEDS), (SIZES[step + 1], gains)
    losses = mean(path[0].profit_fen - path[-1].profit_fen for path in paths)
    hardship = mean(path[-1].hardship_share - path[0].hardship_share for path in paths)
    assert losses > 0 or hardship > 0.0
