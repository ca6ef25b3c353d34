"""The program `sluice`: its commands, what they say of wrong words, and that they end in silence when nobody reads."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest
import yaml

from experiments import machine
from experiments.compose.market import read_market
from experiments.compose.study import compose_study
from experiments.program import commands
from experiments.program.commands import COMMANDS, main, main_of
from experiments.refusal import Refusal
from experiments.terminal import flags
from experiments.terminal.command_line import INTERRUPTED, REFUSED, command_here, program, usage
from experiments.terminal.streams import READER_GONE, as_command
from sluice.__main__ import main as start
from tests.studies.fake_study import run_study, study_in
from tests.variants import fast_first

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_and_tells_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-h"]) == 0
    assert f"\n  {program()} {name} " in capsys.readouterr().out
    assert as_command(lambda: main_of(name)(["--help"])) == 0
    message = capsys.readouterr().out
    assert "sluice" in message
    assert [flag for flag in COMMANDS[name].flags if flag != flags.MULTIRUN and flag not in message] == []


def test_names_may_be_written_with_underscores(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reverse_stress", "-h"]) == 0
    assert "sluice reverse-stress" in capsys.readouterr().out


def test_version_names_what_numbers_hang_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    message = capsys.readouterr().out
    assert message.startswith(f"sluice {machine.own_version()} (sources ")
    assert f"python {sys.version_info.major}.{sys.version_info.minor}, " in message
    assert f"numpy {metadata.version('numpy')}" in message


WRONG = [
    (["rnu"], "rnu: no such command; the nearest valid name is run; PROGRAM -h lists them"),
    (["scale=smoke"], "scale=smoke: a command comes first, as in PROGRAM run scale=smoke"),
    (["--dry-run"], "--dry-run: a command comes first, as in PROGRAM run --dry-run"),
    (["run", "--info"], "--info: no such flag; --dry-run prints the plan, --cfg job the configuration"),
    (["run", "-c", "job"], "-c: no such flag; --cfg job prints the configuration"),
    (["run", "--cfg", "hydra"], "--cfg: prints what the study is made of, written --cfg job; was 'hydra'"),
    (["run", "--cfg=all"], "was 'all'"),
    (["run", "--cfg", "job", "--dry-run"], "--cfg: prints one configuration and carries out nothing"),
    (["run", "--resolve"], "--resolve: no such flag; --cfg job prints"),
    (["run", "-cn", "x"], "-cn: no such flag; study=NAME chooses a file of configs/study"),
    (["run", "--config-dir=x"], "--config-dir=x: no such flag; study=NAME chooses"),
    (["run", "--hydra-help"], "--hydra-help: no such flag; settings of Hydra itself are refused"),
    (["run", "--shell-completion"], "PROGRAM completion bash prints the script"),
    (["run", "--version"], "--version: no such flag; PROGRAM --version prints the versions"),
    (["run", "--info"], "and PROGRAM --version the versions"),
    (["run", "--seed=3"], "--seed=3: no such flag; settings are written without dashes: seed=3"),
    (["run", "--dry-rum"], "--dry-rum: no such flag; the nearest valid name is --dry-run"),
    (["run", "--quiet"], "--quiet: no such flag"),
    (["run", "seed", "=", "3"], "seed = 3: an override is one word without spaces around =, written seed=3"),
    (["run", "seed=", "3"], "seed = 3: an override is one word without spaces around =, written seed=3"),
    (["run", "seed", "=3"], "seed = 3: an override is one word without spaces around =, written seed=3"),
    (["run", "lender.bank_a.scene=", "-1.5"], "written lender.bank_a.scene=-1.5"),
    (["run", "seed = 3"], "seed = 3: an override is written key=value; without spaces around =, as in seed=3"),
    (["frontier", "--cfg", "job"], "--cfg: no such flag"),
    (["frontier", "seed", "=", "3"], "written seed=3"),
    (["validate", "--info"], "--info: no such flag"),
    (["difference-in-differences", "--others", "x"], "--others: no such flag"),
    (["completion"], "completion: name one shell; valid names are bash, fish, zsh; was ''"),
    (["completion", "bsh"], "the nearest valid name is bash; was 'bsh'"),
]


@pytest.mark.parametrize(("texts", "message"), WRONG, ids=[" ".join(texts) for texts, _ in WRONG])
def test_wrong_words_are_answered_with_what_to_write(
    texts: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(texts) == 2
    heard = capsys.readouterr()
    assert message.replace("PROGRAM", program()) in heard.err
    assert len(heard.err.splitlines()) == 1
    assert heard.out == ""


def test_words_that_are_whole_are_left_alone() -> None:
    texts = ["study.placebo=", "seed=3", "~policy.rate_cap", "out=", "--dry-run", "study.question='a = b'"]
    asked, found = flags.overrides_and_flags(texts, (flags.DRY_RUN,))
    assert (asked, found) == ([text for text in texts if text != "--dry-run"], {"--dry-run"})


def test_printed_configuration_is_the_one_that_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    overrides = ["study=baseline", "policy=[rate_cap]", "policy.rate_cap.max_apr=0.21", "seed=5"]
    assert main(["run", *overrides, "--cfg", "job"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert (printed["seed"], printed["policy"]["rate_cap"]["max_apr"]) == (5, 0.21)
    study = compose_study(overrides)
    market = {key: value for key, value in printed.items() if key in market_keys(study)}
    assert read_market(market) in study.markets.values()
    with pytest.raises(Refusal):
        compose_study([*overrides, "seed=-1"])
    assert main(["run", *overrides, "seed=-1", "--cfg"]) == 2


def market_keys(study) -> tuple[str, ...]:
    return type(next(iter(study.markets.values())))._fields


def test_program_is_named_as_a_fresh_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "env" / "bin"
    home.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(home / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert command_here("run", "seed=1") == f"{home / 'python'} -m sluice run seed=1"
    script = home / "sluice"
    script.touch(mode=0o755)
    assert program() == str(script)
    monkeypatch.chdir(tmp_path)
    assert program() == "env/bin/sluice", "short where it lies below"
    monkeypatch.setenv("PATH", str(home))
    assert program() == "sluice", "every shell finds it"
    monkeypatch.setenv("VIRTUAL_ENV", str(home.parent))
    assert program() == "env/bin/sluice", "only this shell finds it by its name"
    assert usage("as .venv/bin/sluice run") == "as env/bin/sluice run"


# --- nobody reads on ------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def unread() -> Iterator[None]:
    """Let standard output be a pipe whose reader has gone, as after `| head`."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as pipe, contextlib.redirect_stdout(pipe):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study on a market of dice."""
    from tests.studies.fake_study import fake_market

    folder = tmp_path_factory.mktemp("read") / "a"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sim.market", fake_market())
        assert run_study(study_in(folder)) == 0
    return folder


