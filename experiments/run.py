"""The main job: compose a study, carry out its runs, compare its arms, draw its report.

    python -m experiments.run                                  the main study at laptop scale
    python -m experiments.run study=tightening scale=smoke     another choice of a folder of configs/
    python -m experiments.run policy.rate_cap.max_apr=0.20     one number changed, in the arms that hold it
    python -m experiments.run out=results/a                    a folder of your choice; the same command continues it

    python -m experiments.run study=history --dry-run          the plan, with estimates of time, memory and disk; no run
    python -m experiments.run -m study=rumour,baseline seed=1,2    whole studies one after the other, a folder each

Other keys: study= scale= executor= months= seed= study.replicates= report.draw= and any parameter of the model.
Exit codes: 0 done, 1 runs or the report missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from experiments.compilation import compile_model, is_compiled
from experiments.config import StudyConfig, compose_study
from experiments.declared import confidence_each
from experiments.execute import carry_out_all, worker_count
from experiments.folder import discard_results, folder_for, log, opened, write_manifest
from experiments.forecast import announce
from experiments.progress import Progress
from experiments.refusal import Refusal, nearest
from experiments.single_run import Kept, Run, kept
from experiments.stopping import Look, stopped
from experiments.store import CorruptResult, FileRecord, sha256_of
from experiments.study import plan

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
DRY_RUN, MULTIRUN = "--dry-run", {"-m", "--multirun"}
FLAGS = {DRY_RUN, *MULTIRUN}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a study; print where its report is and return the exit code."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in texts):
        print(__doc__)
        return DONE
    try:
        overrides, flags = overrides_and_flags(texts)
        if flags & MULTIRUN:
            from experiments.multirun import carry_out_studies  # here, since few ask for several studies

            return carry_out_studies(overrides, [DRY_RUN] if DRY_RUN in flags else [], main)
        study = compose_study(overrides)
        if DRY_RUN in flags:
            from experiments.rehearsal import dry_run  # here, since runs do not need it

            print(dry_run(study))
            return DONE
        return carry_out_study(study, folder_for(study), overrides)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except CorruptResult as problem:
        print(problem, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stopped before anything was computed", file=sys.stderr)
        return INTERRUPTED


def carry_out_study(study: StudyConfig, folder: Path, overrides: Sequence[str]) -> int:
    """Run a study in a folder, new or begun earlier, and return the exit code; `overrides` are said to continue it."""
    with opened(folder, study) as held, _termination_interrupts():
        return _carry_out(study, held, overrides)


def overrides_and_flags(texts: Sequence[str]) -> tuple[list[str], set[str]]:
    """Return the overrides and the flags among what was typed; refuse a flag that is none."""
    flags = {text for text in texts if text.startswith("-") and "=" not in text}
    for flag in flags - FLAGS:
        raise Refusal(f"{flag}: no such flag; {nearest(flag, FLAGS)}")
    return [text for text in texts if text not in flags], flags


def _carry_out(study: StudyConfig, folder: Path, overrides: Sequence[str]) -> int:
    runs = plan(study)
    unique: dict[str, Run] = {}
    for run in runs:  # two arms that are the same market are lived through once
        unique.setdefault(run.identity, run)
    done = {one: found for one, run in unique.items() if (found := kept(run, folder / "runs")) is not None}
    waiting = [run for one, run in unique.items() if one not in done]
    worker_count(waiting, study.executor)  # refuses before anything is computed
    announce(study, waiting, len(runs), folder)
    log(folder, "start", overrides=list(overrides), runs=len(unique), kept=len(done))
    failures: dict[str, str] = {}
    try:
        with Progress(study.name, len(unique), len(done)) as progress:
            looks = _carry_out_by_rule(study, folder, list(unique.values()), done, failures, progress)
    except KeyboardInterrupt:
        log(folder, "interrupted", kept=len(done))
        again = " ".join(_quoted(text) for text in overrides if not text.startswith("out="))
        print(
            f"stopped; {len(done)} of {len(unique)} runs are kept. To continue:\n"
            f"  python -m experiments.run {again + ' ' if again else ''}out={folder}",
            file=sys.stderr,
        )
        return INTERRUPTED
    lived = study.of(looks[-1].replicates) if looks else study
    runs = tuple(run for run in runs if run.replicate < lived.settings.replicates)
    done = {run.identity: done[run.identity] for run in runs if run.identity in done}
    why = stopped(looks, confidence_each(study)) if looks else None
    if why is not None:
        print(f"{study.name}: {why['words']}", file=sys.stderr)
    return _conclude(study, lived, folder, runs, done, failures, {"stopped": why} if why else {})


def _carry_out_by_rule(
    study: StudyConfig,
    folder: Path,
    runs: Sequence[Run],
    done: dict[str, Kept],
    failures: dict[str, str],
    progress: Progress,
) -> list[Look]:
    """Carry out runs, all or until the stop rule has enough; return what its looks found, none without a rule."""
    if not study.settings.stop.is_on:
        _carry_out_runs(study, folder, [run for run in runs if run.identity not in done], done, failures, progress)
        return []
    from experiments.precision import Precision  # here, so that the first run does not wait for pandas

    precision, looks = Precision(study, folder / "runs"), []
    everything = plan(study)
    for replicates in study.settings.stop.looks():
        waiting = [
            run
            for run in runs
            if run.replicate < replicates and run.identity not in done and run.identity not in failures
        ]
        _carry_out_runs(study, folder, waiting, done, failures, progress)
        batch = [run for run in everything if run.replicate < replicates]
        looks.append(precision.look(batch, done, replicates))
        log(folder, "look", replicates=replicates, narrow=looks[-1].narrow, effects=looks[-1].effects)
        if looks[-1].is_enough:
            break
    return looks


def _carry_out_runs(
    study: StudyConfig,
    folder: Path,
    waiting: list[Run],
    done: dict[str, Kept],
    failures: dict[str, str],
    progress: Progress,
) -> None:
    def keep(run: Run, found: Kept) -> None:
        done[run.identity] = found
        log(folder, "run", run=run.folder, seconds=round(found.seconds, 3), record_hash=found.record_hash)
        progress.advance()

    def fail(run: Run, reason: str) -> None:
        failures[run.identity] = reason
        log(folder, "failed", run=run.folder, reason=reason)
        progress.say(f"{run.label} failed: {reason.strip().splitlines()[-1]}")

    if waiting and study.executor.kind == "processes" and not is_compiled(waiting[0].config):
        progress.say("compiling the model, once for these sources")
        compile_model(waiting[0].config)
    carry_out_all(waiting, folder / "runs", study.executor, keep, fail)


def _conclude(
    study: StudyConfig,
    lived: StudyConfig,
    folder: Path,
    runs: Sequence[Run],
    done: dict[str, Kept],
    failures: dict[str, str],
    why: dict[str, Any],
) -> int:
    """Gather, compare, write the manifest, draw the report; list what is missing.

    `lived` is the study with the replicates that were lived, fewer than the most of `study` where the stop rule had
    enough; the folder and its manifest belong to `study`, so that the same command finds them.
    """
    from experiments.gather import gather  # here, so that the first run does not wait for pandas

    discard_results(folder)
    files = gather(folder, lived, runs, done)
    for kept_run in done.values():
        files[f"runs/{kept_run.folder}/run.json"] = _record(folder / "runs" / kept_run.folder / "run.json")
    files["config.yaml"] = _record(folder / "config.yaml")
    missing = [run for run in runs if run.identity not in done]
    summary = {
        "status": "incomplete" if missing else "complete",
        "runs": [
            {**{key: getattr(run, key) for key in ("arm", "scenario", "replicate", "identity")}, **_where(run, done)}
            for run in runs
            if run.identity in done
        ],
        "missing": [
            {"run": run.label, "reason": failures.get(run.identity, "not done").strip().splitlines()[-1]}
            for run in missing
        ],
        "replicates": lived.settings.replicates,
        "versions_swept": [version._asdict() for version in study.versions],
        **why,
    }
    write_manifest(folder, study, summary, files)
    log(folder, "manifest", status=summary["status"])
    for run in missing:
        print(f"missing: {run.label}", file=sys.stderr)
    print(f"results: {folder}")
    is_told = _report(folder) if study.report.draw and done else True
    return DONE if is_told and not missing else FAILED


def _report(folder: Path) -> bool:
    """Draw the report; when that fails, say that nothing but the report is missing and how to draw it again."""
    from experiments.report import build

    try:
        print(f"report: {build(folder)}")
    except Exception as problem:  # noqa: BLE001  (whatever it was, the results are kept, and that is what matters)
        log(folder, "report failed", reason=traceback.format_exc())
        print(
            f"the report could not be written: {type(problem).__name__}: {problem}\n"
            f"the results are kept in {folder}, the details in {folder / 'log.jsonl'}. To write the report again:\n"
            f"  python -m experiments.report {_quoted(str(folder))}",
            file=sys.stderr,
        )
        return False
    return True


def _where(run: Run, done: dict[str, Kept]) -> dict[str, str]:
    return {"folder": done[run.identity].folder, "record_hash": done[run.identity].record_hash}


def _record(path: Path) -> FileRecord:
    return FileRecord(sha256_of(path), path.stat().st_size, None)


def _quoted(text: str) -> str:
    return f"'{text}'" if any(character in text for character in '[]{}()*? ,"$&|;<>') else text


@contextlib.contextmanager
def _termination_interrupts() -> Iterator[None]:
    """Treat a polite request to end like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
