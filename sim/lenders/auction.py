"""Lenders bring old claims to one auction a quarter."""

from __future__ import annotations

from collections.abc import Sequence

from sim.books.disposal import Lot, Sale, cleared, proceeds_of
from sim.books.ledger import INVESTORS
from sim.counted import Flow
from sim.lenders.state import LenderState
from sim.parameters.books import AuctionParameters
from sim.state import Tallies

QUARTER_MONTHS = 3


def sell_claims(
    lenders: Sequence[LenderState], tallies: Tallies, auction: AuctionParameters, month: int, warm_up_months: int
) -> None:
    """Clear the quarter's auction; a partner is paid for its part of what its originators sell.

    Proceeds refill the allowance, as recoveries do.
    """
    for lender in lenders:
        lender.sale, lender.lot_sold_fen, lender.sale_price_share = Sale(), 0, 0.0
    if month < 0 or month % QUARTER_MONTHS > 0:
        return
    sellers = [lender for lender in lenders if is_seller(lender, month)]
    lots = [lot_of(lender, tallies) for lender in sellers]
    for lender, lot, price_ppm in zip(
        sellers, lots, cleared(lots, auction, lenders[0].people if lenders else 0), strict=True
    ):
        if price_ppm == 0:
            continue
        lender.lot_sold_fen, lender.sale_price_share = lot.face_fen, price_ppm / 1_000_000
        lender.sold_before = month + warm_up_months - lot.age_months + 1
        parts = tallies.partner_claims_for_sale[lender.index].tolist()
        book_sale(lender, lot.face_fen - sum(parts), price_ppm)
        for other, part in enumerate(parts):
            if part > 0:
                book_sale(lenders[other], part, price_ppm)
        reason = f"{lot.face_fen / 100:,.0f} yuan of claims at {price_ppm / 10_000:.2f}% of what is owed"
        lender.log(month, "sells_claims", reason, lot.face_fen)


def is_seller(lender: LenderState, month: int) -> bool:
    """Return whether the lender brings claims to the auction of this month."""
    disposal = lender.parameters.disposal
    return disposal.sell_after_months > 0 and month >= disposal.from_month


def lot_of(lender: LenderState, tallies: Tallies) -> Lot:
    """Return what a lender offers."""
    disposal = lender.parameters.disposal
    face = int(tallies.flow[lender.index, Flow.CLAIMS_FOR_SALE])
    return Lot(face, disposal.sell_after_months, disposal.reserve_share)


def book_sale(party: LenderState, face_fen: int, price_ppm: int) -> None:
    """Book one party's part of a sale."""
    proceeds = proceeds_of(face_fen, price_ppm)
    party.ledger.pay(INVESTORS, "claims_on_others", party.name, "allowance", proceeds)
    party.sale = party.sale.plus(face_fen, proceeds)
