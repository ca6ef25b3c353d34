"""A page in the browser, made with Mesa's SolaraViz: one small market, month by month, under a rule and a shock.

Start it with `solara run experiments.explore`; it needs the extra `mesa`. It is for looking: one market with one seed
is no evidence, and a study (`sluice run`) is what compares arms.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from experiments.compose.study import compose
from sim.market import CreditMarket
from sim.money import FEN_PER_YUAN
from sim.people.person import Borrower

WARM_UP_MONTHS, MONTHS, POLICY_MONTH, SHOCK_MONTH = 12, 36, 12, 18
NO_CAP_PERCENT = 36  # the highest price that the default lenders ask
PLOTTED = (  # columns of the table `market`, one figure each
    ("approval_share", "Share of applications approved"),
    ("dpd90_share", "Share of loans 90 days late or more"),
    ("indebted_share", "Share of people in debt"),
    ("unemployment_share", "Share of people without work"),
)


class ExploredMarket(CreditMarket):
    """A market made from the few numbers that the page offers."""

    def __init__(
        self, people: int = 2_000, rate_cap_percent: int = NO_CAP_PERCENT, jobs_lost_percent: int = 0, seed: int = 1
    ) -> None:
        """Compose and found the market; a cap of 36% and no jobs lost is the market as it is."""
        self.asked = (people, rate_cap_percent, jobs_lost_percent, seed)
        super().__init__(compose(overrides(people, rate_cap_percent, jobs_lost_percent)), rng=seed)

    def founded_again(self) -> ExploredMarket:
        """Return this market at its beginning."""
        return type(self)(*self.asked)


def overrides(people: int, rate_cap_percent: int, jobs_lost_percent: int) -> list[str]:
    """Return what the page asks for, as it would be written on the command line."""
    asked = [
        f"population.size={people}",
        f"calendar.warm_up_months={WARM_UP_MONTHS}",
        f"months={MONTHS}",
    ]
    if rate_cap_percent < NO_CAP_PERCENT:
        dates = [f"policy.rate_cap.{key}={POLICY_MONTH}" for key in ("announce_month", "effective_month")]
        asked += ["policy=[rate_cap]", f"policy.rate_cap.max_apr={rate_cap_percent / 100}", *dates]
    if jobs_lost_percent:
        size = f"shock.unemployment.add_share={jobs_lost_percent / 100}"
        asked += ["shock=[unemployment]", size, f"shock.unemployment.start_month={SHOCK_MONTH}"]
    return asked


@solara.component
def Debts(market: CreditMarket) -> None:  # noqa: N802  (solara's components are written as classes are)
    """Show what people owe, those with work beside those without."""
    update_counter.get()  # drawn again after every step
    people = market.agents_by_type[Borrower]
    figure = Figure(figsize=(5, 3.2))
    axes = figure.subplots()
    groups = [people.select(lambda person, works=works: person.employed == works) for works in (1, 0)]
    debts = [[debt / FEN_PER_YUAN / 1_000 for debt in group.get("debt") if debt] for group in groups]
    axes.hist(debts, bins=20, label=[f"with work ({len(debts[0])})", f"without ({len(debts[1])})"])
    axes.set(xlabel="Debt, thousand yuan", ylabel="People in debt")
    axes.legend(frameon=False)
    figure.tight_layout()
    solara.FigureMatplotlib(figure)


def titled(axes: Any, title: str) -> None:
    """Give a figure its title, which says what its column is."""
    axes.set_title(title)
    if legend := axes.get_legend():
        legend.remove()


page = SolaraViz(
    ExploredMarket(),
    components=[
        *(make_plot_component(column, post_process=partial(titled, title=title)) for column, title in PLOTTED),
        Debts,
    ],
    model_params={
        "people": Slider("People", 2_000, 500, 10_000, 500),
        "rate_cap_percent": Slider(f"Cap on prices from month {POLICY_MONTH}, % a year; 36 = none", 36, 12, 36, 1),
        "jobs_lost_percent": Slider(f"Jobs lost in month {SHOCK_MONTH}, % of people", 0, 0, 15, 1),
        "seed": Slider("Seed", 1, 1, 100, 1),
    },
    name="Sluice",
)
