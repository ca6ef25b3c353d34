"""Carry out the runs of a study in a shuffled order and print the hash of each one's tables, on the fake market.

python -m tests.studies.shuffled_runs SEED FOLDER [overrides]
"""

import json
import random
import sys
from pathlib import Path

from experiments.compose.plan import plan
from experiments.compose.study import compose_study
from experiments.execute.pool import carry_out_all


def main(seed: int, folder: Path, overrides: list[str]) -> None:
    study = compose_study(overrides)
    runs = list(plan(study))
    random.Random(seed).shuffle(runs)
    found = {}
    failed = {}
    carry_out_all(
        runs,
        folder,
        study.executor,
        lambda run, kept: found.update({run.identity: kept.record_hash}),
        lambda run, reason: failed.update({run.identity: reason}),
    )
    print(json.dumps({"found": found, "failed": failed}, sort_keys=True))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
