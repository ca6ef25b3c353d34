"""Several partner banks: each fen pledged once, loans handed out by weight, and banks that leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.headrooms import UNLIMITED
from sim.books.joint_lending import PartnerRoom, share_out
from sim.codes import NOT_APPLIED, PARTNER, PARTNER_CAP, PRIORITIES, RESOLUTION
from sim.lenders.lender import Lender
from sim.lenders.terms import band_prices
from sim.params import BudgetParameters, LenderParameters, PartnerParameters
from tests.books.made_books import Contract, Town, made_economy, made_rulebook

BANK = LenderParameters(kind="bank", deposit_share=0.8, partner_quota_share=0.2, founding_plan_yuan=0.0)
TWO_BANKS = (PartnerParameters("a", 3.0, 0.4), PartnerParameters("b", 1.0, 0.1))
PLATFORM = LenderParameters(
    kind="platform", partners=TWO_BANKS, partner_share=0.5, founding_plan_yuan=0.0, growth_quota_share=5.0
)


def town_of(platform: LenderParameters = PLATFORM, bank_b: LenderParameters = BANK, platforms: int = 1) -> Town:
    """Two banks with books of 1,000,000 and 500,000 fen, and platforms that have lent 1,000,000 each."""
    town = Town(
        ("a", BANK._replace(id=1)),
        ("b", bank_b._replace(id=2)),
        *[(f"platform_{place}", platform._replace(id=3 + place)) for place in range(platforms)],
    )
    lent = [1_000_000, 500_000, *[1_000_000] * platforms]
    town.month(-1, *[Contract(place, lent=amount) for place, amount in enumerate(lent)])
    return town


def planned(town: Town, month: int = 0, **rules: object) -> Lender:
    """The first platform of a town whose lenders have planned a month."""
    economy, rulebook = made_economy(month, len(town.lenders)), made_rulebook(month, **rules)
    for lender in town.lenders:
        lender.set_terms(economy, rulebook)
    for lender in town.lenders:
        lender.commit_to_partners(economy, rulebook)
    for lender in town.lenders:
        lender.plan_budget(economy, rulebook)
    return town.lenders[2]


def demand_of(*amounts: int) -> np.ndarray:
    demand = np.zeros((1, PRIORITIES), dtype=np.int64)
    demand[0, : len(amounts)] = amounts
    return demand


def beside(lender: Lender, *amounts: int) -> dict[int, int]:
    """What a round of applications brings each bank, fen of whole loans."""
    allocation = lender.allocate(demand_of(*amounts))
    banks = allocation.partners if len(allocation.partners) > 1 else allocation.partners * PRIORITIES
    found: dict[int, int] = {}
    for priority, amount in enumerate(amounts[: allocation.cutoff]):
        found[banks[priority]] = found.get(banks[priority], 0) + amount
    return found


def test_loans_go_to_the_bank_furthest_behind_its_weight() -> None:
    assert beside(planned(town_of()), *[100] * 400) == {0: 30_000, 1: 10_000}


def test_pledges_are_worked_by_hand() -> None:
    rooms = {room.bank: room for room in planned(town_of()).budget.partners}
    # A fifth of their own loans, of which they fund half of each joint loan.
    assert rooms[0].pledged_fen == 400_000
    assert rooms[1].pledged_fen == 200_000


def test_what_one_bank_cannot_carry_goes_to_the_other_until_both_are_full() -> None:
    platform = planned(town_of(PLATFORM._replace(growth_quota_share=5.0)))
    assert beside(platform, *[1_000] * 590) == {0: 400_000, 1: 190_000}
    full = platform.allocate(demand_of(*[1_000] * 20))
    assert (full.cutoff, full.binding, full.approved_fen) == (10, PARTNER, 10_000)


rooms_and_weights = st.lists(st.tuples(st.integers(0, 3_000), st.floats(0.0, 5.0)), min_size=1, max_size=4)


@given(rooms_and_weights, st.lists(st.integers(0, 500), max_size=30), st.integers(0, 30))
def test_no_bank_is_ever_given_more_than_it_pledged(
    banks: list[tuple[int, float]], amounts: list[int], cutoff: int
) -> None:
    rooms = tuple(PartnerRoom(place, weight, room, UNLIMITED) for place, (room, weight) in enumerate(banks))
    demand = demand_of(*amounts)[0]
    shared = share_out(demand, cutoff, rooms)
    assert sum(room.used_fen for room in shared.rooms) == demand[: shared.cutoff].sum()
    assert all(0 <= room.used_fen <= room.pledged_fen for room in shared.rooms)
    if shared.binding == NOT_APPLIED:
        assert shared.cutoff == cutoff
    else:
        left = [room.pledged_fen - room.used_fen for room in shared.rooms]
        assert max(left) < demand[shared.cutoff], "somebody had room for the first one refused"


def test_two_originators_never_use_the_same_fen() -> None:
    town = town_of(platforms=2)
    planned(town)
    for bank in (0, 1):
        pledged = town.lenders[bank].commitment
        assert pledged is not None
        used = [room.pledged_fen for lender in town.lenders[2:] for room in lender.budget.partners if room.bank == bank]
        assert len(used) == 2
        assert sum(used) // 2 <= pledged.pledged, "half of each whole loan is the bank's money"


def test_a_cap_on_a_single_partner_binds_before_its_pledge() -> None:
    capped = PLATFORM._replace(budget=BudgetParameters(partner_cap_share=0.25))
    platform = planned(town_of(capped))
    cap = platform.budget.partners[0].cap_fen
    assert cap == min(room.amount_fen for room in platform.headrooms()[:-1]) // 4
    platform.allocate(demand_of(*[1_000] * 1_000))
    assert platform.binding == PARTNER_CAP
    assert all(cap - 1_000 < room.used_fen <= cap for room in platform.budget.partners)


# --- banks that leave -------------------------------------------------------------------------------------------------


def leaves(town: Town, name: str) -> None:
    bank = next(lender for lender in town.lenders if lender.name == name)
    bank.status = RESOLUTION


def acts_of(lender: Lender) -> list[tuple[str, str]]:
    return [(act.act, act.reason) for act in lender.take_acts()]


def test_when_one_bank_leaves_the_other_takes_all_and_the_log_says_why() -> None:
    town = town_of()
    planned(town)
    leaves(town, "a")
    platform = planned(town, month=1)
    assert beside(platform, *[100] * 400) == {1: 40_000}
    assert acts_of(platform) == [
        ("loses_partner", "a makes no new joint loans: it is in resolution; 1 partner banks left")
    ]


def test_when_all_have_left_it_lends_alone_within_its_own_room() -> None:
    town = town_of()
    with_banks = planned(town).budget.rooms
    leaves(town, "a")
    leaves(town, "b")
    platform = planned(town, month=1)
    assert platform.budget.partners == ()
    own = {room.constraint: room.amount_fen for room in platform.budget.rooms}
    joint = {room.constraint: room.amount_fen for room in with_banks}
    assert PARTNER not in own
    assert own[with_banks[0].constraint] == pytest.approx(joint[with_banks[0].constraint] / 2, abs=2)
    assert platform.allocate(demand_of(100)).partners == ()
    assert "it lends alone from now on" in acts_of(platform)[-1][1]


def test_an_agreed_end_is_kept_to_the_month() -> None:
    until = PLATFORM._replace(partners=(TWO_BANKS[0]._replace(until_month=3), TWO_BANKS[1]))
    town = town_of(until)
    banks = [[room.bank for room in planned(town, month).budget.partners] for month in range(5)]
    assert banks == [[0, 1], [0, 1], [0, 1], [1], [1]]
    assert [act for act, _ in acts_of(town.lenders[2])] == ["loses_partner"]


def test_a_bank_that_lists_others_only_takes_no_part_and_keeps_its_room() -> None:
    listing = town_of(bank_b=BANK._replace(accepts_originators=("platform_9",)))
    platform = planned(listing)
    assert [room.bank for room in platform.budget.partners] == [0]
    assert listing.lenders[1].commitment is None, "nothing is set aside for nobody"
    welcome = town_of(bank_b=BANK._replace(accepts_originators=("platform_0",)))
    assert [room.bank for room in planned(welcome).budget.partners] == [0, 1]


def test_a_bank_that_comes_back_is_noted() -> None:
    town = town_of()
    for frozen in (False, True, False):
        town.lenders[1].lending_frozen = frozen
        platform = planned(town)
    assert [act for act, _ in acts_of(platform)] == ["loses_partner", "regains_partner"]


def test_each_bank_pays_its_own_fee() -> None:
    town = town_of()
    assert town.originators[2].service_fee_bp[:2] == (4_000, 1_000)


def test_the_price_pays_the_partner_that_asks_most() -> None:
    economy, rulebook = made_economy(0, 3), made_rulebook(0)

    def prices(*partners: PartnerParameters) -> list[int]:
        lender = town_of(PLATFORM._replace(partners=partners)).lenders[2]
        return [price.apr_bp for price in band_prices(lender, economy, rulebook)]

    dear, cheap = prices(TWO_BANKS[0]), prices(TWO_BANKS[1])
    assert prices(*TWO_BANKS) == [max(pair) if min(pair) else 0 for pair in zip(dear, cheap, strict=True)]
    assert dear != cheap


@pytest.mark.parametrize(
    ("pledged", "cap", "binding"),
    [
        (500, 100, PARTNER_CAP),
        (100, 500, PARTNER),
        (199, 100, PARTNER),
        (200, 100, PARTNER_CAP),
        (200, 200, NOT_APPLIED),
    ],
)
@pytest.mark.parametrize("banks", [1, 2])
def test_the_cap_is_named_only_where_a_pledge_would_have_carried_it(
    pledged: int, cap: int, binding: int, banks: int
) -> None:
    """One loan of 200; where there are two banks, both have as much room."""
    rooms = tuple(PartnerRoom(bank, 1.0, pledged, cap) for bank in range(banks))
    assert share_out(demand_of(200)[0], 1, rooms).binding == binding
