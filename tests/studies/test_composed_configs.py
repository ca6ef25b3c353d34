"""Good input becomes frozen, typed values that survive a round trip through their canonical document."""

import json

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from experiments.compose import tree
from experiments.compose.market import canonical, document_of, read_market
from experiments.compose.overrides import compose_document, read_overrides
from experiments.compose.plan import plan, study_identity
from experiments.compose.study import compose, compose_study
from experiments.refusal import Refusal
from sim.params import MarketConfig


def test_default_market_has_six_lenders_of_four_kinds_in_order_of_id() -> None:
    config = compose()
    assert [lender.id for _, lender in config.lender] == [1, 2, 3, 4, 5, 6]
    assert {lender.kind for _, lender in config.lender} == {"platform", "bank", "consumer_finance", "micro_lender"}
    assert config.population.size == 100_000
    assert config.policy == ()
    assert config.shock == ()


def test_a_whole_number_where_a_number_is_wanted_becomes_a_float() -> None:
    config = compose(["population.adopted_share=1"])
    assert type(config.population.adopted_share) is float
    assert canonical(document_of(config)) == canonical(document_of(compose(["population.adopted_share=1.0"])))


def test_a_parameter_that_no_file_lists_can_be_set() -> None:
    assert compose(["behaviour.demand.purchase_share=0.09"]).behaviour.demand.purchase_share == 0.09


def test_configuration_is_frozen() -> None:
    with pytest.raises(AttributeError):
        compose().population.size = 3  # type: ignore[misc]


def test_months_overrides_the_calendar_of_the_study() -> None:
    assert compose(["months=12"]).calendar.months == 12


def test_last_of_two_equal_overrides_wins() -> None:
    assert compose(["scale=laptop", "scale=smoke", "seed=1", "seed=2"]).population.size == 2_000


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("study=tightening", "scale=smoke", "months=30", "seed=7", "policy=[rate_cap]", "policy.rate_cap.max_apr=0.2"),
        ("policy=[china_2016_2025]", "~policy.r02_rate_cap", "policy.r06_borrower_cap.cap_yuan=1", "~lender.bank_b"),
        ("lender.platform_a.learning={review_months:12,model_two_leaves_out:[signal]}", "lender.bank_a.opex_apr=0"),
        ("shock=[sector_slump]", "shock.sector_slump.sectors=[construction,trade_and_catering]", "lender=[bank_a]"),
        ("study.name='a, b'", "study.arms={plain:[],busy:['months=3']}", "out='it\\'s'", "archive=null"),
        (
            "study.arms.more=['policy=[rate_cap]']",
            "study.horizons=[1-12,end]",
            "observe.outcome_until=${calendar.months}",
        ),
    ],
)
def test_what_is_composed_is_what_hydra_composes(texts: tuple[str, ...]) -> None:
    """Values are laid over files that were read once; Hydra, which reads all of them for each market, says the same."""
    overrides = read_overrides(texts)
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(tree.CONFIGS), version_base="1.3"):
        expected = OmegaConf.to_container(hydra_compose("config", [override.text for override in overrides]))
    assert compose_document(overrides) == OmegaConf.to_container(OmegaConf.create(expected), resolve=True)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("~policy.rate_cap",), "policy.rate_cap: there is no such key to delete"),
        (("~lender.bank_a.opex_apr=0.5",), "lender.bank_a.opex_apr: is 0.03, and so not deleted as 0.5"),
    ],
)
def test_deletion_of_what_is_not_there_is_refused(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(Refusal) as refused:
        compose(texts)
    assert str(refused.value) == message


def test_order_of_lenders_in_the_selection_does_not_matter() -> None:
    assert compose(["lender=[bank_b,bank_a]"]) == compose(["lender=[bank_a,bank_b]"])


def test_document_round_trip_keeps_every_value() -> None:
    config = compose(["economy.unemployment_path=[0.05,0.07]", "lender.bank_a.reach_share=0.123456789012345678"])
    assert read_market(json.loads(canonical(document_of(config)))) == config


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0, 1), size=st.integers(1, 20_000_000))
def test_every_value_in_bounds_is_kept_to_the_bit(share: float, size: int) -> None:
    document = document_of(compose_once())
    document["population"] |= {"adopted_share": share, "size": size}
    read = read_market(json.loads(canonical(document)))
    assert (read.population.adopted_share, read.population.size) == (share, size)


def compose_once(made: list[MarketConfig] = []) -> MarketConfig:  # noqa: B006  (composed once for all examples)
    if not made:
        made.append(compose())
    return made[0]


def test_value_set_by_the_user_reaches_every_arm() -> None:
    study = compose_study(
        ["study=baseline", "+study.arms.other=['economy.policy_rate_apr=0.02']", "population.size=777"]
    )
    assert {market.population.size for market in study.markets.values()} == {777}
    assert study.markets["calm", "other"].economy.policy_rate_apr == 0.02
    assert study.markets["calm", "baseline"].economy.policy_rate_apr == 0.0385


def test_runs_are_arms_by_scenarios_by_replicates_and_arm_names_are_labels() -> None:
    texts = ["study=baseline", "scale=smoke", "+study.arms.twin=[]", "+study.scenarios.slow=['scenario=slowdowns']"]
    runs = plan(compose_study(texts))
    assert len(runs) == 2 * 2 * 2
    identities = {(run.scenario, run.replicate): set() for run in runs}
    for run in runs:
        identities[run.scenario, run.replicate].add(run.identity)
    assert all(len(one) == 1 for one in identities.values())
    assert len(set.union(*identities.values())) == 4


@pytest.mark.parametrize("change", ["seed=2", "population.size=2001", "months=83"])
def test_any_change_is_another_study(change: str) -> None:
    base = ["study=baseline", "scale=smoke"]
    assert study_identity(compose_study(base)) == study_identity(compose_study(base))
    assert study_identity(compose_study(base)) != study_identity(compose_study([*base, change]))


def test_folder_executor_and_replicates_are_no_part_of_the_identity() -> None:
    """A finished folder takes more replicates, so their number cannot make it another study."""
    base = ["study=baseline", "scale=smoke"]
    other = compose_study([*base, "out=elsewhere", "executor=serial", "report.draw=false", "study.replicates=3"])
    assert study_identity(other) == study_identity(compose_study(base))