READ = [["-h"], ["--version"], ["dictionary"], ["completion", "bash"], ["run", "-h"], ["run", "--cfg", "job"]]
READ += [["frontier", "-h"], ["verify", "-h"], ["verify", "FOLDER"], ["seeds", "FOLDER"], ["validate", "FOLDER"]]


@pytest.mark.parametrize("texts", fast_first(READ, 4), ids=[" ".join(texts) for texts in READ])
def test_command_that_is_not_read_ends_without_a_word(
    texts: list[str], folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pd.DataFrame(columns=["kind", "month", "replicate"])  # the table of a market of dice lacks columns
    monkeypatch.setattr("experiments.validate.baseline_lenders", lambda _: rows)
    asked = [str(folder) if text == "FOLDER" else text for text in texts]
    with unread():
        assert as_command(lambda: main(asked)) == READER_GONE
    assert capfd.readouterr().err == ""


def test_study_without_a_column_is_not_held_against_targets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(folder)]) == REFUSED
    message = capsys.readouterr()
    assert message.out == ""
    assert re.fullmatch(r"lender\.\w+: no such column; .+\n", message.err)


@pytest.mark.parametrize("named", ["nowhere", "."])
def test_folder_without_a_study_is_not_held_against_targets(
    named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(tmp_path / named)]) == REFUSED
    message = capsys.readouterr()
    assert message.out == ""
    assert message.err.count("\n") == 1


def test_command_that_talks_for_long_is_ended_where_it_stands(capfd: pytest.CaptureFixture[str]) -> None:
    shown = []

    def talk() -> int:
        try:
            for number in range(100_000):
                print(number)
        except Exception:  # noqa: BLE001  (what such handlers in commands must not catch)
            shown.append("caught")
        finally:
            shown.append(number)
        return 0

    with unread():
        assert as_command(talk) == READER_GONE
    assert len(shown) == 1
    assert shown[0] < 99_999
    assert capfd.readouterr().err == ""


