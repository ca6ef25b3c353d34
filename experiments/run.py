"""The main job: compose a study, carry out its runs, compare its arms, draw its report.

    python -m experiments.run                                  the main study at laptop scale
    python -m experiments.run study=tightening scale=smoke     another choice of a folder of configs/
    python -m experiments.run policy.rate_cap.max_apr=0.20     one number changed, in the arms that hold it
    python -m experiments.run study_file=my_study.yaml         a study from a file of your own
    python -m experiments.run out=results/a                    a folder of your choice; the same command continues it

Other keys: study= scale= executor= months= seed= study.replicates= archive= report.draw= and any model parameter.
Exit codes: 0 done, 1 runs or the report missing or not writable, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from experiments.archive import Archive, archive_of, lived_before
from experiments.compilation import compile_model, is_compiled
from experiments.config import StudyConfig, compose_study
from experiments.execute import carry_out_all, worker_count
from experiments.folder import REPORTS, discard_results, folder_for, is_whole, log, opened, write_manifest
from experiments.progress import Progress
from experiments.refusal import Refusal
from experiments.single_run import Kept, Run
from experiments.store import CorruptResult, Unwritable, record_of, unwritable_in
from experiments.study import plan
from experiments.unusual import idle_instruments, unusual_settings
from experiments.unusual.flag import Flag

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
SHOWN_FLAGS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a study; print where its report is and return the exit code."""
    overrides = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in overrides):
        print(__doc__)
        return DONE
    try:
        study = compose_study(overrides)
        wanted = folder_for(study)
        archive = archive_of(study, wanted)
        with opened(wanted, study) as folder, _termination_interrupts():
            return _carry_out(study, folder, archive, overrides)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except (CorruptResult, Unwritable) as problem:
        print(problem, file=sys.stderr)
        print("what is finished is kept; when that is put right, the same command continues", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stopped before anything was computed", file=sys.stderr)
        return INTERRUPTED


def _carry_out(study: StudyConfig, folder: Path, archive: Archive, overrides: Sequence[str]) -> int:
    runs = plan(study)
    unique: dict[str, Run] = {}
    for run in runs:  # two arms that are the same market are lived through once
        unique.setdefault(run.identity, run)
    done, adopted = lived_before(unique, folder / "runs", archive)
    waiting = [run for one, run in unique.items() if one not in done]
    worker_count(waiting, study.executor)  # refuses before anything is computed
    log(folder, "start", overrides=list(overrides), runs=len(unique), kept=len(done), adopted=adopted)
    if done:
        elsewhere = f", {adopted} of them in other studies" if adopted else ""
        print(f"{len(done)} of {len(unique)} runs were lived before{elsewhere}", file=sys.stderr)
    if not waiting and is_whole(folder, study, done):
        return _already_done(study, folder)
    unusual = unusual_settings(study)
    _notice(unusual)
    failures: dict[str, str] = {}
    try:
        with Progress(study.name, len(unique), len(done)) as progress:
            _carry_out_runs(study, folder, archive, waiting, done, failures, progress)
    except KeyboardInterrupt:
        log(folder, "interrupted", kept=len(done))
        again = " ".join(_quoted(text) for text in overrides if not text.startswith("out="))
        print(
            f"stopped; {len(done)} of {len(unique)} runs are kept. To continue:\n"
            f"  python -m experiments.run {again + ' ' if again else ''}out={folder}",
            file=sys.stderr,
        )
        return INTERRUPTED
    if archive.reason:
        print(f"finished runs are not kept for other studies: {archive.reason}", file=sys.stderr)
    return _conclude(study, folder, runs, done, failures, unusual)


def _carry_out_runs(
    study: StudyConfig,
    folder: Path,
    archive: Archive,
    waiting: list[Run],
    done: dict[str, Kept],
    failures: dict[str, str],
    progress: Progress,
) -> None:
    def keep(run: Run, found: Kept) -> None:
        done[run.identity] = found
        log(folder, "run", run=run.folder, seconds=round(found.seconds, 3), record_hash=found.record_hash)
        archive.keep(run, folder / "runs")
        progress.advance()

    def fail(run: Run, reason: str) -> None:
        if (problem := unwritable_in(reason)) is not None:
            raise Unwritable(problem)  # every other run would be lived in vain
        failures[run.identity] = reason
        log(folder, "failed", run=run.folder, reason=reason)
        progress.say(f"{run.label} failed: {reason.strip().splitlines()[-1]}")

    if waiting and study.executor.kind != "serial" and not is_compiled(waiting[0].config):
        progress.say("compiling the model, once for these sources")
        compile_model(waiting[0].config)
    carry_out_all(waiting, folder / "runs", study.executor, keep, fail, progress.say)


def _notice(flags: Sequence[Flag]) -> None:
    """Say what is legal and perhaps not meant; the manifest and the report hold all of it."""
    for flag in flags[:SHOWN_FLAGS]:
        print(f"unusual: {flag.sentence}", file=sys.stderr)
    if len(flags) > SHOWN_FLAGS:
        print(f"unusual: and {len(flags) - SHOWN_FLAGS} more, in the report", file=sys.stderr)


def _conclude(
    study: StudyConfig,
    folder: Path,
    runs: Sequence[Run],
    done: dict[str, Kept],
    failures: dict[str, str],
    unusual: Sequence[Flag],
) -> int:
    """Gather, compare, write the manifest, draw the report; list what is missing."""
    from experiments.gather import gather  # here, so that the first run does not wait for pandas

    discard_results(folder)
    files = gather(folder, study, runs, done)
    for kept_run in done.values():
        files[f"runs/{kept_run.folder}/run.json"] = record_of(folder / "runs" / kept_run.folder / "run.json")
    files["config.yaml"] = record_of(folder / "config.yaml")
    missing = [run for run in runs if run.identity not in done]
    idle = idle_instruments(study, folder / "tables")
    _notice(idle)
    summary = {
        "flags": [flag._asdict() for flag in (*unusual, *idle)],
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


def _already_done(study: StudyConfig, folder: Path) -> int:
    log(folder, "already done")
    print(f"results: {folder}")
    if study.report.draw:
        print(f"report: {folder / REPORTS[0]}")
    return DONE


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
