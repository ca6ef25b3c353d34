"""The scripts of `sluice completion` complete commands, flags, choices and keys, asked of bash itself."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from experiments.compose.overrides import read_override
from experiments.program.commands import COMMANDS
from experiments.program.completion import SHELLS, script, words_of

ASK = """\
source "$1"
COMP_LINE="$2" COMP_POINT=${#2} COMP_CWORD=$3
shift 3
COMP_WORDS=("$@")
_sluice 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@cache
def written(shell: str) -> str:
    return script([shell])


def completed(tmp_path: Path, line: str, *words: str) -> list[str]:
    """Return what bash offers at the end of a line; `=` stands alone among its words, as bash cuts them."""
    path = tmp_path / "sluice.bash"
    path.write_text(written("bash"))
    asked = ["bash", "-c", ASK, "bash", str(path), line, str(len(words) - 1), *words]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()


CASES = [
    (("sluice", "re"), ["report", "reverse-stress"]),
    (("sluice", "run", "--dr"), ["--dry-run"]),
    (("sluice", "run", "study", "=", "ti"), ["tightening"]),
    (("sluice", "run", "scale", "="), ["laptop", "million", "smoke"]),
    (("sluice", "run", "policy.rate_cap.m"), ["policy.rate_cap.max_apr="]),
    (("sluice", "run", "policy", "=", "[rate"), ["[rate_cap]"]),
    (("sluice", "frontier", "frontier", "="), ["rate_cap", "two_caps"]),
    (("sluice", "completion", "z"), ["zsh"]),
]


@pytest.mark.parametrize(("words", "offered"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_bash_is_offered_what_may_follow(words: tuple[str, ...], offered: list[str], tmp_path: Path) -> None:
    line = " ".join(words).replace(" = ", "=").replace(" =", "=")
    assert completed(tmp_path, line, *words) == offered


def test_every_override_that_is_offered_is_one() -> None:
    offered = [word for word in words_of("run") if "=" in word]
    assert len(offered) > 500
    for word in offered:
        assert read_override(word if not word.endswith("=") else f"{word}1") is not None


@pytest.mark.parametrize("shell", SHELLS)
def test_script_names_every_command_and_is_read_by_its_shell(shell: str, tmp_path: Path) -> None:
    path = tmp_path / f"sluice.{shell}"
    path.write_text(written(shell))
    assert [name for name in COMMANDS if name not in written(shell)] == []
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(path)], check=True)
