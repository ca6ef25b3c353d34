"""The runs of a study: arms x scenarios x replicates, and what makes two runs the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from experiments.compose.market import canonical, document_of, kind_of
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig
from experiments.machine import deciding_versions
from sim.compiling import source_hash
from sim.past import months_shared, past_of


def plan(study: StudyConfig) -> tuple[Run, ...]:
    """Return every run of a study; the replicates come first, so that an interrupted study holds complete pairs.

    Runs whose markets cannot differ before month 0 share one warm-up, and the months after it until their
    divergence month, the first in which any two of them may differ.
    """
    common = {**origin(), "seed": study.seed}
    documents = {cell: document_of(market) for cell, market in study.markets.items()}
    divergence = _divergence_months(study)
    pasts = {cell: document_of(past_of(market, divergence[cell])) for cell, market in study.markets.items()}
    return tuple(
        Run(
            arm=arm,
            scenario=scenario,
            replicate=replicate,
            seed=study.seed,
            config=study.markets[scenario, arm],
            identity=identity({**common, "config": documents[scenario, arm], "replicate": replicate}),
            shared_warm_up=identity({**common, "config": pasts[scenario, arm], "replicate": replicate}),
            divergence_month=divergence[scenario, arm],
        )
        for replicate in range(study.settings.most_replicates)
        for scenario in study.scenarios
        for arm in study.arms
    )


def distinct(runs: Iterable[Run]) -> dict[str, Run]:
    """Return runs by identity; of those that are the same market, the first."""
    found: dict[str, Run] = {}
    for run in runs:
        found.setdefault(run.identity, run)
    return found


def _divergence_months(study: StudyConfig) -> dict[tuple[str, str], int]:
    """Return for each scenario and arm the month until which it is one market with all that share its warm-up."""
    together: dict[str, list[tuple[str, str]]] = {}
    for cell, market in study.markets.items():
        together.setdefault(identity(document_of(past_of(market, 0))), []).append(cell)
    months = {}
    for cells in together.values():
        month = months_shared([study.markets[cell] for cell in cells])
        months.update(dict.fromkeys(cells, month))
    return months


def origin() -> dict[str, Any]:
    """Return the model's sources and the libraries that decide the bytes of a run."""
    return {"sources": source_hash(), "versions": deciding_versions()}


def identity(document: object) -> str:
    """Return the hash of a document's canonical bytes."""
    return hashlib.sha256(canonical(document)).hexdigest()


def study_document(study: StudyConfig) -> dict[str, Any]:
    """Return all that the study was understood to be, as plain values."""
    settings = study.settings._asdict()
    settings["primary"] = [primary._asdict() for primary in study.settings.primary]
    settings["horizons"] = list(study.settings.horizons)
    settings["secondary"] = list(study.settings.secondary)
    settings["sweep"] = study.settings.sweep._asdict()
    settings["stop"] = study.settings.stop._asdict()
    del settings["chosen_policy"]  # it has become arms and outcomes
    return {
        "study": settings,
        "seed": study.seed,
        "configs": {f"{scenario}/{arm}": document_of(market) for (scenario, arm), market in study.markets.items()},
    }


def study_identity(study: StudyConfig) -> str:
    """Return what must be equal for a folder's runs to be continued: the study, the sources and the libraries.

    How many replicates there are is no part of it, whether the study or its stop rule says so: more may be asked for.
    """
    document = study_document(study)
    settings = {key: value for key, value in document["study"].items() if key not in ("replicates", "stop")}
    return identity({**document, "study": settings, **origin()})


def timeline(study: StudyConfig) -> list[dict[str, Any]]:
    """Return the dated events of the study: announcements and effects by arm, shocks by scenario."""
    events: list[dict[str, Any]] = []
    for (scenario, arm), market in study.markets.items():
        for name, instrument in market.policy:
            for field, kind in (("announce_month", "announced"), ("effective_month", "effective")):
                month = getattr(instrument, field, None)
                if isinstance(month, int):
                    events.append({"kind": kind, "name": name, "month": month, "arm": arm})
        for name, shock in market.shock:
            events.extend(_shock_event(name, shock, scenario, market.calendar.months))
    return [event for index, event in enumerate(events) if event not in events[:index]]


def _shock_event(name: str, shock: Any, scenario: str, months: int) -> list[dict[str, Any]]:
    first = getattr(shock, "start_month", None)
    if not isinstance(first, int):
        return []
    lasting = getattr(shock, "months", None)
    stays = getattr(shock, "shape", "") == "step" or not isinstance(lasting, int)
    until = months if stays else min(first + int(lasting or 0), months)
    return [
        {"kind": "shock", "name": name, "month": first, "until": until, "scenario": scenario, "words": kind_of(shock)}
    ]
