"""Which tests stand nearest to each file of the program: the fast ones that ought to notice a fault in it.

Golden records are left out on purpose: they notice nearly everything and explain nothing. All tests run in pure Python,
because compiling a copy takes half a minute and a few hundred people live a month in half a second without.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Nearest(NamedTuple):
    """The tests of some files, as pytest takes them, the most telling first."""

    files: str  # a pattern of paths
    tests: tuple[str, ...]


class LeftOut(NamedTuple):
    """Files in which no fault is planted, and why."""

    files: str
    reason: str


RULES, BOOKS, SCORING, OBSERVE = "tests/rules", "tests/books", "tests/scoring", "tests/observe"
AGREEMENT = "tests/people/test_reference_agrees.py::test_reference_agrees_on_random_markets"
CONTRACTS = "tests/policies/test_rules_on_contracts.py"
# The kernels and their reference were written apart and must agree; a fault in either is a difference.
KERNELS_AND_REFERENCE = (
    "tests/people/test_holdings.py",
    "tests/people/test_tables.py",
    AGREEMENT,
    "tests/people/test_one_borrower.py",
)
WHOLE_RUN = "tests/test_economy.py::test_own_cycles_have_the_spread_that_was_asked_for"  # half a minute by itself
PAGE = "tests/documents/test_documents.py::test_examples_give_what_the_page_says"
STUDIES = "tests/studies"
GATHERED = tuple(
    f"{STUDIES}/test_{name}.py"
    for name in ("derived_tables", "comparisons", "missing_values", "worked_gathering", "event_counts", "gathering")
)
LADDER = tuple(f"tests/policies/test_{name}.py" for name in ("supervision", "ladder", "own_rule", "month_edges"))
EVERY_INSTRUMENT = tuple(
    f"tests/policies/test_every_instrument.py::TestEveryInstrument::test_{promise}[*]"
    for promise in (
        "nothing_happens_before_it_is_in_force",
        "it_changes_the_rules_of_all_kinds_once_in_force",
        "it_binds_only_the_kinds_in_its_scope",
        "what_is_announced_is_what_lenders_must_expect",
        "a_phase_in_gets_stricter_by_the_month_and_ends_in_time",
        "laying_it_over_its_own_result_changes_nothing_more",
        "dates_beyond_the_horizon_or_out_of_order_are_refused",
        "a_rule_older_than_the_run_is_in_force_throughout",
    )
)
EVERY_SHOCK = "tests/shocks/test_every_shock.py::TestEveryShock"
SHOCKS = tuple(  # without those that live in a market
    f"{EVERY_SHOCK}::test_{promise}[*]"
    for promise in (
        "nothing_happens_before_it_starts_and_something_does_then",
        "of_size_zero_it_is_the_calm_world_to_the_bit",
        "a_start_beyond_the_horizon_or_an_unknown_shape_is_refused",
        "a_scope_that_names_nobody_is_refused_with_the_nearest_name",
    )
)
SHAPES = "tests/shocks/test_worked_shocks.py::test_a_pulse_ends_and_a_decay_fades_and_a_ramp_and_a_step_stay"
ALL_SHOCKS = tuple(test.removesuffix("[*]") for test in SHOCKS)


def books(*first: str) -> tuple[str, ...]:
    """Return these files of tests/books, then all others."""
    return (*(f"{BOOKS}/test_{name}.py" for name in first), BOOKS)


NEAREST = (  # the first pattern that a path matches; * in a test stands for the name of the file
    Nearest("sim/rules/choice.py", (f"{RULES}/test_household_rules.py", f"{RULES}/test_rule_edges.py", RULES)),
    Nearest("sim/rules/contagion.py", (f"{RULES}/test_rumours.py", RULES)),
    Nearest("sim/rules/law.py", (f"{CONTRACTS}::TestEdges", f"{CONTRACTS}::TestCeilingsOnPrice", RULES)),
    Nearest("sim/rules/limits.py", (f"{RULES}/test_lending_rules.py", f"{RULES}/test_rule_edges.py", RULES)),
    Nearest("sim/rules/underwriting.py", (f"{RULES}/test_lending_rules.py", f"{RULES}/test_rule_edges.py", RULES)),
    Nearest(
        "sim/rules/sizes.py",
        ("tests/market/test_shape.py::test_classes_end_below_their_bounds", f"{RULES}/test_rule_edges.py"),
    ),
    Nearest("sim/rules/*", (f"{RULES}/test_*.py", f"{RULES}/test_household_rules.py", RULES)),
    Nearest("sim/books/allocation.py", books("headrooms", "rules_on_books", "budget", "partners")),
    Nearest("sim/books/budget.py", books("budget", "book_edges", "headrooms", "partners", "rules_on_books")),
    Nearest("sim/books/concentration.py", books("headrooms", "rules_on_books")),
    Nearest("sim/books/credit_gap.py", books("rules_on_books")),
    Nearest("sim/books/headrooms.py", books("headrooms", "budget", "book_edges", "rules_on_books", "partners")),
    Nearest("sim/books/joint_lending.py", books("partners", "book_edges")),
    Nearest("sim/books/retained_share.py", books("book_edges", "joint_loans")),
    Nearest("sim/books/quota.py", books("book_edges", "headrooms")),
    Nearest("sim/books/resolution.py", books("estates")),
    Nearest("sim/books/returns.py", (f"{BOOKS}/test_book_edges.py", *LADDER)),
    Nearest("sim/books/settlement.py", books("joint_loans")),
    Nearest("sim/books/soft_limit.py", books("rules_on_books")),
    Nearest("sim/books/*", books("*", "book_edges")),
    Nearest("sim/scoring/design.py", (f"{SCORING}/test_learning.py", SCORING)),
    Nearest("sim/scoring/truth.py", (f"{SCORING}/test_outcomes.py", AGREEMENT)),
    Nearest("sim/scoring/*", (f"{SCORING}/test_*.py", SCORING)),
    Nearest("sim/lenders/auction.py", books("disposal")),
    Nearest("sim/lenders/markup.py", books("competition")),
    Nearest("sim/lenders/strategy.py", books("strategy", "offer_tests", "book_edges")),
    Nearest("sim/lenders/offer_test.py", books("offer_tests", "strategy")),
    Nearest("sim/lenders/learning.py", (f"{SCORING}/test_new_cards.py", SCORING, BOOKS)),
    Nearest("sim/lenders/securitisation.py", books("securitisation", "rules_on_books")),
    Nearest("sim/lenders/failure.py", books("estates", "lender")),
    Nearest("sim/supervisor/ladder.py", LADDER),
    Nearest("sim/supervisor/regulator.py", LADDER),
    Nearest("sim/supervisor/own_rule.py", LADDER),
    Nearest("sim/lenders/returns.py", ("tests/policies/test_ladder.py", *LADDER, BOOKS)),
    Nearest("sim/lenders/partners.py", books("partners", "rules_on_books", "book_edges")),
    Nearest("sim/lenders/terms.py", (f"{CONTRACTS}::TestCeilingsOnPrice", *books("lender", "book_edges", "partners"))),
    Nearest(
        "sim/lenders/tightening.py",
        ("tests/market/test_quiet_cuts.py::test_equal_parts_take_the_whole_share", f"{BOOKS}/test_tightening.py"),
    ),
    Nearest("sim/lenders/*", books("lender", "book_edges")),
    Nearest("sim/sources.py", ("tests/people/test_code_of_sources.py",)),
    Nearest("sim/reach.py", ("tests/people/test_reach.py",)),
    Nearest("sim/people/person.py", ("tests/market/test_mesa_citizen.py",)),
    Nearest("sim/mesa_agents.py", ("tests/market/test_mesa_citizen.py", "tests/market/test_kept_and_copied.py")),
    Nearest("sim/people/*", KERNELS_AND_REFERENCE),
    Nearest("sim/state.py", KERNELS_AND_REFERENCE),
    Nearest("sim/economy/world.py", ("tests/test_economy.py", f"--deselect={WHOLE_RUN}")),
    Nearest("sim/economy/cycles.py", ("tests/test_history.py", "tests/test_economy.py")),
    Nearest("sim/past.py", ("tests/test_past.py", "tests/test_history.py")),
    Nearest("sim/economy/population.py", ("tests/test_population.py",)),
    Nearest("sim/economy/population_columns.py", ("tests/test_population.py",)),
    Nearest("sim/draws.py", ("tests/test_draws.py",)),
    Nearest("sim/elementary.py", ("tests/test_elementary.py",)),
    Nearest("sim/lender_sets.py", ("tests/rules/test_rumours.py",)),
    Nearest("sim/money.py", ("tests/test_money.py", f"{RULES}/test_repayment.py")),
    Nearest("sim/scope.py", ALL_SHOCKS),
    Nearest("sim/economy/spillovers.py", ("tests/test_surroundings.py",)),
    Nearest("sim/observe/audit.py", (f"{BOOKS}/test_audit.py", BOOKS)),
    Nearest("sim/observe/cohorts.py", (f"{OBSERVE}/test_cohorts.py",)),
    Nearest("sim/observe/tape.py", (f"{OBSERVE}/test_tape.py",)),
    Nearest("sim/observe/side_by_side.py", (f"{OBSERVE}/test_side_by_side.py", f"{OBSERVE}/test_cohorts.py")),
    Nearest("sim/observe/ratios.py", (f"{OBSERVE}/test_ratios.py", f"{OBSERVE}/test_dictionary.py")),
    Nearest("sim/observe/columns/*", (f"{OBSERVE}/test_dictionary.py", f"{OBSERVE}/test_ratios.py")),
    Nearest("sim/observe/month_ends.py", (f"{OBSERVE}/test_month_ends.py",)),
    Nearest("sim/observe/thinning.py", (f"{OBSERVE}/test_thinning.py",)),
    Nearest("sim/observe/stationarity.py", ("tests/market/test_stationarity.py",)),
    Nearest("experiments/compare/statistics.py", (f"{STUDIES}/test_statistics.py",)),
    Nearest("experiments/compare/intervals.py", (f"{STUDIES}/test_statistics.py",)),
    Nearest("experiments/compare/spread.py", (f"{STUDIES}/test_statistics.py",)),
    Nearest("experiments/compare/count_bounds.py", (f"{STUDIES}/test_statistics.py",)),
    Nearest("experiments/tables/event_counts.py", (f"{STUDIES}/test_event_counts.py",)),
    Nearest("experiments/compare/precision.py", (f"{STUDIES}/test_stopping.py",)),
    Nearest("experiments/compare/stopping.py", (f"{STUDIES}/test_stopping.py",)),
    Nearest("experiments/keep/files.py", (f"{STUDIES}/test_store.py", f"{STUDIES}/test_worked_gathering.py")),
    Nearest("experiments/compare/gather.py", (f"{STUDIES}/test_worked_gathering.py", f"{STUDIES}/test_gathering.py")),
    Nearest("experiments/tables/selections.py", (*GATHERED, f"{OBSERVE}/test_ratios.py")),
    Nearest("experiments/tables/ratios.py", (f"{STUDIES}/test_missing_values.py", f"{OBSERVE}/test_ratios.py")),
    *(
        Nearest(f"experiments/{name}.py", GATHERED)
        for name in (
            "compare/by_group",
            "compare/by_month",
            "compare/by_person",
            "compare/complete_pairs",
            "compare/effects",
            "compare/moves",
            "compare/pairs",
            "compare/sameness",
            "tables/outcomes",
        )
    ),
    Nearest(
        "sim/policies/base.py", ("tests/policies/test_words_and_steps.py", "tests/policies/test_every_instrument.py")
    ),
    Nearest(
        "sim/policies/*",
        (
            f"{PAGE}[docs/policies/*.md]",
            "tests/policies/test_words_and_steps.py",
            "tests/policies/test_month_edges.py",
            *EVERY_INSTRUMENT,
        ),
    ),
    Nearest("sim/shocks/base.py", (SHAPES, *ALL_SHOCKS)),
    Nearest("sim/shocks/overlays.py", (*ALL_SHOCKS, "tests/shocks/test_shock_edges.py")),
    Nearest("sim/shocks/*", (f"{PAGE}[docs/shocks/*.md]", "tests/shocks/test_shock_edges.py", *SHOCKS)),
)

LEFT_OUT = (
    LeftOut("*/__init__.py", "says what a package is"),
    LeftOut("sim/parameters/*", "numbers and their sources, which the documents' tests and golden records hold"),
    LeftOut("sim/codes.py", "names of codes"),
    LeftOut("sim/counted.py", "names of what is counted"),
    LeftOut("sim/compiling.py", "compiles; tested by compiling"),
    LeftOut("sim/kernel_files.py", "keeps what was compiled; tested by compiling"),
    *(
        LeftOut(f"sim/{name}.py", "reads or moves whole markets, which live for minutes without compilation")
        for name in (
            "market",
            "observe/builders",
            "observe/explain",
            "observe/flags",
            "observe/lender_rows",
            "observe/liquidity",
            "observe/market_rows",
            "observe/metrics",
            "observe/offering",
            "observe/panel",
            "observe/recorder",
            "observe/rerun",
            "observe/shape",
            "observe/vintages",
        )
    ),
    *(LeftOut(f"sim/{name}.py", "holds values and computes next to nothing") for name in ("params", "values")),
)


def nearest_to(path: str, root: Path = ROOT) -> tuple[str, ...]:
    """Return the tests nearest to a file, folders as their files; none where no fault is to be planted."""
    if why_left_out(path):
        return ()
    declared = next((each.tests for each in NEAREST if fnmatch(path, each.files)), ())
    files = [file for test in declared for file in files_of(test.replace("*", Path(path).stem), root)]
    return tuple(dict.fromkeys(files))


def files_of(test: str, root: Path) -> list[str]:
    """Return the files of tests in a folder, or what is named if its file exists."""
    if test.startswith("-"):
        return [test]
    place = root / test.split("::")[0]
    if place.is_dir():
        return [found.relative_to(root).as_posix() for found in sorted(place.glob("test_*.py"))]
    return [test] if place.exists() else []


def why_left_out(path: str) -> str | None:
    """Return why no fault is planted in a file; None where one may be."""
    return next((each.reason for each in LEFT_OUT if fnmatch(path, each.files)), None)
