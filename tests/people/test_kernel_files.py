"""Compiled code that is torn or altered is told, made again, and never run; Numba's own settings are left alone."""

import importlib.util
import logging
import os
import pickle
import sys
from pathlib import Path
from types import ModuleType

import numba
import pytest

from sim import compiling, kernel_files
from sim.kernel_files import BEGINNING, ENDING, HASH_BYTES, KernelFiles

STAMP = ("0.68", "source")
KEY = (("int64",), "processor", "bytecode")
FORM = {"code": bytes(range(256)) * 8}


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_files, "_LOGGED", set())


def files_in(folder: Path, stamp: tuple[str, ...] = STAMP) -> KernelFiles:
    return KernelFiles(folder, "module.<locals>.function", stamp, pickle.dumps)


def only_file(folder: Path) -> Path:
    (path,) = folder.rglob(f"*{ENDING}")
    return path


def test_what_was_kept_is_found_by_its_key_and_stamp_alone(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    assert files.load(KEY) is None
    files.save(KEY, FORM)
    assert files_in(tmp_path).load(KEY) == FORM
    assert files_in(tmp_path).load((("int32",), "processor", "bytecode")) is None
    assert files_in(tmp_path, ("0.69", "source")).load(KEY) is None
    assert [path.suffix for path in tmp_path.iterdir()] == [ENDING]
    files.forget()
    assert list(tmp_path.iterdir()) == []


def test_whether_anything_is_kept_is_told_by_stamp(tmp_path: Path) -> None:
    assert not files_in(tmp_path / "nowhere").is_any_kept()
    files_in(tmp_path).save(KEY, FORM)
    assert files_in(tmp_path).is_any_kept()
    assert not files_in(tmp_path, ("0.69", "source")).is_any_kept()


def test_only_the_newest_files_of_a_function_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_files, "MOST_FILES", 3)
    other = KernelFiles(tmp_path, "module.other", STAMP, pickle.dumps)
    other.save(KEY, FORM)
    stamps = [("0.68", f"source {number}") for number in range(5)]
    for age, stamp in enumerate(stamps):
        files_in(tmp_path, stamp).save(KEY, FORM)
        for path in tmp_path.glob(f"{files_in(tmp_path, stamp)._beginning()}*"):
            os.utime(path, (age, age))  # a file system may not tell moments apart
    assert [files_in(tmp_path, stamp).load(KEY) for stamp in stamps] == [None, None, FORM, FORM, FORM]
    assert other.load(KEY) == FORM


def test_a_form_that_names_what_is_gone_is_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class_of_form = type("Row", (), {"__module__": __name__})
    globals()["Row"] = class_of_form
    files_in(tmp_path).save(KEY, class_of_form)
    assert files_in(tmp_path).load(KEY) is class_of_form
    del globals()["Row"]
    assert files_in(tmp_path).load(KEY) is None
    assert "names what is no longer there" in caplog.text


LENGTH = len(BEGINNING) + HASH_BYTES + len(pickle.dumps((STAMP, KEY, FORM)))


@pytest.mark.parametrize("place", [0, len(BEGINNING), len(BEGINNING) + HASH_BYTES, LENGTH // 2, LENGTH - 1])
def test_one_bit_that_changed_is_noticed_wherever_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    files_in(tmp_path).save(KEY, FORM)
    path = only_file(tmp_path)
    content = bytearray(path.read_bytes())
    assert len(content) == LENGTH
    content[place] ^= 0b100
    path.write_bytes(content)
    assert files_in(tmp_path).load(KEY) is None
    assert caplog.messages == [f"compiled code is made again: {path} is torn or altered"]
    assert not path.exists()
    files_in(tmp_path).save(KEY, FORM)
    assert files_in(tmp_path).load(KEY) == FORM


@pytest.mark.parametrize("length", [0, 1, len(BEGINNING), len(BEGINNING) + HASH_BYTES, LENGTH - 1])
def test_a_file_cut_short_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture, length: int) -> None:
    files_in(tmp_path).save(KEY, FORM)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    assert files_in(tmp_path).load(KEY) is None
    assert "torn or altered" in caplog.text


def test_a_folder_that_cannot_be_written_or_read_costs_a_compilation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    files_in(tmp_path / "file" / "kernels").save(KEY, FORM)
    assert "compiled code cannot be kept" in caplog.text
    files = files_in(tmp_path)
    files.save(KEY, FORM)
    path = only_file(tmp_path)
    path.unlink()
    path.mkdir()
    assert files.load(KEY) is None
    assert "Is a directory" in caplog.text


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A file with one rule, whose compiled form is kept in a folder of the test."""
    monkeypatch.setattr(compiling, "_kernels", lambda: tmp_path / "kernels")
    source = tmp_path / "mine.py"
    source.write_text("from sim.compiling import rule\n\n@rule\ndef twice(x):\n    return 2 * x\n")
    spec = importlib.util.spec_from_file_location("mine", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mine", module)
    spec.loader.exec_module(module)
    return module


def hits_and_misses(module: ModuleType) -> tuple[int, int]:
    """Define the rule anew, as a new process does, call it, and return how often its compiled form was found."""
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    module.__spec__.loader.exec_module(module)
    assert module.twice(21) == 42
    stats = module.twice.stats
    return sum(stats.cache_hits.values()), sum(stats.cache_misses.values())


def test_words_above_a_rule_compile_nothing_anew_and_another_number_does(module: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "mine.py"
    assert hits_and_misses(module) == (0, 1)
    assert hits_and_misses(module) == (1, 0)
    words = '"""What is in this file."""\n\n# and why\n'
    source.write_text(
        words + source.read_text().replace("x):\n", 'x):\n    """Say it in two lines,\n\n    or in three."""\n')
    )
    assert hits_and_misses(module) == (1, 0)
    source.write_text(source.read_text().replace("2 * x", "2 * x + 0"))
    assert hits_and_misses(module) == (0, 1)


def test_a_rule_is_compiled_once_and_again_when_its_file_is_damaged(
    module: ModuleType, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = numba.config.OPT, numba.config.CACHE_DIR
    assert hits_and_misses(module) == (0, 1)
    assert hits_and_misses(module) == (1, 0)
    path = only_file(tmp_path)
    content = bytearray(path.read_bytes())
    content[-200] ^= 1
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert hits_and_misses(module) == (0, 1)
    assert f"compiled code is made again: {path} is torn or altered" in caplog.messages
    assert hits_and_misses(module) == (1, 0)
    path.write_bytes(b"")
    assert hits_and_misses(module) == (0, 1)
    assert before == (numba.config.OPT, numba.config.CACHE_DIR)


def test_a_program_s_own_functions_keep_their_own_cache(module: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "theirs.py"
    path.write_text("import numba\n\n@numba.njit(cache=True)\ndef thrice(x):\n    return 3 * x\n")
    spec = importlib.util.spec_from_file_location("theirs", path)
    assert spec is not None
    assert spec.loader is not None
    theirs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(theirs)
    assert theirs.thrice(2) + module.twice(2) == 10
    assert Path(theirs.thrice.stats.cache_path) == tmp_path / "__pycache__"
    assert Path(module.twice.stats.cache_path).is_relative_to(tmp_path / "kernels")
