"""What continuous integration runs, in a folder where make, the Pythons that are found and the wheel are stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    script(tmp_path / ".ci" / "wheel", 'echo "wheel under $1"')
    script(tmp_path / "bin" / "make", 'echo "make $*"')
    script(tmp_path / ".venv" / "bin" / "python", f"echo {OWN}")
    return tmp_path


def lines_of(folder: Path) -> list[str]:
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run([folder / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout.splitlines()


def test_without_other_pythons_the_wheel_is_tried_under_that_of_make(folder: Path) -> None:
    script(folder / ".ci" / "pythons", "true")
    lines = lines_of(folder)
    assert f"Python of make: {OWN}; supported ones found: none but that" in lines
    assert lines[-1] == f"wheel under {folder}/.venv/bin/python", "a whole path, from whatever folder it is started"


def test_the_wheel_is_tried_under_the_lowest_and_the_newest(folder: Path) -> None:
    low, middle, new = (
        script(folder / name, f"echo {version}") for name, version in (("l", OWN), ("m", 0), ("n", 9.9))
    )
    script(folder / ".ci" / "pythons", f"printf '%s\\n' {low} {middle} {new}")
    lines = lines_of(folder)
    assert f"make fast-tests PYTHON={new} VENV=.venv-9.9" in lines
    assert lines[-2:] == [f"wheel under {low}", f"wheel under {new}"]