def test_full_disk_under_what_is_printed_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        assert as_command(lambda: main(["dictionary"])) == 1
    assert capfd.readouterr().err == "what is printed cannot be written: No space left on device\n"


def test_ctrl_c_in_any_command_is_one_word(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    assert as_command(stopped) == INTERRUPTED
    assert capsys.readouterr().err == "stopped\n"


# --- too little memory ------------------------------------------------------------------------------------------------
def test_memory_that_ends_in_any_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def refused() -> int:
        raise MemoryError("malloc of size 4096 failed")

    assert as_command(refused) == 1
    assert capsys.readouterr().err == "memory: not enough is left: malloc of size 4096 failed\n"


def test_command_begins_nothing_under_a_limit_too_low(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.terminal.memory_limit.address_limit", lambda: 1_200_000 * 1024)
    assert as_command(lambda: 0) == 1
    message = capsys.readouterr().err
    assert message.startswith("memory: a process may have 1200000 kB of addresses here (ulimit -v)")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("kilobytes", "texts"),
    [(1_200_000, ["run", "--dry-run"]), (350_000, ["verify", "X"]), (350_000, ["sensitivity", "--dry-run"])],
)
def test_limit_too_low_to_load_a_command_is_one_line(kilobytes: int, texts: list[str]) -> None:
    limited = ["sh", "-c", f'ulimit -v {kilobytes}; exec "$@"', "sh", sys.executable, "-m", "sluice", *texts]
    ended = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert re.fullmatch(rf"memory: a process may have {kilobytes} kB of addresses here .*\n", ended.stderr)


@pytest.mark.parametrize("start", [["-m", "sluice", "dictionary"], ["-m", "experiments.tables.dictionary"]])
def test_head_of_a_whole_process_ends_it_without_a_word(start: list[str]) -> None:
    shell = 'set -o pipefail; "$@" | head -1'
    ended = subprocess.run(
        ["bash", "-c", shell, "bash", sys.executable, *start], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout == "# Tables\n"
    assert ended.stderr == ""
    assert ended.returncode in (0, READER_GONE), "0 where the pipe held all of it before head had gone"


# --- started anywhere -----------------------------------------------------------------------------------------------
START = "import sys\nfrom sluice.__main__ import main\nsys.exit(main())\n"  # as an installer writes the script


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of the user's own that holds other things under our names."""
    folder = tmp_path / "mine"
    for name in ("experiments", "configs", "sluice"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('the wrong package')\n")
    (folder / "sim.py").write_text("raise RuntimeError('the wrong model')\n")
    return folder


def started(folder: Path, path: str, tmp_path: Path, texts: list[str]) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "bin" / "sluice"
    script.parent.mkdir(exist_ok=True)
    script.write_text(START)
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, str(script), *texts], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_folder_that_is_gone_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert start() == 1
    assert capsys.readouterr().err == "the folder in which this was started is gone; start it from another\n"


@pytest.mark.parametrize("before", ["", pytest.param(f"{ROOT}/docs{os.pathsep}", marks=pytest.mark.slow)])
def test_own_files_of_the_same_names_do_not_hide_sluice(hostile: Path, before: str, tmp_path: Path) -> None:
    ended = started(hostile, f"{before}{ROOT}", tmp_path, ["run", "--cfg", "job"])
    assert ended.returncode == 0, ended.stderr
    assert yaml.safe_load(ended.stdout)["study"]["name"] == "tightening"


@pytest.mark.slow
def test_a_path_that_names_the_folder_of_such_files_does_not_hide_it_either(tmp_path: Path) -> None:
    """`PYTHONPATH=$PYTHONPATH:...` with nothing before the colon puts the current folder on the path."""
    folder = tmp_path / "mine"
    (folder / "experiments").mkdir(parents=True)
    (folder / "experiments" / "__init__.py").write_text("raise RuntimeError('the wrong package')\n")
    (folder / "sim.py").write_text("raise RuntimeError('the wrong model')\n")
    ended = started(folder, f"{os.pathsep}{ROOT}", tmp_path, ["run", "--cfg", "job"])
    assert ended.returncode == 0, ended.stderr
    assert yaml.safe_load(ended.stdout)["study"]["name"] == "tightening"


def test_the_main_module_of_a_command_is_chosen_when_it_is_asked_for() -> None:
    found: Callable[..., int] = commands.main_of("reverse-stress")
    assert found.__module__ == "experiments.analyses.reverse_stress.command"
