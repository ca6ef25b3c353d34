"""Rows of every table of a made-up study: plausible levels, a policy that tightens, a shock that passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sim.observe.columns import MADE_OF
from sim.observe.ratios import Ratio

Lenders = tuple[tuple[str, str], ...]  # name and kind
CONSTRAINTS = (
    "own_policy",
    "rate_cap",
    "limit",
    "no_price",
    "capital_rule",
    "funding",
    "partner",
    "growth_plan",
)
PEOPLE = 2000
ANNOUNCED, EFFECTIVE, SHOCK, SHOCK_END = 10, 14, 16, 22

Row = dict[str, Any]


def with_ratios(table: str, parts: Row) -> Row:
    """The row with every declared ratio that its parts give; other ratios are left out."""
    made = {name: each for name, each in MADE_OF[table].items() if isinstance(each, Ratio)}
    return parts | {name: each.value(parts) for name, each in made.items() if set(each.parts) <= set(parts)}


Rows = Callable[[np.random.Generator, Row, float, float, int], Iterator[Row]]


def row_makers(lenders: Lenders) -> dict[str, Rows]:
    return {
        "market": _market,
        "lender": lambda *key: _lender(lenders, *key),
        "refused": lambda *key: _refused(lenders, *key),
        "bands": lambda *key: _bands(lenders, *key),
        "shape": lambda *key: _shape(lenders, *key),
        "scorecards": lambda *key: _scorecards(lenders, *key),
        "scorecard_bands": lambda *key: _scorecard_bands(lenders, *key),
        "segment": _segment,
        "vintage": lambda *key: _vintage(lenders, *key),
        "roll": _roll,
        "transitions": _transitions,
        "actions": lambda *key: _actions(lenders, *key),
    }


def _strength(month: int, policy: float, stress: float) -> tuple[float, float]:
    """Return how far the policy and the shock have worked by a month, 0 to 1."""
    reached = policy * min(max(month - EFFECTIVE, 0) / 6.0, 1.0)
    hit = stress * float(month >= SHOCK) * np.exp(-max(month - SHOCK_END, 0) / 6.0)
    return reached, float(hit)


def _market(chance: np.random.Generator, keys: Row, policy: float, stress: float, months: int) -> Iterator[Row]:
    for month in range(months):
        reached, hit = _strength(month, policy, stress)
        noise = 1.0 + 0.02 * chance.standard_normal()
        yield {
            **keys,
            "month": month,
            "date": f"{2021 + month // 12}-{month % 12 + 1:02d}",
            "unemployment_share": 0.052 + 0.03 * hit,
            "policy_rate_apr": 0.0385,
            "borrowers": PEOPLE,
            "indebted_share": 0.48 * noise * (1 - 0.1 * reached),
            "debt_fen": int(PEOPLE * 450_000 * noise * (1 - 0.2 * reached)),
            "applications": int(300 * noise),
            "approvals": int(210 * noise * (1 - 0.2 * reached - 0.05 * hit)),
            "originations_fen": int(PEOPLE * 60_000 * noise * (1 - 0.25 * reached)),
            "consumption_fen": int(PEOPLE * 220_000 * noise * (1 - 0.01 * reached - 0.03 * hit)),
            "hardship_share": 0.02 * noise * (1 + 0.1 * reached + 0.8 * hit),
            "informal_debt_fen": int(PEOPLE * 9_000 * noise * (1 + 0.4 * reached + 0.3 * hit)),
            "hhi": 0.24 * noise,
        }


def _lender(
    lenders: Lenders,
    chance: np.random.Generator,
    keys: Row,
    policy: float,
    stress: float,
    months: int,
) -> Iterator[Row]:
    for month in range(months):
        reached, hit = _strength(month, policy, stress)
        for index, (lender, kind) in enumerate(lenders):
            noise = 1.0 + 0.04 * chance.standard_normal()
            loans = int(1.5e8 * noise * (1 - 0.2 * reached) / (1 + index))
            managed = int(loans * (1.3 + 0.2 * reached))  # partners' parts differ by lender and move with the policy
            applications = int(60 * noise)
            late = (0.012 + 0.004 * index) * noise * (1 - 0.1 * reached + 0.9 * hit)
            approved = max(0.0, 0.7 - 0.06 * index - 0.15 * reached - 0.05 * hit)
            equity = loans // 8
            yield with_ratios(
                "lender",
                {
                    **keys,
                    "month": month,
                    "lender": lender,
                    "kind": kind,
                    "status": "open",
                    "loans_fen": loans,
                    "managed_loans_fen": managed,
                    "lagged_managed_loans_fen": int(managed * (1 + 0.1 * reached)),
                    "allowance_five_category_fen": int(loans * 0.015 * noise * (1 + 0.5 * hit)),
                    "allowance_ifrs9_fen": int(loans * 0.02 * noise * (1 + 0.8 * hit)),
                    "net_income_12m_fen": int(managed * (0.09 * noise - 0.01 * hit)),
                    "opex_12m_fen": int(managed * 0.045),
                    "managed_loans_12m_fen": 12 * managed,
                    "equity_fen": equity,
                    "risk_weighted_assets_fen": int(equity / (0.13 * noise - 0.01 * hit)),
                    "profit_12m_fen": int(equity * (0.12 * noise - 0.03 * reached - 0.2 * hit)),
                    "equity_12m_fen": 12 * equity,
                    "applications": applications,
                    "approvals": int(applications * approved),
                    "originations_fen": loans // 9,
                    "refinanced_fen": loans // 90,
                    "yearly_charges_fen": int((loans // 9 + loans // 90) * (0.14 + 0.02 * index - 0.02 * reached)),
                    "dpd30_fen": int(managed * late),
                    "dpd90_fen": int(managed * late * 0.55),
                    "charge_offs_fen": int(loans * late * 0.12),
                },
            )


def _shape(
    lenders: Lenders, chance: np.random.Generator, keys: Row, policy: float, stress: float, months: int
) -> Iterator[Row]:
    for month in range(2, months, 3):
        reached, _ = _strength(month, policy, stress)
        for lender, _ in lenders:
            small = {"loans": 1000, "loans_below_5000": int(700 + 50 * reached)}
            large = {"top_percent_share": 0.06 + 0.01 * chance.random(), "sector_hhi": 0.19}
            yield with_ratios("shape", {**keys, "month": month, "lender": lender, **small, **large})


def _scorecards(
    lenders: Lenders, chance: np.random.Generator, keys: Row, policy: float, stress: float, months: int
) -> Iterator[Row]:
    lender = lenders[0][0]  # the only one that learns
    for month in range(6, months, 12):
        for card, lift in (("before", 0.0), ("after", 0.05)):
            yield {
                **keys,
                "month": month,
                "lender": lender,
                "card": card,
                "auc_share": 0.75 + lift + 0.01 * chance.random(),
                "ks_share": 0.4 + lift,
                "brier_score": 0.02,
                "population_stability_index": 0.05,
                "predicted_share": 0.02,
                "realised_share": 0.02 + 0.01 * (card == "before"),
                "truth_auc_share": 0.7,
                "refused_auc_share": 0.6,
                "refused_predicted_share": 0.08,
                "refused_bad_share": 0.13,
            }


def _scorecard_bands(
    lenders: Lenders, _chance: np.random.Generator, keys: Row, _policy: float, _stress: float, months: int
) -> Iterator[Row]:
    for month in range(6, months, 12):
        for card in ("before", "after"):
            for band, predicted in ((4, 0.01), (12, 0.1)):
                yield {
                    **keys,
                    "month": month,
                    "lender": lenders[0][0],
                    "card": card,
                    "band": band,
                    "loans": 200,
                    "bads": 8 if card == "before" else 2,
                    "predicted_share": predicted,
                    "truth_people": 100,
                    "truth_bads": 5,
                    "truth_predicted_share": predicted,
                    "refused_people": 40 if band == 12 else 0,
                    "refused_bads": 10 if band == 12 else 0,
                    "refused_predicted_share": predicted if band == 12 else 0.0,
                }


def _bands(
    lenders: Lenders,
    chance: np.random.Generator,
    keys: Row,
    policy: float,
    stress: float,
    months: int,
) -> Iterator[Row]:
    for month in range(months):
        reached, _ = _strength(month, policy, stress)
        for lender, _ in lenders:
            for band in (8, 18):
                by_law = int(band == 18 and reached > 0.5)
                yield {
                    **keys,
                    "month": month,
                    "lender": lender,
                    "band": band,
                    "closed": "rate_cap" if by_law else "open",
                    "applications": 12,
                    "rate_cap": 12 * by_law,
                    "no_price": 0,
                }


def _refused(
    lenders: Lenders,
    chance: np.random.Generator,
    keys: Row,
    policy: float,
    stress: float,
    months: int,
) -> Iterator[Row]:
    for month in range(months):
        reached, hit = _strength(month, policy, stress)
        for lender, _ in lenders:
            for index, constraint in enumerate(CONSTRAINTS):
                size = 1e6 / (1 + index) * (1 + 0.1 * chance.standard_normal())
                size *= 1 + 4 * reached * (constraint == "rate_cap") + 5 * hit * (constraint == "capital_rule")
                yield {
                    **keys,
                    "month": month,
                    "lender": lender,
                    "constraint": constraint,
                    "applications": 3,
                    "amount_fen": int(size),
                }


def _segment(chance: np.random.Generator, keys: Row, policy: float, stress: float, months: int) -> Iterator[Row]:
    for month in range(months):
        reached, hit = _strength(month, policy, stress)
        for fifth in range(1, 6):
            noise = 1.0 + 0.05 * chance.standard_normal()
            poor = (5 - fifth) / 4
            approvals = int(60 * noise * (0.8 - 0.3 * poor - 0.2 * reached * poor))
            yield {
                **keys,
                "month": month,
                "dimension": "income_quintile",
                "value": str(fifth),
                "borrowers": PEOPLE // 5,
                "applications": int(60 * noise),
                "approvals": approvals,
                "originations_fen": approvals * 300_000 * fifth,
                "debt_fen": int(PEOPLE / 5 * 200_000 * fifth * noise * (1 - 0.2 * reached)),
                "new_yearly_charges_fen": int(approvals * 300_000 * fifth * (0.12 + 0.06 * poor - 0.02 * reached)),
                "dpd90_fen": int(PEOPLE / 5 * 200_000 * fifth * (0.01 + 0.01 * poor * (1 + hit))),
                "defaults": 2,
                "hardship": int(PEOPLE / 5 * (0.01 + 0.03 * poor * (1 + hit + 0.2 * reached))),
                "informal_debt_fen": int(1e6 * poor * noise * (1 + reached)),
                "consumption_fen": int(PEOPLE / 5 * 100_000 * fifth * noise),
            }


def _vintage(
    lenders: Lenders,
    chance: np.random.Generator,
    keys: Row,
    policy: float,
    stress: float,
    months: int,
) -> Iterator[Row]:
    for lender, _ in lenders[:2]:
        for cohort in range(months):
            reached, _hit = _strength(cohort, policy, stress)
            original = int(5e6 * (1 + 0.05 * chance.standard_normal()))
            peak = 0.04 * (1 - 0.2 * reached) * (1 + 0.05 * chance.standard_normal())
            for age in range(months - cohort):
                hit = 1 + 0.8 * stress * float(cohort + age > SHOCK)
                ever = peak * hit * (1 - np.exp(-max(age - 3, 0) / 6.0))
                yield {
                    **keys,
                    "lender": lender,
                    "cohort": cohort,
                    "months_on_book": age,
                    "balance_fen": original // 2,
                    "ever90_fen": int(original * ever),
                    "charged_off_fen": 0,
                    "original_fen": original,
                }


def _roll(chance: np.random.Generator, keys: Row, policy: float, stress: float, months: int) -> Iterator[Row]:
    for month in range(months):
        reached, hit = _strength(month, policy, stress)
        for bucket in range(13):
            opening = 1e9 if bucket == 0 else 2e7 * 0.7**bucket
            worse = 0.015 * (1 + hit) if bucket == 0 else min(0.45 + 0.04 * bucket + 0.1 * hit - 0.05 * reached, 0.97)
            cure = 0.0 if bucket == 0 else (1 - worse) * 0.5
            for to, share in ((bucket + 1 if bucket < 12 else 14, worse), (0, cure), (bucket, 1 - worse - cure)):
                amount = int(opening * share * (1 + 0.01 * chance.standard_normal()))
                yield {
                    **keys,
                    "month": month,
                    "lender": "platform_a",
                    "from_bucket": bucket,
                    "to_bucket": to,
                    "loans": 5,
                    "balance_fen": amount,
                }


def _transitions(chance: np.random.Generator, keys: Row, policy: float, stress: float, _months: int) -> Iterator[Row]:
    noise = chance.integers(2, 6)
    if keys["arm"] in ("baseline",):
        return
    for value, size in (("all", PEOPLE), *((str(fifth), PEOPLE // 5) for fifth in range(1, 6))):
        lost, spared = int(size * (0.03 * policy)) + noise, int(size * 0.01 * policy * (1 + stress)) + noise
        rows = (
            ("access", "kept", "kept", "unchanged", size - lost),
            ("access", "kept", "lost", "lost", lost),
            ("default", "default", "no default", "spared", spared),
            ("default", "no default", "default", "pushed", noise),
            ("default", "no default", "no default", "neither", size - spared - noise),
            ("source", "served", "served", "moved", 2 * lost),
            ("source", "served", "served", "same_lender", size - 2 * lost),
        )
        if value == "all":
            rows += (
                ("last_refusal", "kept", "lost", "rate_cap", lost - noise),
                ("last_refusal", "kept", "lost", "debt_service", noise),
                ("served_by", "platform_a", "bank_a", "moved", 2 * lost),
            )
        for topic, from_state, to_state, change, people in rows:
            yield {
                **keys,
                "topic": topic,
                "dimension": "all" if value == "all" else "income_quintile",
                "value": value,
                "from_state": from_state,
                "to_state": to_state,
                "change": change,
                "placebo": keys["arm"] == "placebo",
                "borrowers": int(people),
            }


def _actions(
    lenders: Lenders,
    _chance: np.random.Generator,
    keys: Row,
    policy: float,
    stress: float,
    _months: int,
) -> Iterator[Row]:
    yield {
        **keys,
        "month": 2,
        "actor": "regulator",
        "act": "inspect",
        "target": lenders[0][0],
        "reason": "yearly round",
        "value": 1.0,
    }
    if policy:
        yield {
            **keys,
            "month": EFFECTIVE,
            "actor": "regulator",
            "act": "issue_rule",
            "target": "all",
            "reason": "rate cap",
            "value": 0.24,
        }
    if stress:
        yield {
            **keys,
            "month": 18,
            "actor": "regulator",
            "act": "warn",
            "target": lenders[-1][0],
            "reason": "capital below 8%",
            "value": 0.07,
        }
