"""What a lender does with a card just refitted: cut-offs, the log, prices, and the noise of a second model."""

from __future__ import annotations

import numpy as np
import pytest

from sim.books.charge_off import LateExperience, LateRolls
from sim.codes import BUCKETS
from sim.lenders import learning
from sim.lenders.learning import signal_noise, take_over_card
from sim.lenders.lender import Lender
from sim.params import LearningParameters, LenderParameters
from sim.scoring.anchoring import Appetite, Cutoffs
from tests.books.made_books import Town, made_economy

LEARNING = LearningParameters(review_months=12)


def lender_with(**changes: object) -> Lender:
    return Town(("one", LenderParameters(signal_noise=0.8, learning=LEARNING._replace(**changes)))).lenders[0]


@pytest.mark.parametrize(
    ("new_band", "line_band", "logged"), [(9, 14, []), (9, 12, []), (7, 14, [("resets_cutoff", 7.0)])]
)
def test_a_cut_off_for_strangers_that_moves_is_logged(
    new_band: int, line_band: int, logged: list[tuple[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lender = lender_with(bridges_to_charge_off=False)
    lender.cutoffs = Cutoffs(Appetite(9), Appetite(14))
    found = Cutoffs(Appetite(new_band), Appetite(line_band))
    monkeypatch.setattr(learning, "anchored", lambda *_: found)
    monkeypatch.setattr(
        lender.scorecard.outcomes, "recently_applied", lambda: np.zeros(1, dtype=np.int64), raising=False
    )
    take_over_card(lender, made_economy(5, 1))
    acts = lender.take_acts()
    assert [(act.act, act.value) for act in acts] == logged
    assert all("with the old one the cut-off was band 9" in act.reason for act in acts)
    assert lender.cutoffs == found


def test_fixed_bands_stay_and_prices_learn_how_many_bad_loans_are_charged_off() -> None:
    lender = lender_with(keeps_approval_share=False)
    lender.cutoffs = Cutoffs(Appetite(9), Appetite(14))
    lender.parameters = lender.parameters._replace(
        charge_off_bucket=4, provisions=lender.parameters.provisions._replace(prior_months=0.0)
    )
    late = BUCKETS - 4
    lender.late_experience = LateExperience((LateRolls((10, *[0] * (late - 1)), (8, *[0] * (late - 1))),))
    take_over_card(lender, made_economy(5, 1))
    assert lender.cutoffs == Cutoffs(Appetite(9), Appetite(14))
    assert lender.charged_off_share == 0.8  # 8 of 10 rolled on, and no prior
    blind = lender_with(keeps_approval_share=False, bridges_to_charge_off=False)
    blind.late_experience = lender.late_experience
    take_over_card(blind, made_economy(5, 1))
    assert blind.charged_off_share == 1.0


def test_a_second_model_may_come_with_better_data() -> None:
    lender = lender_with(model_two_signal_noise=0.3)
    assert signal_noise(lender) == 0.8
    lender.scorecard.model_version = 2
    assert signal_noise(lender) == 0.3
    exact = lender_with(model_two_signal_noise=0.0)
    exact.scorecard.model_version = 2
    assert signal_noise(exact) == 0.0
    same = lender_with()
    same.scorecard.model_version = 2
    assert signal_noise(same) == 0.8
