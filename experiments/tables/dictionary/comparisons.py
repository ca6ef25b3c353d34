"""The dictionary of the tables that a study makes of its runs by comparing them; and of its keys."""

from __future__ import annotations

from experiments.tables.dictionary.words import MONTH, MONTHS, NAME, OUTCOMES_UNIT, PEOPLE, Described, Words

# Before the columns of every table of a run.
KEYS: dict[str, tuple[str, Words]] = {
    "arm": ("str", (NAME, "Arm of the study: the baseline, a policy, the placebo.")),
    "scenario": ("str", (NAME, "Scenario: what happens to every arm alike.")),
    "replicate": ("int", ("number, from 0", "Replicate: one set of people and luck, shared by all arms.")),
}

MEASURES_UNIT = "the measure's unit"
PER_THOUSAND = "people per thousand of the group"
_TYPES: dict[str, dict[str, str]] = {}
COMPARISON_TABLES: dict[str, Described] = {}


def _describe(table: str, row: str, columns: dict[str, tuple[str, Words]]) -> None:
    _TYPES[table] = {name: kind for name, (kind, _) in columns.items()}
    COMPARISON_TABLES[table] = Described(row, {name: words for name, (_, words) in columns.items()})


OF_OUTCOME: dict[str, tuple[str, Words]] = {
    "outcome": ("str", (NAME, "The outcome, named as in the study's file.")),
    "horizon": ("str", (MONTHS, "Months after the announcement over which it is averaged, or end.")),
}

PLACEBO: tuple[str, Words] = (
    "bool",
    ("true or false", "Whether the arm is the placebo, which shows chance."),
)
PAIRS: tuple[str, Words] = ("int", ("pairs", "Complete pairs compared."))
WITHOUT_VALUE: tuple[str, Words] = (
    "int",
    ("pairs", "Pairs not compared: an arm has nothing to divide by."),
)
OF_GROUP: dict[str, tuple[str, Words]] = {
    "dimension": ("str", (NAME, "What groups differ by; all puts everybody into one.")),
    "value": ("str", (NAME, "Which group of the dimension.")),
}


def _interval(unit: str, of_what: str) -> dict[str, tuple[str, Words]]:
    return {
        "mean": ("float", (unit, f"Mean paired difference{of_what}.")),
        "low": ("float", (unit, "Lower end of its 95% interval; missing where there is none, see method.")),
        "high": ("float", (unit, "Upper end of it.")),
    }


METHOD: tuple[str, Words] = ("str", (NAME, "Where the interval comes from, or why there is none, as in effects."))


