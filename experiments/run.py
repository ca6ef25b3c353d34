"""The main job: compose a study, carry out its runs, compare its arms, draw its report.

    .venv/bin/sluice run                                  the main study at laptop scale
    .venv/bin/sluice run study=tightening scale=smoke     another choice of a folder of configs/
    .venv/bin/sluice run policy.rate_cap.max_apr=0.20     one number changed, in the arms that hold it
    .venv/bin/sluice run study=baseline policy=[rate_cap]    the market with a policy beside the market without
    .venv/bin/sluice run study_file=my_study.yaml         a study from a file of your own
    .venv/bin/sluice run out=results/a                    a folder of your choice; the same command continues it

    .venv/bin/sluice run study=history --dry-run          the plan, what each arm holds, time, memory, disk; no run
    .venv/bin/sluice run study=history --cfg job          the configuration as it is composed; no run
    .venv/bin/sluice run -m study=rumour,baseline seed=1,2    whole studies one after the other, a folder each

Other keys: study= scale= executor= months= seed= study.replicates= archive= report.draw= and any model parameter.
Exit codes: 0 done, 1 runs or the report missing or not writable, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import experiments.terminal.enough_memory  # noqa: F401  (before what needs the memory)
from experiments.compose.overrides import names_out, out_override
from experiments.compose.study import StudyConfig, compose_study, composed_yaml
from experiments.execute.runner import locked_folder
from experiments.execute.study_runner import StudyRunner
from experiments.keep.folder import folder_for
from experiments.keep.study_folder import StudyOwner
from experiments.terminal.command_line import DONE, FAILED, INTERRUPTED, command_here
from experiments.terminal.endings import run_command
from experiments.terminal.flags import CFG, DRY_RUN, MULTIRUN, overrides_and_flags
from experiments.terminal.streams import as_command

FLAGS = (DRY_RUN, CFG, MULTIRUN)
KEPT = "what is finished is kept; when that is put right, the same command with out= set to its folder continues"


def main(arguments: Sequence[str] | None = None, again: str = "") -> int:
    """Run a study; print where its report is and return the exit code.

    `again` is the command that is printed for continuing it, where the study is a part of something larger.
    """
    return run_command(
        __doc__, arguments, lambda texts: _asked(texts, again), "stopped before anything was computed", KEPT
    )


def _asked(texts: Sequence[str], again: str) -> int:
    """Carry out what was asked for, or print what would be."""
    overrides, flags = overrides_and_flags(texts, FLAGS)
    if MULTIRUN in flags:
        from experiments.execute.several_studies import carry_out_studies  # here, since few ask for several studies

        return carry_out_studies(overrides, [DRY_RUN] if DRY_RUN in flags else [], main)
    study = compose_study(overrides)
    for text in study.overruled:
        print(text, file=sys.stderr)
    if DRY_RUN in flags:
        from experiments.compose.warnings import unusual_settings
        from experiments.compose.warnings.warning import notice
        from experiments.execute.dry_run import dry_run  # here, since runs do not need it

        print(dry_run(study))
        notice(unusual_settings(study))
        return DONE
    if CFG in flags:
        print(composed_yaml(overrides), end="")
        return DONE
    folder = folder_for(study)
    asked = [text for text in overrides if not names_out(text)]
    return carry_out_study(study, folder, overrides, again or command_here("run", *asked, out_override(folder)))


def carry_out_study(study: StudyConfig, wanted: Path, overrides: Sequence[str], again: str) -> int:
    """Run a study in a folder, new or begun earlier, and return the exit code; `again` is printed for continuing it."""
    owner = StudyOwner(study)
    with locked_folder(wanted, owner, study) as (folder, archive):
        runner = StudyRunner(owner, folder, archive)
        try:
            return DONE if runner.run_study(overrides) else FAILED
        except KeyboardInterrupt:
            kept = f"{len(runner.completed)} of {len(runner.unique)} runs are kept"
            print(f"stopped; {kept}. To continue:\n  {again}", file=sys.stderr)
            return INTERRUPTED


if __name__ == "__main__":
    sys.exit(as_command(main))
