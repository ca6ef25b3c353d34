"""What surrounds people, worked by hand: neighbours who defaulted, means of the informal lender, talk, early buying."""

from __future__ import annotations

import numpy as np
import pytest

from sim.codes import APPROVED, FROZEN, LINE_CUT, OWN_POLICY
from sim.counted import HouseholdFlow
from sim.draws import Draws, MonthDraws
from sim.economy.population import Communities
from sim.economy.spillovers import (
    Expectations,
    InformalSupply,
    Neighbourhoods,
    Rumour,
    Rumours,
    is_tightening_for_people,
)
from sim.params import BehaviourParameters
from sim.state import People, Tallies, blank_people, blank_tallies
from tests.books.made_books import made_economy, made_rulebook

USUAL = BehaviourParameters()
LENDERS = 2


def people_of(*sizes: int) -> People:
    """People of communities of these sizes, each with 1,000 fen of normal income."""
    people = blank_people(sum(sizes))
    people.borrowers.community[:] = np.repeat(np.arange(len(sizes)), sizes)
    people.borrowers.permanent_income[:] = 1_000
    return people


def tallies_of(**arrays: list[int]) -> Tallies:
    tallies = blank_tallies(LENDERS, 3)
    for name, values in arrays.items():
        getattr(tallies, name)[...] = values
    return tallies


def test_defaults_of_a_community_are_those_of_twelve_months_shrunk_to_its_region() -> None:
    places = Communities(region=np.array([0, 0, 1]), first=(0, 2, 0, 0), spread=(2, 1, 0, 0))
    around = Neighbourhoods(people_of(60, 40, 50), places, USUAL.contagion._replace(shrink_people=100))
    assert around.default_points().tolist() == [0.0, 0.0, 0.0]
    around.remember(tallies_of(community_defaults=[50, 0, 0]))  # forgotten by the end
    for month in range(12):
        around.remember(tallies_of(community_defaults=[6, 4, 5] if month == 0 else [0, 0, 0]))
    # The first region: 10 of 100. The first community: (6 + 100 x 10%) / (60 + 100) = 10%, the second 14 / 140 = 10%.
    # The other region: (5 + 100 x 10%) / (50 + 100) = 10%.
    assert around.default_points() == pytest.approx([10.0, 10.0, 10.0])
    around.remember(tallies_of(community_defaults=[3, 0, 0]))
    # Now 3 of 100 there, and a month ago is forgotten: (3 + 3) / 160 and (0 + 3) / 140.
    assert around.default_points() == pytest.approx([3.75, 300 / 140, 0.0])


def test_the_informal_lender_hands_out_what_it_has_left_over_what_was_wanted() -> None:
    supply = InformalSupply(people_of(10), USUAL.informal._replace(total_cap_share=0.5))
    assert supply.total_cap_fen == 5_000
    assert supply.supply_share(1.0) == 1.0, "nobody has wanted anything yet"
    tallies = blank_tallies(LENDERS, 1)
    for debt, wanted, wages, share in (
        (2_000, 3_000, 1.0, 1.0),  # exactly what is left
        (2_000, 3_001, 1.0, 3_000 / 3_001),
        (2_000, 4_000, 1.2, 1.0),  # means grow with wages: 6,000 - 2,000
        (5_000, 10, 1.0, 0.0),
        (7_000, 10, 1.0, 0.0),
        (7_000, 0, 1.0, 1.0),
    ):
        tallies.household[HouseholdFlow.INFORMAL_DEBT] = debt
        tallies.household[HouseholdFlow.INFORMAL_WANTED] = wanted
        supply.remember(tallies)
        assert supply.supply_share(wages) == pytest.approx(share)


def test_what_is_bought_early_is_missing_later_at_the_same_pace() -> None:
    calm = made_rulebook(0)
    coming = calm._replace(ahead=tuple((kind, rules._replace(max_apr_bp=2_400)) for kind, rules in calm.rules))
    books_only = calm._replace(
        ahead=tuple((kind, rules._replace(minimum_capital_share=0.2)) for kind, rules in calm.rules)
    )
    assert is_tightening_for_people(coming)
    assert not is_tightening_for_people(books_only)
    hurry = Expectations(0.2)
    months = [calm, coming, coming, calm, calm, calm]
    assert [hurry.purchase_factor(each) for each in months] == pytest.approx([1.0, 1.2, 1.2, 0.8, 0.8, 1.0])
    assert Expectations(0.0).purchase_factor(coming) == 1.0


class Listeners:
    """People who note which rumours they were told."""

    def __init__(self, tallies: Tallies) -> None:
        self.tallies = tallies
        self.told: list[Rumour] = []

    def spread_word(self, rumour: Rumour, chance: MonthDraws) -> None:
        self.told.append(rumour)


def test_word_spreads_about_those_who_are_talked_about_from_the_shares_of_the_last_month() -> None:
    rumours = Rumours(people_of(60, 40, 0), 3, lender_ids=(7, 9))
    listeners = Listeners(tallies_of(community_aware=[[0, 30], [0, 20], [0, 0]]))
    chance = Draws(1).of(0)
    rumours.spread(listeners, made_economy(0, LENDERS, rumour_seed_shares=(0.0, 0.1)), chance)
    first = listeners.told.pop()
    assert (first.lender, first.lender_id, first.seed_share, first.aware_share_all) == (1, 9, 0.1, 0.0)
    assert rumours.aware_share(0) == 0.0
    assert rumours.aware_share(1) == 0.5
    # A month later nobody tells it anew, and half of all know: 30 of 60, 20 of 40; half of the word is believed.
    rumours.spread(listeners, made_economy(1, LENDERS), chance, believed_shares=(1.0, 0.5))
    (second,) = listeners.told
    assert (second.lender, second.seed_share, second.aware_share_all) == (1, 0.0, 0.25)
    assert second.aware_share_community.tolist() == [0.25, 0.25, 0.0]


def test_customers_refused_their_own_line_talk_and_others_do_not() -> None:
    rumours = Rumours(people_of(60, 40), 2, lender_ids=(7, 9), told_by_refused=3.0)
    tallies = blank_tallies(LENDERS, 2)
    tallies.outcome_count[0, 4, LINE_CUT] = 2
    tallies.outcome_count[0, 5, FROZEN] = 1
    tallies.outcome_count[0, 5, OWN_POLICY] = 50
    tallies.outcome_count[0, 5, APPROVED] = 50
    assert rumours.talked_by_refused(tallies.outcome_count, 0) == pytest.approx(0.09)  # 3 x 3 of 100
    assert rumours.talked_by_refused(tallies.outcome_count, 1) == 0.0
    listeners = Listeners(tallies)
    rumours.spread(listeners, made_economy(0, LENDERS, rumour_seed_shares=(0.95, 0.0)), Draws(1).of(0))
    assert [(told.lender, told.seed_share) for told in listeners.told] == [(0, 1.0)]
