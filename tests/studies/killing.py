"""Kills a study at random moments of its writing, many times, and looks after each kill for anything torn.

    python -m tests.studies.killing PLACE KILLS SEED

The study is that of tests/studies/fake_study.py; it is composed once and carried out by children of this process, which
are killed. After each kill every run and every table under its final name, the manifest and the archive must be whole;
the next child continues. Finished studies begin anew, now with and now without what the archive has kept. Prints what
was seen, as JSON.
"""

import gc
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from experiments.keep.cache import NAME
from experiments.keep.files import PARTIAL, CorruptResult, check_file, read_sealed
from experiments.keep.runs import RECORD
from experiments.keep.study_files import MANIFEST
from tests.studies.fake_study import hashes, one_hash, run_study, study_in, use_fake_market


def torn(out: Path, wanted: dict[str, str]) -> list[str]:
    """Return what is there under its final name and is not what an undisturbed study wrote."""
    found = [name for name, found in hashes(out).items() if PARTIAL not in name and wanted.get(name) != found]
    for record in [*out.glob(f"runs/*/{RECORD}"), *out.parent.glob(f"{NAME}/*/{RECORD}"), out / MANIFEST]:
        if PARTIAL in record.parent.name or not record.exists():
            continue
        root = record.parent
        try:
            for name, known in read_sealed(record)["files"].items():
                check_file(root / name, known)
        except CorruptResult as problem:
            found.append(str(problem))
    named = (run for run in out.glob("runs/*") if not run.name.startswith(PARTIAL))
    return found + [f"{run}: has no record" for run in named if not (run / RECORD).exists()]


def begin(out: Path) -> int:
    """Start the study in a child and return its number; whatever goes wrong in it ends it with code 99."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            with Path(os.devnull).open("w") as nowhere:
                sys.stdout = sys.stderr = nowhere
                code = run_study(study_in(out))
        finally:
            os._exit(code)
    return child


def main(root: Path, kills: int, seed: int) -> None:
    use_fake_market()
    gc.freeze()
    calm = root / "calm" / "out"
    assert run_study(study_in(calm)) == 0
    started = time.monotonic()
    assert os.waitpid(begin(root / "timed" / "out"), 0)[1] == 0
    duration = time.monotonic() - started
    wanted, chance, out = hashes(calm), random.Random(seed), root / "killed" / "out"
    seen: Counter[str] = Counter(kills=0, finished=0, torn=0, leftovers=0, failed=0)
    problems: list[str] = []
    while seen["kills"] < kills:
        child = begin(out)
        time.sleep(chance.uniform(0, duration))
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        problems += torn(out, wanted)
        if os.WIFSIGNALED(status):
            seen["kills"] += 1
            seen["leftovers"] += any(out.rglob(f"{PARTIAL}*"))
            seen["with_manifest"] += (out / MANIFEST).exists()
            seen["with_tables"] += any(out.glob("tables/*.parquet"))
            continue
        seen["failed"] += os.WEXITSTATUS(status) != 0
        seen["finished"] += one_hash(out) == one_hash(calm)
        seen["ended"] += 1
        shutil.rmtree(out)
        if chance.random() < 0.5:
            shutil.rmtree(out.parent / NAME)
    status = os.waitpid(begin(out), 0)[1]
    print(
        json.dumps(
            {**seen, "torn": len(problems), "problems": problems[:5], "last_code": os.WEXITSTATUS(status)}
            | {"same": one_hash(out) == one_hash(calm), "left": [str(path) for path in out.rglob(f"{PARTIAL}*")]}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
