"""The page made with Mesa's SolaraViz: it can be drawn, its sliders reach the market, and steps reach its figures."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from sim.observe.columns import SCHEMAS
from tests.market.small_market import changed_state

solara = pytest.importorskip("solara", reason="needs the extra mesa")
widget = pytest.importorskip("ipywidgets.widgets.widget")
explore = pytest.importorskip("experiments.explore")


def pictures() -> int:
    return sum(type(shown).__name__ == "Image" for shown in widget._instances.values())


@pytest.mark.slow
def test_the_page_is_drawn() -> None:
    before = pictures()
    _, rendered = solara.render(explore.page, handle_error=False)
    assert pictures() - before == len(explore.PLOTTED) + 1, "one for each column, and what people owe"
    rendered.close()


def test_what_the_page_offers_is_what_the_market_gets() -> None:
    offered = explore.page.kwargs["model_params"]
    market = explore.ExploredMarket(people=500, rate_cap_percent=20, jobs_lost_percent=5, seed=3)
    assert set(offered) == {"people", "rate_cap_percent", "jobs_lost_percent", "seed"}
    assert market.config.population.size == 500
    assert dict(market.config.policy)["rate_cap"].max_apr == 0.20
    assert dict(market.config.shock)["unemployment"].add_share == 0.05
    assert market.root_seed == 3
    calm = explore.ExploredMarket(people=500)
    assert (calm.config.policy, calm.config.shock) == ((), ())


def test_a_step_is_in_the_figures_and_the_market_can_be_founded_again() -> None:
    market = explore.ExploredMarket(people=500)
    market.step()
    assert {column for column, _ in explore.PLOTTED} <= set(SCHEMAS["market"])
    again = market.founded_again()
    again.step()
    assert changed_state(market, again) == []
    drawn: list[Figure] = []
    explore.solara.FigureMatplotlib, kept = drawn.append, explore.solara.FigureMatplotlib
    try:
        explore.Debts.f(market)
    finally:
        explore.solara.FigureMatplotlib = kept
    in_debt = sum(person.debt > 0 for person in market.agents_by_type[explore.Borrower])
    bars = sum(bar.get_height() for bar in drawn[0].axes[0].patches)
    assert bars == in_debt > 0
