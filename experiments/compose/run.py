"""One run of a study: one market, whose identity covers all that decides its bytes."""

from __future__ import annotations

from typing import NamedTuple

from experiments.compose.any_script import slug
from sim.params import MarketConfig

KEYS = ("arm", "scenario", "replicate")


class Run(NamedTuple):
    """One market to be run. The arm's name is a label: it is no part of the identity."""

    arm: str
    scenario: str
    replicate: int
    seed: int
    config: MarketConfig
    identity: str
    shared_warm_up: str  # equal for runs that are the same market until `divergence_month`
    divergence_month: int

    @property
    def folder(self) -> str:
        """The name of the run's folder: readable, and different for different runs."""
        return f"{slug(self.scenario)}-{slug(self.arm)}-{self.replicate:03d}-{self.identity[:12]}"

    @property
    def label(self) -> str:
        """The run as it is named in messages."""
        return f"{self.scenario} / {self.arm} / replicate {self.replicate}"
