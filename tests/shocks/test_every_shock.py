"""What every shock must keep to; a new file in configs/shock is held to it without another line."""

from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from experiments.config import compose
from experiments.registry import kinds
from sim.draws import Draws
from sim.economy import World
from sim.params import MarketConfig, quantities
from sim.shocks.base import SHAPES, felt_share
from sim.shocks.unemployment import Unemployment
from sim.values import Economy

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "shock"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SIZES = {
    "unemployment": ["add_share"],
    "funding_freeze": ["rollover_cut_share", "spread_add_apr"],
    "shutdown_rumour": ["seed_share"],
}


@cache  # composing is slow and configurations are frozen
def market(*names: str, changes: tuple[str, ...] = ()) -> MarketConfig:
    return compose(["scale=smoke", "calendar.warm_up_months=6", f"shock=[{','.join(names)}]", *changes])


@cache
def lived(config: MarketConfig) -> tuple[Economy, ...]:
    world, draws = World(config), Draws(11)
    warm_up = config.calendar.warm_up_months
    months = range(-warm_up, config.calendar.months)
    return tuple(world.turn(month, draws.of(month + warm_up), None, config.shock) for month in months)


CALM = lived(market())


def test_every_shock_has_a_file_of_its_own_name() -> None:
    assert sorted(kinds("shock")) == NAMES


@pytest.mark.parametrize("name", NAMES)
class TestEveryShock:
    def test_says_where_it_comes_from(self, name: str) -> None:
        (_, shock), *_ = market(name).shock
        assert len(shock.source) > 30

    def test_its_file_opens_with_its_place_and_tells_how_to_run_it(self, name: str) -> None:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert lines[0] == f"# @package shock.{name}"
        assert any("# Source:" in line for line in lines)
        command = next(line for line in lines if "python -m experiments.run" in line)
        overrides = command.split("experiments.run", 1)[1].split()
        changed = compose([text for text in overrides if not text.startswith("study=")])
        assert changed.shock != market(name).shock

    def test_every_number_has_unit_bounds_and_source(self, name: str) -> None:
        (_, shock), *_ = market(name).shock
        documented = quantities(type(shock))
        for field, value in shock._asdict().items():
            if isinstance(value, int | float):
                assert documented[field].low <= value <= documented[field].high
                assert documented[field].source

    def test_nothing_happens_before_it_starts_and_something_does_then(self, name: str) -> None:
        config = market(name)
        (_, shock), *_ = config.shock
        first = config.calendar.warm_up_months + shock.start_month
        with_shock = lived(config)
        assert with_shock[:first] == CALM[:first]
        assert with_shock[first] != CALM[first]

    def test_of_size_zero_it_is_the_calm_world_to_the_bit(self, name: str) -> None:
        assert lived(market(name, changes=tuple(f"shock.{name}.{size}=0.0" for size in SIZES[name]))) == CALM

    def test_it_repeats_and_leaves_its_inputs_alone(self, name: str) -> None:
        config = market(name)
        assert lived.__wrapped__(config) == lived(config)
        (_, shock), *_ = config.shock
        economy = next(economy for economy in CALM if economy.month == shock.start_month)
        copy = tuple(economy)
        shock.overlay(economy, World(config).lenders)
        assert tuple(economy) == copy

    def test_a_start_beyond_the_horizon_or_an_unknown_shape_is_refused(self, name: str) -> None:
        (_, shock), *_ = market(name).shock
        shock.check(84)
        with pytest.raises(ValueError, match=r"start_month: must lie in 0 to 35"):
            shock.check(36)
        with pytest.raises(ValueError, match=r"shape: .*nearest is pulse.*was 'pulze'"):
            shock._replace(shape="pulze").check(84)


def test_the_order_of_shocks_does_not_matter() -> None:
    config = market(*NAMES)
    expected = lived(config)
    for order in permutations(config.shock):
        assert lived(config._replace(shock=order)) == expected


def test_a_pulse_ends_and_a_decay_fades_and_a_ramp_and_a_step_stay() -> None:
    shocks = {shape: Unemployment(start_month=3, months=4, shape=shape) for shape in SHAPES}
    paths = {shape: [felt_share(shock, month) for month in range(9)] for shape, shock in shocks.items()}
    assert paths == {
        "step": [0, 0, 0, 1, 1, 1, 1, 1, 1],
        "pulse": [0, 0, 0, 1, 1, 1, 1, 0, 0],
        "ramp": [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1],
        "decay": [0, 0, 0, 1, 0.75, 0.5, 0.25, 0, 0],
    }


def test_the_unemployment_shock_raises_the_path_by_its_share_and_brings_it_back() -> None:
    path = {economy.month: economy for economy in lived(market("unemployment"))}
    assert path[36].unemployment_share == pytest.approx(0.082, abs=1e-9)
    assert path[48].unemployment_share == pytest.approx(0.067, abs=1e-9)
    assert path[60].unemployment_share == pytest.approx(0.052, abs=1e-9)
    falling = [path[month].unemployment_share for month in range(36, 61)]
    assert all(later < earlier for earlier, later in pairwise(falling))


def test_a_freeze_strikes_only_the_lenders_in_its_scope() -> None:
    config = market("funding_freeze", changes=("shock.funding_freeze.kinds=[platform]",))
    economy = next(economy for economy in lived(config) if economy.month == 36)
    expected = tuple(0.5 if lender.kind == "platform" else 1.0 for _, lender in config.lender)
    assert economy.rollover_factors == expected
    assert 1.0 in expected
    assert 0.5 in expected


def test_a_rumour_names_one_lender_and_an_unknown_one_is_refused_with_the_nearest() -> None:
    config = market("shutdown_rumour", changes=("shock.shutdown_rumour.lender=bank_b",))
    economy = next(economy for economy in lived(config) if economy.month == 36)
    told = {name: share for (name, _), share in zip(config.lender, economy.rumour_seed_shares, strict=True)}
    assert told.pop("bank_b") == 0.05
    assert set(told.values()) == {0.0}
    with pytest.raises(ValueError, match=r"shock.shutdown_rumour.lender: .*nearest is bank_b.*was 'bank_bb'"):
        World(market("shutdown_rumour", changes=("shock.shutdown_rumour.lender=bank_bb",)))
