"""The study of history: the rulebook as it was is what every arm is held against, and each arm takes something out."""

from functools import cache

from experiments.compose.plan import plan
from experiments.compose.study import StudyConfig, compose_study


@cache
def study() -> StudyConfig:
    return compose_study(["study=history", "scale=smoke", "study.replicates=1"])


def rules_of(arm: str) -> set[str]:
    return {name for name, _ in study().markets["published", arm].policy}


def test_the_arms_without_a_rule_take_out_the_whole_rulebook_between_them() -> None:
    rulebook = rules_of("rulebook")
    taken_out = {arm: rulebook - rules_of(arm) for arm in study().arms if arm.startswith("without_")}
    assert all(taken_out.values()), "an arm that takes nothing out would show nothing"
    assert len(set.union(*taken_out.values())) == sum(len(rules) for rules in taken_out.values()), "none twice"
    # People do not lend to each other through the platforms of the model: the cap on that has no arm of its own.
    assert rulebook - set.union(*taken_out.values()) == {"r01_borrower_cap"}
    assert rules_of("no_rule") == set()
    assert rules_of("placebo") == rulebook


def test_every_rule_of_one_document_goes_with_it() -> None:
    for arm in study().arms:
        if arm.startswith("without_"):
            documents = {name.split("_")[0] for name in rules_of("rulebook") - rules_of(arm)}
            assert {name for name in rules_of("rulebook") if name.split("_")[0] in documents} == (
                rules_of("rulebook") - rules_of(arm)
            )


def test_jobs_and_rates_are_the_published_ones_in_every_arm() -> None:
    economies = {market.economy for market in study().markets.values()}
    assert len(economies) == 1
    (economy,) = economies
    assert economy.path_start == "2017-01"
    assert len(economy.unemployment_path) == 108


def test_arms_that_agree_until_a_rule_is_announced_share_their_warm_up() -> None:
    warm_ups = {run.arm: run.shared_warm_up for run in plan(study())}
    late = {arm for arm in study().arms if arm in ("rulebook", "placebo", "without_facilitation_notice")}
    assert len({warm_ups[arm] for arm in late}) == 1
    assert warm_ups["no_rule"] != warm_ups["rulebook"], "rules older than the run hold in its warm-up"
