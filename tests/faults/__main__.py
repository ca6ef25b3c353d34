"""Plants faults and says which of them the nearest tests noticed: `python -m tests.faults --sample 150 --seed 1`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from tests.faults.drawing import drawn
from tests.faults.keeping import equivalents, keep, outcomes_in, reason_for, remembered, still_holds
from tests.faults.nearest import LEFT_OUT, ROOT, nearest_to, why_left_out
from tests.faults.planting import Fault, possible_changes, signatures_of
from tests.faults.trial import KILLED, SURVIVED, TIMEOUT, BrokenTestsError, Outcome, hash_of_tests, trials_in_a_copy

PLACES = ("sim", "experiments")
EQUIVALENT = "equivalent"
TESTS_ARE_BROKEN, ENDED_BY_KEYBOARD = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, try and tell; return 1 when fewer were noticed than asked for, 2 when tests fail without a fault."""
    asked = parsed(arguments)
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
    }
    faults = remembered_faults(sources, asked) if asked.remembered else drawn_faults(sources, asked)
    if asked.list:
        for fault in faults:
            print(f"{fault.key}  {description(fault)}\n  - {fault.line_text}\n  + {fault.becomes}")
        return 0
    try:
        outcomes = tried(faults, asked.results)
    except BrokenTestsError as broken:
        print(broken, file=sys.stderr)
        return TESTS_ARE_BROKEN
    return tell(faults, outcomes, asked.at_least)


def remembered_faults(sources: dict[str, str], asked: argparse.Namespace) -> list[Fault]:
    """Return the faults that tests once let pass, in the files asked for."""
    known = [each for each in remembered() if is_asked_for(each.file, asked.only)]
    print(f"{len(known)} faults that tests once let pass")
    return [each.planted_in(sources[each.file]) for each in known]


def drawn_faults(sources: dict[str, str], asked: argparse.Namespace) -> list[Fault]:
    """Draw faults in the files asked for, and say of how many and of which kinds."""
    tell_what_is_left_out(sources, asked.only)
    within = {path: text for path, text in sources.items() if nearest_to(path) and is_asked_for(path, asked.only)}
    signatures = signatures_of(sources.values())
    changes = {path: possible_changes(text, signatures) for path, text in within.items()}
    faults = drawn(changes, within, asked.sample, asked.seed)
    kinds = Counter(fault.kind for fault in faults).most_common()
    possible = sum(len(every) for every in changes.values())
    print(f"{len(faults)} faults of {possible:,} possible ones, in {len({fault.path for fault in faults})} files:")
    print("  " + ", ".join(f"{number} {kind}" for kind, number in kinds))
    return faults


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="PATH", help="a file, folder or pattern")
    parser.add_argument("--sample", type=int, default=150, metavar="N", help="how many faults; 150 if not given")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the draw; 1 if not given")
    parser.add_argument("--results", type=Path, default=ROOT / "outputs/faults.jsonl", help="file to go on from")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="SHARE", help="end with 1 below this share")
    parser.add_argument("--remembered", action="store_true", help="plant those that tests once let pass, and draw none")
    parser.add_argument("--list", action="store_true", help="show the faults and try none")
    return parser.parse_args(arguments)


def is_asked_for(path: str, only: Sequence[str]) -> bool:
    """Return whether a file is one of those named, or in a folder that is."""
    return not only or any(fnmatch(path, name) or path.startswith(name.rstrip("/") + "/") for name in only)


def tell_what_is_left_out(sources: dict[str, str], only: Sequence[str]) -> None:
    """Say in which files no fault is planted, and why: by a declared reason, or for want of declared tests."""
    for left_out in LEFT_OUT:
        files = [path for path in sources if why_left_out(path) == left_out.reason and is_asked_for(path, only)]
        if files:
            print(f"left out: {left_out.files} ({len(files)} files): {left_out.reason}")
    others = [path for path in sources if not nearest_to(path) and not why_left_out(path) and is_asked_for(path, only)]
    if others:
        print(f"no nearest tests are declared for {len(others)} files: {', '.join(others)}")


def tried(faults: Sequence[Fault], results: Path) -> dict[str, Outcome]:
    """Return the outcome of every fault, those in the file of results as they are."""
    outcomes = outcomes_in(results)
    hashes = {tests: hash_of_tests(ROOT, tests) for tests in {nearest_to(fault.path) for fault in faults}}
    waiting = [fault for fault in faults if not still_holds(outcomes.get(fault.key), hashes[nearest_to(fault.path)])]
    print(f"{len(faults) - len(waiting)} of them were tried before, in {results}")
    if waiting:
        with trials_in_a_copy(ROOT) as trials:
            for number, fault in enumerate(waiting, 1):
                outcome = trials.tried(fault, nearest_to(fault.path))
                keep(outcome, results)
                outcomes[fault.key] = outcome
                print(f"[{number}/{len(waiting)}] {outcome.verdict}: {description(fault)}", flush=True)
    return outcomes


def description(fault: Fault) -> str:
    """Return where and what a fault is."""
    return f"{fault.path}:{fault.line} ({fault.kind})"


def tell(faults: Sequence[Fault], outcomes: dict[str, Outcome], at_least: float) -> int:
    """Print what was noticed by folder, and every fault that was not; return the exit code."""
    known = equivalents()
    reasons = {fault.key: reason_for(fault, known) for fault in faults}
    verdicts = {
        fault.key: EQUIVALENT
        if outcomes[fault.key].verdict == SURVIVED and reasons[fault.key]
        else outcomes[fault.key].verdict
        for fault in faults
    }
    print(f"\n{'folder':<24}{KILLED:>9}{SURVIVED:>10}{TIMEOUT:>9}{EQUIVALENT:>12}")
    by_folder = {fault.path.rsplit("/", 1)[0] for fault in faults}
    for folder in [*sorted(by_folder), "all"]:
        here = Counter(verdicts[fault.key] for fault in faults if folder in ("all", fault.path.rsplit("/", 1)[0]))
        print(f"{folder:<24}{here[KILLED]:>9}{here[SURVIVED]:>10}{here[TIMEOUT]:>9}{here[EQUIVALENT]:>12}")
    for verdict in (SURVIVED, TIMEOUT, EQUIVALENT):
        for fault in faults:
            if verdicts[fault.key] == verdict:
                print(f"\n{verdict}: {description(fault)}\n  - {fault.line_text}\n  + {fault.becomes}")
                if verdict == EQUIVALENT:
                    print(f"  {reasons[fault.key]}")
    real = [fault for fault in faults if verdicts[fault.key] != EQUIVALENT]
    share = sum(verdicts[fault.key] == KILLED for fault in real) / len(real) if real else 1.0
    print(f"\n{share:.1%} of {len(real)} faults that change something were noticed by the nearest tests")
    return int(share < at_least)


def leave(number: int, frame: object) -> None:
    """Leave by the same way as for Ctrl-C, so that the copy is cleared away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, leave)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(ENDED_BY_KEYBOARD)
