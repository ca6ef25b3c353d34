"""Who lends beside whom: the partner banks of an originator, the originators of a bank, and what ends a partnership.

A bank makes no new joint loans once its licence is gone, its lending is frozen, the agreed time is over, or it does not
list the originator. Loans made before keep their partner until they end. The originator goes on with the banks that are
left, in proportion to their weights, and alone when there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.books.headrooms import UNLIMITED
from sim.books.joint_lending import ALONE, Joint, Pledge
from sim.books.settlement import Originator
from sim.codes import NO_LIMIT, OPERATING, SINGLE_PARTNER_RULE
from sim.lenders.state import LenderState, Partnership
from sim.money import basis_points
from sim.params import LenderParameters
from sim.rules.pricing import Price
from sim.values import Rulebook


def why_not(originator: LenderState, partnership: Partnership, month: int) -> str:
    """Return why a bank makes no new joint loans with an originator this month; empty when it does."""
    bank, terms = partnership
    if bank.status != OPERATING:
        return "it is in resolution"
    if bank.lending_frozen:
        return "its lending is frozen"
    if month >= terms.until_month:
        return f"it was to stay until month {terms.until_month}"
    listed = bank.parameters.accepts_originators
    if listed and originator.name not in listed:
        return f"it lends only with {', '.join(listed)}"
    return ""


def partners_now(originator: LenderState, month: int) -> tuple[Partnership, ...]:
    """Return the partner banks that make new joint loans this month."""
    return tuple(each for each in originator.partnerships if not why_not(originator, each, month))


def joint_share_bp(originator: LenderState, rulebook: Rulebook) -> int:
    """Return the partners' share of new loans in basis points, 0 when it lends alone; the law's floor is kept."""
    if not partners_now(originator, rulebook.month):
        return 0
    floor = rulebook.of(originator.kind).own_share_floor
    return min(basis_points(originator.parameters.partner_share), 10_000 - basis_points(floor))


def joint_terms(originator: LenderState, rulebook: Rulebook) -> Joint:
    """Return what an originator's banks have set aside for it; an equal part of what each pledges to all."""
    share_bp = joint_share_bp(originator, rulebook)
    if share_bp == 0:
        return ALONE
    pledges = []
    for bank, terms in partners_now(originator, rulebook.month):
        if bank.commitment is not None:
            part, ground = bank.commitment.pledged // bank.originators, bank.commitment.ground
            lawful = single_partner_room(bank, originator, rulebook)
            if lawful < part:
                part, ground = lawful, SINGLE_PARTNER_RULE
            pledges.append(Pledge(bank.index, terms.weight, part, ground))
    return Joint(share_bp, tuple(pledges))


def single_partner_room(bank: LenderState, originator: LenderState, rulebook: Rulebook) -> int:
    """Return what the law lets a bank add beside one originator: a share of its tier 1, which here is its equity.

    What joint loans with this originator will repay, as last month, makes room again.
    """
    most_share = rulebook.of(bank.kind).single_partner_share
    if most_share >= NO_LIMIT or rulebook.month < 0:
        return UNLIMITED
    index = originator.index
    owed = 0
    if bank.originator_exposure_fen:
        owed = bank.originator_exposure_fen[index] - bank.originator_repaid_fen[index]
    return max(0, int(most_share * max(0, bank.equity_fen())) - owed)


def originators_now(bank: LenderState, rulebook: Rulebook) -> list[LenderState]:
    """Return the originators that may use a bank's pledge this month."""
    return [
        originator
        for originator in bank.served_originators
        if originator.is_lending
        and joint_share_bp(originator, rulebook) > 0
        and any(bank is each.bank for each in partners_now(originator, rulebook.month))
    ]


def note_partners(originator: LenderState, month: int) -> None:
    """Log banks that have left or come back since last month."""
    reasons = {each.bank.name: why_not(originator, each, month) for each in originator.partnerships}
    before, originator.absent_partners = originator.absent_partners, {name for name, why in reasons.items() if why}
    if before is None:
        return
    left = len(reasons) - len(originator.absent_partners)
    rest = f"{left} partner banks left" if left else "it lends alone from now on"
    for name in sorted(originator.absent_partners - before):
        originator.log(month, "loses_partner", f"{name} makes no new joint loans: {reasons[name]}; {rest}", left)
    for name in sorted(before - originator.absent_partners):
        originator.log(month, "regains_partner", f"{name} makes joint loans again", left)


def originators_of(lenders: Sequence[tuple[str, LenderParameters]]) -> list[Originator]:
    """Return what settlement must know of every lender: its name, and the fee it takes from each partner."""
    found = []
    for name, parameters in lenders:
        fees = {terms.bank: terms.service_fee_share for terms in parameters.partnerships}
        found.append(Originator(name, tuple(basis_points(fees.get(other, 0.0)) for other, _ in lenders)))
    return found


def dearest(quotes: Sequence[tuple[Price, ...]]) -> tuple[Price, ...]:
    """Return for each band the price that pays every partner: the highest, and none where one of them has none."""
    return tuple(
        next((price for price in band if price.closed), max(band, key=lambda price: price.apr_bp))
        for band in zip(*quotes, strict=True)
    )