_describe(
    "effects",
    "the effect of one arm on one outcome over one horizon, in one scenario: arm less baseline, paired by replicate",
    {
        "outcome": OF_OUTCOME["outcome"],
        "primary": ("bool", ("true or false", "Whether it was declared before the study as a primary outcome.")),
        "expected_sign": ("str", ("+, - or ?", "The sign expected beforehand; missing for outcomes not declared.")),
        "arm": KEYS["arm"],
        "scenario": KEYS["scenario"],
        "horizon": OF_OUTCOME["horizon"],
        "placebo": PLACEBO,
        "baseline_mean": ("float", (OUTCOMES_UNIT, "Mean of the baseline over the replicates.")),
        **_interval(OUTCOMES_UNIT, ""),
        "replicates": PAIRS,
        "pairs_without_value": WITHOUT_VALUE,
        "months_without_value": (
            "int",
            (MONTHS, "Months of all pairs compared that are left out: one arm alone has a value in them."),
        ),
        "method": (
            "str",
            (
                NAME,
                (
                    "t, perhaps with a bootstrap-t interval or a bound on counts beside it; count bound (equal in all "
                    "pairs of different markets, and a count); or why there is no interval: no spread (the same of "
                    "what is no count), identical (the arms are one market), single (one pair), none (no value)."
                ),
            ),
        ),
        "sd": ("float", (OUTCOMES_UNIT, "Standard deviation of the paired differences.")),
        "correlation": ("float", ("-1 to 1", "Correlation of arm and baseline over replicates.")),
        "variance_reduction": ("float", ("ratio", "Variance of an unpaired comparison over that of the paired one.")),
        "p": (
            "float",
            (
                "probability",
                (
                    "Two-sided p-value of the paired t test, where few events differ no smaller than that of equal "
                    "Poisson means; missing without spread."
                ),
            ),
        ),
        "p_holm": ("float", ("probability", "The same after Holm's correction over the study's primary effects.")),
        "smallest_important_difference": ("float", (OUTCOMES_UNIT, "Declared beforehand; 0 where none was.")),
        "simultaneous_half_width": (
            "float",
            (
                OUTCOMES_UNIT,
                "How far the interval that holds for all primary effects together reaches; missing without one.",
            ),
        ),
        "is_precise": (
            "bool",
            (
                "true or false",
                (
                    "Whether that is at most the smallest important difference; false without one, missing where none "
                    "was declared and where the arms are one market."
                ),
            ),
        ),
        "skewness": ("float", ("number", "Sample skewness of the paired differences.")),
        "bootstrap_low": ("float", (OUTCOMES_UNIT, "Lower end of the bootstrap-t interval, where one is needed.")),
        "bootstrap_high": ("float", (OUTCOMES_UNIT, "Upper end of it.")),
        "count_low": ("float", (OUTCOMES_UNIT, "Lower bound on the effect on a count, where few events differ.")),
        "count_high": ("float", (OUTCOMES_UNIT, "Upper bound on it.")),
        "warning": ("str", ("words", "What a reader must know before believing the interval.")),
        "swept": ("str", ("words", "The values that a sweep gave to the arm or scenario; missing without a sweep.")),
    },
)
_describe(
    "differences",
    "the difference of one pair: one arm less the baseline in one replicate",
    {
        **KEYS,
        **OF_OUTCOME,
        "difference": ("float", (OUTCOMES_UNIT, "Arm less baseline.")),
        "baseline_level": ("float", (OUTCOMES_UNIT, "The baseline's own value.")),
    },
)
_describe(
    "transitions",
    "people of one group who are in one state in the baseline and in one state in the arm",
    {
        **KEYS,
        "topic": ("str", (NAME, "What is followed: access to credit, an event, or the reason of the last refusal.")),
        **OF_GROUP,
        "from_state": ("str", (NAME, "State of the same person in the baseline.")),
        "to_state": ("str", (NAME, "State in the arm.")),
        "change": (
            "str",
            (NAME, "What that means: unchanged, kept, lost, spared, pushed; or the reason of a refusal."),
        ),
        "placebo": PLACEBO,
        "borrowers": ("int", (PEOPLE, "How many people.")),
    },
)
_describe(
    "profiles",
    "the effect of one arm on one outcome in one month, in one scenario, missing where no pair has a value; intervals "
    "are for one month at a time",
    {
        "outcome": OF_OUTCOME["outcome"],
        "primary": ("bool", ("true or false", "Whether it was declared before the study as a primary outcome.")),
        "arm": KEYS["arm"],
        "scenario": KEYS["scenario"],
        "placebo": PLACEBO,
        "month": ("int", (MONTH, "Month of the run.")),
        "months_since_announcement": (
            "int",
            ("months", "The same from the announcement on; negative before it."),
        ),
        **_interval(OUTCOMES_UNIT, " of the month"),
        "replicates": PAIRS,
        "method": METHOD,
    },
)
_describe(
    "group_effects",
    "the effect of one arm on one measure of one group of people over one horizon, in one scenario",
    {
        "measure": ("str", (NAME, "What is measured of the group; amounts are by person.")),
        **OF_GROUP,
        "arm": KEYS["arm"],
        "scenario": KEYS["scenario"],
        "placebo": PLACEBO,
        "horizon": OF_OUTCOME["horizon"],
        "baseline_mean": ("float", (MEASURES_UNIT, "Mean of the group in the baseline.")),
        **_interval(MEASURES_UNIT, " of the group"),
        "replicates": PAIRS,
        "pairs_without_value": WITHOUT_VALUE,
        "method": METHOD,
    },
)
_describe(
    "moves",
    "how many people of one group change place between the baseline and one arm, in one scenario",
    {
        "topic": ("str", (NAME, "What is followed, as in the table transitions.")),
        "change": ("str", (NAME, "The change, as in the table transitions.")),
        **OF_GROUP,
        "arm": KEYS["arm"],
        "scenario": KEYS["scenario"],
        "placebo": PLACEBO,
        "mean": ("float", (PER_THOUSAND, "Mean over the replicates.")),
        "low": ("float", (PER_THOUSAND, "Lower end of its 95% interval; missing where there is none, see method.")),
        "high": ("float", (PER_THOUSAND, "Upper end of it.")),
        "replicates": PAIRS,
        "method": METHOD,
        "placebo_mean": ("float", (PER_THOUSAND, "How many change place likewise in the placebo arm, by chance.")),
        "beyond_placebo_mean": ("float", (PER_THOUSAND, "Mean of what goes beyond the placebo, pair by pair.")),
        "beyond_placebo_low": ("float", (PER_THOUSAND, "Lower end of its 95% interval; missing without spread.")),
        "beyond_placebo_high": ("float", (PER_THOUSAND, "Upper end of its 95% interval.")),
    },
)
COMPARISON_TYPES = _TYPES
