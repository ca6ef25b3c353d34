"""The stop rule of a study as it is written: after how many replicates the intervals are looked at."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from experiments.refusal import Refusal
from sim.params import Quantity

CHOSEN = "the study's choice"


class StopSettings(NamedTuple):
    """The stop rule as a study writes it; without `at_most` there is none, and `replicates` counts."""

    at_least: Annotated[int, Quantity("replicates", 2, 100_000, CHOSEN)] = 10
    at_most: Annotated[int, Quantity("replicates, 0 = no stop rule", 0, 100_000, CHOSEN)] = 0
    step: Annotated[int, Quantity("replicates", 1, 100_000, CHOSEN)] = 5

    @property
    def is_on(self) -> bool:
        """Whether the number of replicates is left to the rule."""
        return self.at_most > 0

    def check(self) -> None:
        """Raise Refusal when the numbers contradict each other."""
        if self.is_on and self.at_least > self.at_most:
            raise Refusal(f"study.stop.at_least: must not exceed at_most {self.at_most}, was {self.at_least}")

    def looks(self) -> tuple[int, ...]:
        """Return after how many replicates the intervals are looked at; the last is `at_most`."""
        return (*range(self.at_least, self.at_most, self.step), self.at_most)
