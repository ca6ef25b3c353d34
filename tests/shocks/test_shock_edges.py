"""What several shocks do alike to a month, worked by hand: only those struck are met, and factors multiply."""

from __future__ import annotations

import pytest

from sim.codes import REGIONS, SECTORS
from sim.params import LenderParameters
from sim.scope import check_kinds, check_lender_names, check_places, lenders_in, places_in
from sim.shocks.overlays import scaled, with_less_collection, with_lower_wages, with_more_jobs_lost, with_shock_effects
from tests.books.made_books import made_economy

LENDERS = (("one", LenderParameters(kind="bank")), ("two", LenderParameters(kind="platform")))


def test_factors_multiply_where_a_shock_strikes_and_stay_elsewhere() -> None:
    assert scaled((1.0, 0.5, 2.0), (True, False, True), 0.5) == (0.5, 0.5, 1.0)
    calm = made_economy(0, 2)
    east = places_in(("east",), ())
    poorer = with_lower_wages(with_lower_wages(calm, east, 0.1), places_in((), ()), 0.2)
    # In the east 0.9 x 0.8 is left of a wage, elsewhere 0.8.
    assert poorer.shock_effects.income_factors == pytest.approx([0.72] * 6 + [0.8] * 18)
    jobless = with_more_jobs_lost(calm, east, 0.5)
    assert jobless.shock_effects.separation_factors == pytest.approx([1.5] * 6 + [1.0] * 18)
    halted = with_less_collection(calm, (False, True), 0.75)
    assert halted.shock_effects.collection_factors == pytest.approx((1.0, 0.25))
    assert with_shock_effects(calm, calm.shock_effects) is calm


def test_a_scope_covers_what_it_names_and_all_where_it_names_nothing() -> None:
    assert places_in((), ()) == (True,) * 24
    assert sum(places_in(("west",), ())) == len(SECTORS)
    assert sum(places_in((), ("public",))) == len(REGIONS)
    # Places count sectors fastest: the third region and the fifth sector are place 2 x 6 + 4.
    assert [at for at, hit in enumerate(places_in(("west",), ("public",))) if hit] == [16]
    assert lenders_in((), (), LENDERS) == (True, True)
    assert lenders_in(("bank",), (), LENDERS) == (True, False)
    assert lenders_in((), ("two",), LENDERS) == (False, True)
    assert lenders_in(("bank",), ("two",), LENDERS) == (False, False), "of the kind and of the name"


def test_a_scope_of_nobody_is_refused_with_the_nearest_name() -> None:
    check_kinds(("bank", "platform"))
    check_places(("east",), ("public",))
    check_lender_names("lenders", ("one",), LENDERS)
    for refused, words in (
        (lambda: check_kinds(("bank", "platfrom")), "kinds: .*nearest is platform; was 'platfrom'"),
        (lambda: check_places(("centrel",), ()), "regions: .*nearest is central; was 'centrel'"),
        (lambda: check_places((), ("publik",)), "sectors: .*nearest is public; was 'publik'"),
        (lambda: check_lender_names("lenders", ("xyz",), LENDERS), r"lenders: must be one of one, two; was 'xyz'"),
    ):
        with pytest.raises(ValueError, match=words):
            refused()
