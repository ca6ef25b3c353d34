"""Reads the exported micro tables of a study, and says who was treated and who is to be compared with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.keep.reader import Study
from experiments.refusal import Refusal, nearest
from sim.params import OneOf, Quantity

CHOICE = "the analyst's choice"
INDEBTED, EVERYBODY = "indebted", "everybody"
OWED = ("current", "late")


class TreatedRule(NamedTuple):
    """Who counts as treated by what they owed in the last month before the event, and who is compared with them."""

    lender: str = ""  # that made one of their open loans; empty = any
    above_apr: Annotated[float, Quantity("yearly rate, all-in", 0.0, 10.0, CHOICE)] = 0.0  # one such loan is dearer
    controls: Annotated[str, OneOf((INDEBTED, EVERYBODY))] = INDEBTED  # others who owed something, or all others


class Exported(NamedTuple):
    """The micro tables of a study, and what its manifest says of it."""

    folder: Path
    manifest: dict[str, Any]
    panel: pd.DataFrame
    tape: pd.DataFrame

    @property
    def baseline(self) -> str:
        """The arm without the policy."""
        return str(self.manifest["baseline"])

    def people(self, arm: str, scenario: str, replicate: int) -> pd.DataFrame:
        """Return the panel of one run, by borrower and month."""
        return _of(self.panel, arm, scenario, replicate).sort_values(["borrower", "month"])

    def loans(self, arm: str, scenario: str, replicate: int) -> pd.DataFrame:
        """Return the tape of one run."""
        return _of(self.tape, arm, scenario, replicate)


def read_exported(folder: Path) -> Exported:
    """Return the micro tables of a finished study, held against its manifest, which is held against its seal.

    Raises Refusal when there is no finished study or it followed nobody, CorruptResult when a file is torn or altered.
    """
    study = Study(folder)
    if not {"panel", "tape"} <= set(study.files):
        raise Refusal(
            f"{folder}: holds no panel; give the folder of a finished study that followed people: "
            f"observe.panel_people=2000"
        )
    panel, tape = (study.read(name, None, None).to_pandas() for name in ("panel", "tape"))
    return Exported(folder, study.manifest, panel, tape)


def _of(rows: pd.DataFrame, arm: str, scenario: str, replicate: int) -> pd.DataFrame:
    return rows[(rows["arm"] == arm) & (rows["scenario"] == scenario) & (rows["replicate"] == replicate)]


def treated_and_compared(
    rule: TreatedRule, people: pd.DataFrame, loans: pd.DataFrame, month: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the people of the comparison in order, and which of them are treated, by what they owed in a month."""
    owed = loans[(loans["month"] == month) & loans["status"].isin(OWED)]
    lenders = owed["lender"].unique()
    if rule.lender and rule.lender not in lenders:
        raise Refusal(f"treated.lender: nobody who is followed owes {rule.lender}; {nearest(rule.lender, lenders)}")
    bound = owed[(owed["apr"] > rule.above_apr) & ((owed["lender"] == rule.lender) | (rule.lender == ""))]
    treated = set(bound["borrower"])
    pool = set(people["borrower"]) if rule.controls == EVERYBODY else set(owed["borrower"])
    compared = np.array(sorted(pool | treated), dtype=np.int64)
    marks = np.array([person in treated for person in compared.tolist()], dtype=bool)
    for name, members in (("treated", marks), ("controls", ~marks)):
        if members.sum() < 2:
            raise Refusal(
                f"treated: leaves {int(members.sum())} people as {name}, and two are the least; widen the rule"
            )
    return compared, marks


def matrix_of(people: pd.DataFrame, column: str, persons: NDArray[np.int64], months: range) -> NDArray[np.float64]:
    """Return a column by person and month, shape (persons, months); `people` is in order of person and month."""
    rows = people[people["borrower"].isin(persons) & people["month"].isin(list(months))]
    return np.asarray(rows[column], dtype=np.float64).reshape(len(persons), len(months))
