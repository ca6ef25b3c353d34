"""Bad input is refused with one message: the key, the rule, what it was, the nearest valid name."""

import re

import pytest

from experiments.compose.study import compose, compose_study
from experiments.refusal import Refusal

REFUSED = [
    ("populaton.size=4", ["populaton", "unknown key", "nearest valid name is population"]),
    ("population.sze=4", ["population.sze", "unknown key", "nearest valid name is size"]),
    ("behaviour.demand.purchse_share=0.1", ["behaviour.demand.purchse_share", "nearest valid name is purchase_share"]),
    ("population.size=0", ["population.size", "must lie in 1 to 20000000", "was 0"]),
    ("population.size=-5", ["population.size", "must lie in", "was -5"]),
    ("population.size=true", ["population.size", "whole number", "was True"]),
    ("population.size=1e5", ["population.size", "whole number", "was 100000.0"]),
    ("population.size=many", ["population.size", "whole number", "was 'many'"]),
    ("population.size=null", ["population.size", "whole number", "was None"]),
    ("population.size=010", ["population.size", "whole number", "was '010'"]),
    ("population.adopted_share=nan", ["population.adopted_share", "finite number", "was nan"]),
    ("population.adopted_share=inf", ["population.adopted_share", "finite number", "was inf"]),
    ("population.adopted_share=1.5", ["population.adopted_share", "must lie in 0 to 1 (share)", "was 1.5"]),
    ("population.adopted_share=false", ["population.adopted_share", "must be a number", "was False"]),
    ("population.adopted_share=5%", ["population.adopted_share", "must be a number", "was '5%'; write 0.05"]),
    ("population.adopted_share=55", ["must lie in 0 to 1 (share)", "was 55; for 55% write 0.55"]),
    ("population.adopted_share='0,55'", ["must be a number", "was '0,55'; write 0.55"]),
    ("population.adopted_share=0,55", ["one value at a time, was 0,55", "written with a point: 0.55"]),
    ("economy.policy_rate_apr=400", ["economy.policy_rate_apr", "was 400"]),
    ("lender.bank_a.price_ceiling_apr=24%", ["lender.bank_a.price_ceiling_apr", "was '24%'; write 0.24"]),
    ("lender.bank_a.price_ceiling_apr=24", ["lender.bank_a.price_ceiling_apr", "was 24; for 24% write 0.24"]),
    ("lender.bank_a.price_ceiling_apr='24,5%'", ["was '24,5%'; write 0.245"]),
    ("population.size='20,000'", ["whole number", "was '20,000'; write 20000"]),
    ("population.size='20 000'", ["whole number", "was '20 000'; write 20000"]),
    ("lender.bank_a.quiet_cut.start_month=2023-01", ["was '2023-01'; months are counted from calendar.start"]),
    ("population.represents=1000", ["population.size", "must not exceed population.represents 1000"]),
    ("economy.unemployment_path=[0.1,true]", ["economy.unemployment_path.1", "must be a number", "was True"]),
    ("economy.unemployment_path=0.1", ["economy.unemployment_path", "must be a list", "was 0.1"]),
    ("calendar.start=2021", ["calendar.start", "must be a text"]),
    ("calendar.start='2021-13'", ["calendar.start", "YYYY-MM", "was '2021-13'"]),
    ("months=0", ["calendar.months", "must lie in 1 to 600", "was 0"]),
    ("engine=objects", ["engine", "tests/reference", "was 'objects'"]),
    ("engine=array", ["engine", "one engine", "may be left out", "was 'array'"]),
    ("market=objects", ["market", "tests/reference", "was 'objects'"]),
    ("observe.outcome_until=10", ["observe.outcome_until", "later than observe.outcome_from", "was 10"]),
    ("lender=[]", ["lender", "at least one lender"]),
    ("population.region_weights=[0,0,0,0]", ["population.region_weights", "above 0", "was (0.0, 0.0, 0.0, 0.0)"]),
    ("population.sector_weights=[0,0,0,0,0,0]", ["population.sector_weights", "above 0", "was (0.0, 0.0, 0.0"]),
    ("population.age_weights=[0.0,0,0,0,0]", ["population.age_weights", "above 0", "was (0.0, 0.0, 0.0"]),
    (
        "economy={unemployment_share:0.2,sector_unemployment_ratios:[0.01,20,0.01,0.01,0.01,0.01]}",
        ["economy.sector_unemployment_ratios", "construction", "at or below 0.9"],
    ),
    ("lender.bank_a.partners=[{bank:bank_b,weight:0.0}]", ["lender.bank_a.partners", "one weight at least"]),
    ("policy={}", ["policy", "{} would change nothing", "policy=[] chooses none"]),
    ("shock={}", ["shock", "{} would change nothing", "shock=[] chooses none"]),
    ("lender.bank_a.learning={}", ["lender.bank_a.learning", "{} would change nothing"]),
    ("lender.bank_a={learning:{}}", ["lender.bank_a.learning", "{} would change nothing"]),
    ("population={}", ["population", "{} would change nothing"]),
    ("scale={}", ["scale", "{} would change nothing"]),
    ("lender=[bank_a,bank_a]", ["lender", "each name once"]),
    ("lender=[bnk_a]", ["lender", "nearest valid name is bank_a"]),
    ("lender.plaform_a.reach_share=0.1", ["lender.plaform_a", "nearest valid name is platform_a"]),
    ("lender.bank_a.reach=0.1", ["lender.bank_a.reach", "unknown key", "nearest valid name is reach_share"]),
    ("lender.bank_a.kind=bnak", ["lender.bank_a.kind", "'bank'", "was 'bnak'"]),
    ("lender.bank_a.id=1", ["id", "each lender has its own", "was 1"]),
    ("lender.bank_a.price_floor_apr=0.5", ["lender.bank_a.price_floor_apr", "price_ceiling_apr 0.18", "was 0.5"]),
    ("lender.bank_b.partner_share=0.5", ["lender.bank_b.partner_share", "must be 0 without a partner"]),
    ("lender.platform_a.partner=bnk_a", ["lender.platform_a.partner", "nearest valid name is bank_a"]),
    ("lender.platform_a.partner=platform_b", ["lender.platform_a.partner", "kind bank", "was 'platform_b'"]),
    ("lender.bank_a.partner=bank_a", ["lender.bank_a.partner", "another lender"]),
    ("~lender.bank_a", ["lender.platform_a.partner", "no such lender"]),
    ("lender.platform_a.partners=[{bank: bank_b}]", ["lender.platform_a.partners", "beside the one partner bank_a"]),
    (
        "lender.platform_b.partners=[{bank: bnk_b}]",
        ["lender.platform_b.partners.0.bank", "nearest valid name is bank_b"],
    ),
    ("lender.platform_b.partners=[{bank: bank_b},{bank: bank_b}]", ["partners.1.bank", "each bank once"]),
    ("lender.platform_b.partners=[{bank: bank_b, weight: 0.0}]", ["partners", "one weight at least must be above 0"]),
    ("lender.platform_b.partners=[{bank: bank_b, weight: -1.0}]", ["partners.0.weight", "must lie in 0 to 1000000"]),
    ("lender.platform_b.partners=[{bank: bank_b, wait: 1.0}]", ["partners.0.wait", "nearest valid name is weight"]),
    ("lender.platform_b.partners=[{weight: 1.0}]", ["partners.0.bank", "must be given"]),
    ("lender.bank_a.accepts_originators=[platform_c]", ["accepts_originators.0", "nearest valid name is platform_"]),
    (
        "lender.bank_a.home_sectors=[constructon]",
        ["lender.bank_a.home_sectors.0", "nearest valid name is construction"],
    ),
    ("lender.bank_a.home_regions=[west,nroth]", ["lender.bank_a.home_regions.1", "was 'nroth'"]),
    (
        "lender.bank_a.strategy={most_limit_steps:10,limit_step_share:0.1}",
        ["lender.bank_a.strategy.most_limit_steps", "must leave something of limits", "was 10"],
    ),
    (
        "lender.bank_a={competition:{believed_price_weight:20.0},strategy:{move_months:3}}",
        ["lender.bank_a.competition.believed_price_weight", "beside strategy.move_months 3", "was 20.0"],
    ),
    (
        "lender.bank_a={competition:{believed_price_weight:20.0},home_regions:[west],away_reach_factor:0.5}",
        ["lender.bank_a.competition.believed_price_weight", "beside away_reach_factor 0.5", "was 20.0"],
    ),
    (
        "lender.bank_a.learning.model_two_leaves_out=[signl]",
        ["lender.bank_a.learning.model_two_leaves_out.0", "nearest valid name is signal", "was 'signl'"],
    ),
    ("polcy=[rate_cap]", ["polcy", "unknown key", "nearest valid name is policy"]),
    ("scale=hug", ["scale", "valid names are laptop, million, smoke", "was 'hug'"]),
    ("population=[synthetic]", ["population", "one choice, not a list"]),
    ("behaviour.demand=[0.5]", ["behaviour.demand", "must hold keys and values", "was [0.5]"]),
    ("lender.bank_a.budget=[0.5]", ["lender.bank_a.budget", "must hold keys and values", "was [0.5]"]),
    ("scale@elsewhere=smoke", ["may not be placed elsewhere"]),
    ("seed=-1", ["seed", "whole number from 0", "was -1"]),
    ("seed=true", ["seed", "whole number", "was True"]),
    ("seed=1,2", ["seed", "one value at a time"]),
    ("seed", ["seed", "written key=value"]),
    ("=3", ["=3", "written key=value"]),
    ("x=[", ["written key=value"]),
    ("seed = 3", ["seed = 3", "without spaces around =, as in seed=3"]),
    ("hydra.run.dir=/tmp/x", ["hydra.run.dir", "Hydra itself"]),
    ("+hydra.callbacks={}", ["hydra.callbacks", "Hydra itself"]),
    ("economy._target_=os.system", ["economy._target_", "name code to run"]),
    ("+economy={_target_: os.system}", ["economy._target_", "name code to run"]),
    ("economy.policy_rate_apr=${oc.env:HOME}", ["only references to other keys"]),
]


