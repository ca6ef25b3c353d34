"""Rows about offers: what each band was asked for, answered, offered and took; and the arms of tests of prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import APPROVED, BANDS, DECLINED_PRICE, NO_PRICE, OUTCOMES, OWN_POLICY, RATE_CAP
from sim.counted import OFFER_ARMS, OfferCount
from sim.observe.metrics import mean
from sim.state import Tallies
from sim.values import Offer

BASIS_POINTS = 10_000


def closed_because(offer: Offer, band: int) -> str:
    """Return why nobody in a band is served, by the first ground that applies, or "open"."""
    if band > max(offer.new_cutoff_band, offer.line_cutoff_band):
        return OUTCOMES[OWN_POLICY]
    return OUTCOMES[offer.closed[band]] if offer.closed[band] else "open"


def band_columns(month: int, names: Sequence[str], offers: Sequence[Offer], tallies: Tallies) -> dict[str, list[Any]]:
    """Return the month's rows of the table of bands, lender by lender and from the safest band on, as columns."""
    counts, amounts = tallies.outcome_count, tallies.outcome_amount
    applications = counts.sum(axis=2)
    shown = {OUTCOMES[code]: counts[:, :, code] for code in (APPROVED, DECLINED_PRICE, OWN_POLICY, RATE_CAP, NO_PRICE)}
    taken = amounts[:, :, APPROVED]
    of_bands = {
        "applications": applications,
        **shown,
        "refused_otherwise": applications - sum(shown.values()),
        "refused_fen": amounts.sum(axis=2) - taken,
        "taken_fen": taken,
    }
    prices = zip(tallies.price_taken.ravel().tolist(), taken.ravel().tolist(), strict=True)
    return {
        "month": [month] * (len(names) * BANDS),
        "lender": [name for name in names for _ in range(BANDS)],
        "band": list(range(BANDS)) * len(names),
        "closed": [closed_because(offer, band) for offer in offers for band in range(BANDS)],
        "offered_apr": [price / BASIS_POINTS if price > 0 else None for offer in offers for price in offer.apr_bp],
        **{name: values.ravel().tolist() for name, values in of_bands.items()},
        "taken_apr": [mean(price, fen * BASIS_POINTS) for price, fen in prices],
    }


def offered(offer: Offer, tallies: Tallies) -> tuple[float | None, int]:
    """Return the mean price of the bands in which people asked, over those with a price that are served, and by whom.

    Without such an application there is no price, and nobody asked for one.
    """
    asked: NDArray[np.int64] = tallies.outcome_count[offer.lender].sum(axis=1)
    served = [band for band in range(BANDS) if closed_because(offer, band) == "open"]
    number = sum(int(asked[band]) for band in served)
    total_bp: int = sum(int(asked[band]) * offer.apr_bp[band] for band in served)
    return mean(total_bp, number * BASIS_POINTS), number


def offer_test_rows(month: int, lender: int, tallies: Tallies) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table of offer tests for one lender, without its name; arms without any are left out."""
    if not tallies.offer_test[lender].any():
        return
    for arm, name in enumerate(OFFER_ARMS):
        found = dict(zip(OfferCount.titles(), tallies.offer_test[lender, arm].tolist(), strict=True))
        if any(found.values()):
            yield {
                "month": month,
                "test_group": name,
                "offers": found["offers"],
                "accepted": found["accepted"],
                "offered_apr": mean(found["offered_bp"], found["offers"] * BASIS_POINTS),
                "loans": found["loans"],
                "lent_fen": found["lent"],
                "bads": found["bads"],
                "bad_fen": found["bad_owed"],
                "open_loans": found["open"],
                "owed_fen": found["owed"],
                "accrued_fen": found["accrued"],
            }
