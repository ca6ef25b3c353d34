"""Which faults are planted: a seeded draw that takes every file in turn and, within a file, every kind."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

from tests.faults.planting import Change, Fault, planted


def drawn(changes: Mapping[str, Sequence[Change]], sources: Mapping[str, str], number: int, seed: int) -> list[Fault]:
    """Return so many faults, fewer where no more can be planted: each file once, then by the root of its size."""
    generator = random.Random(seed)
    piles = {path: shuffled_by_kind(generator, every) for path, every in sorted(changes.items()) if every}
    weights = {path: sqrt(len(every)) for path, every in changes.items()}
    faults: list[Fault] = []
    once = generator.sample(sorted(piles), len(piles))
    while piles and len(faults) < number:
        paths = sorted(piles)
        path = once.pop() if once else generator.choices(paths, [weights[each] for each in paths])[0]
        fault = next((found for change in piles[path] if (found := planted(path, sources[path], change))), None)
        if fault is None:
            del piles[path]
        elif fault.key not in {other.key for other in faults}:
            faults.append(fault)
    return sorted(faults, key=lambda fault: (fault.path, fault.line, fault.kind, fault.becomes))


def shuffled_by_kind(generator: random.Random, changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes of one file in random order: a kind by lot, then one of its changes by lot."""
    kinds: dict[str, list[Change]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change)
    for pile in kinds.values():
        generator.shuffle(pile)
    while kinds:
        kind = generator.choice(sorted(kinds))
        yield kinds[kind].pop()
        if not kinds[kind]:
            del kinds[kind]