def assert_typed_is_quoted(override: str, message: str) -> None:
    """Key and value of a plain override stand in the message as they were typed, or as YAML reads them."""
    key, _, value = override.partition("=")
    if not re.fullmatch(r"[~+]?[\w./]+=[\w.%+-]+", override):
        return
    assert key.lstrip("+") in message or key.split(".")[0] in (message.split(":")[0], "months"), message
    read = {"null": "None", "true": "True", "false": "False", "1e5": "100000.0"}.get(value, value)
    assert read in message.replace(key, ""), message


@pytest.mark.parametrize(("override", "expected"), REFUSED, ids=[override for override, _ in REFUSED])
def test_market_is_refused_with_key_rule_and_value(override: str, expected: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        compose([override])
    message = str(refused.value)
    assert [part for part in expected if part not in message] == []
    assert_typed_is_quoted(override, message)


STUDY_REFUSED = [
    ("study=tightning", ["study", "nearest valid name is tightening"]),
    ("study.replicates=0", ["study.replicates", "must lie in 1 to 100000", "was 0"]),
    ("study.replicats=3", ["study.replicats", "nearest valid name is replicates"]),
    ("study.baseline=basline", ["study.baseline", "nearest valid name is baseline"]),
    ("study.horizons=[1-x]", ["study.horizons", "was '1-x'"]),
    ("study.announce_month=84", ["study.announce_month", "must lie in 0 to 83"]),
    ("study.secondary=[market.aprovals]", ["market.aprovals", "nearest valid name is approvals"]),
    ("study.secondary=[lender.plaform.mean_apr]", ["lender.plaform.mean_apr", "nearest valid name is platform"]),
    ("study.secondary=[approvals]", ["an outcome is market.<column>"]),
    ("+study.arms.odd=['seed=4']", ["study.arms.odd", "seed", "changes the market only"]),
    ("+study.arms.odd=['months=4']", ["study.arms.odd", "months", "changes the market only"]),
    ("+study.arms.odd=['populaton.size=4']", ["study.arms.odd", "populaton"]),
    ("+study.arms.odd=['population.size=0']", ["population.size", "was 0", "arm odd, scenario calm"]),
    ("+study.arms.odd=[oddity]", ["study.arms.odd", "oddity", "key=value"]),
    ("+study.arms={'../x': []}", ["study.arms", "'../x'"]),
    ("+study.arms.odd=['population.size=500']", ["population.size", "must be 100000, was 500", "arm odd"]),
    ("+study.arms.odd=['calendar.months=24']", ["calendar", "the same months and dates", "arm odd"]),
    ("+study.arms.odd=['calendar={start:\"2019-01\"}']", ["calendar", "the same months and dates", "arm odd"]),
    ("study.horizons.foo=1", ["study.horizons.foo", "cannot be set there", "was 1"]),
    ("executor.workers=-1", ["executor.workers", "must lie in 0 to 1024"]),
    ("executor.kind=threads", ["executor.kind", "'serial', 'processes', 'dask' or 'ray'"]),
    ("report.draw=1", ["report.draw", "true or false"]),
    ("out=3", ["out", "path of a folder"]),
    ("study.announce_month=2023-01", ["was '2023-01'; months are counted from calendar.start, which is month 0"]),
    ("study.primary=[{outcome: market.debt_fen, horizon: 1-12, expected_sign: up}]", ["'+', '-' or '?', was 'up'"]),
    (
        "study.primary=[{outcome: market.debt_fen, horizon: 1-11, expected_sign: '+'}]",
        ["no such horizon", "was '1-11'"],
    ),
]


@pytest.mark.parametrize(("override", "expected"), STUDY_REFUSED, ids=[override for override, _ in STUDY_REFUSED])
def test_study_is_refused_with_key_rule_and_value(override: str, expected: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        compose_study(["study=baseline", override] if not override.startswith("study=") else [override])
    assert [part for part in expected if part not in str(refused.value)] == []
    assert_typed_is_quoted(override, str(refused.value))


def test_rule_dated_by_a_calendar_month_names_the_keys_for_it() -> None:
    with pytest.raises(Refusal) as refused:
        compose_study(["study=baseline", "policy=[rate_cap]", "policy.rate_cap.announce_month=2023-01"])
    assert (
        "was '2023-01'; a calendar month is given by policy.rate_cap.announced=2023-01, "
        "beside policy.rate_cap.effective=" in str(refused.value)
    )
    dated = ["policy.rate_cap.announced=2023-01", "policy.rate_cap.effective=2023-03"]
    market = compose(["study=baseline", "policy=[rate_cap]", *dated])
    rule = dict(market.policy)["rate_cap"]
    assert (rule.announce_month, rule.effective_month) == (24, 26)


def test_override_that_every_arm_sets_itself_is_refused() -> None:
    with pytest.raises(Refusal, match=r"economy.policy_rate_apr: changes no arm"):
        compose_study(
            ["study=baseline", "study.arms.baseline=['economy.policy_rate_apr=0.03']", "economy.policy_rate_apr=0.05"]
        )


def test_arm_and_scenario_may_not_set_the_same_key() -> None:
    texts = ["study=baseline", "study.arms.baseline=['economy.policy_rate_apr=0.03']"]
    with pytest.raises(Refusal, match=r"set by scenario calm as well"):
        compose_study([*texts, "study.scenarios.calm=['economy.policy_rate_apr=0.05']"])


def test_the_engine_that_there_always_was_may_still_be_named() -> None:
    assert compose(["engine=arrays"]) == compose([])
