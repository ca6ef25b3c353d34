"""The markup that pays a lender best in a market of which it has a share, when people choose by a logit.

Whoever asks a little more loses those for whom another lender was nearly as good: the more, the smaller the lender's
share. With few lenders shares are large, few have somewhere else to go, and markups are high.
Source of the form: the first-order condition of prices under logit demand (Berry 1994; Nevo 2001).
"""

from __future__ import annotations

from sim.money import BASIS_POINTS

PPM = 1_000_000
LARGEST_SHARE_PPM = 990_000  # whoever has nearly all would ask a price without end


def share_ppm(own_applications: int, all_applications: int, reach_share: float) -> int:
    """Return a lender's share of the applications of those whom it reaches, in parts per million.

    It knows its own applications and how many all lenders had; it takes those whom it reaches for as eager as others.
    """
    reached = reach_share * all_applications
    return min(LARGEST_SHARE_PPM, int(own_applications * PPM / reached)) if reached > 0.0 else 0


def markup_bp(
    price_weight: float, own_share_ppm: int, free_margin_bp: int | None, largest_bp: int, kept_bp: int = BASIS_POINTS
) -> int:
    """Return the markup in basis points at which a little more would lose as much as it earns.

    Two kinds of customers go: to another lender, `price_weight` times the share that is not one's own, and home, whom a
    test of prices counts: one over `free_margin_bp`, None where nobody has been seen to mind. Of a rise the lender
    keeps `kept_bp` on each of its own 10,000: less where losses take part of it, more beside a partner.
    """
    lost = price_weight * (PPM - own_share_ppm) / PPM / BASIS_POINTS
    if free_margin_bp is not None:
        lost += 1.0 / max(1, free_margin_bp)
    if kept_bp == 0:
        return 0
    return min(largest_bp, round(kept_bp / BASIS_POINTS / lost)) if lost > 0.0 else largest_bp
