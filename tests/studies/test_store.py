"""Files are whole or absent, and a torn or altered one is never read as a result."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.any_script import slug
from experiments.store import (
    CorruptResult,
    check_file,
    host,
    new_folder,
    partial_of,
    read_json,
    read_table,
    sweep,
    write_bytes,
    write_json,
    write_table,
    writer_of,
)

TABLE = pa.table({"month": list(range(1000)), "debt_fen": [index * 7919 % 104729 for index in range(1000)]})


def test_table_comes_back_equal_and_its_record_holds(tmp_path: Path) -> None:
    record = write_table(tmp_path / "a.parquet", TABLE)
    assert read_table(tmp_path / "a.parquet").equals(TABLE)
    assert record.rows == 1000
    check_file(tmp_path / "a.parquet", record._asdict())


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    assert write_table(tmp_path / "a.parquet", TABLE) == write_table(tmp_path / "b.parquet", TABLE)


@pytest.mark.parametrize("part", [0.02, 0.1, 0.3, 0.5, 0.7])
def test_flipped_bit_is_noticed_on_reading(tmp_path: Path, part: float) -> None:
    path = tmp_path / "a.parquet"
    record = write_table(path, TABLE)
    content = bytearray(path.read_bytes())
    place = int(part * len(content))
    content[place] ^= 0b100
    path.write_bytes(bytes(content))
    with pytest.raises(CorruptResult, match=r"a\.parquet: is torn or altered"):
        check_file(path, record._asdict())


def test_flipped_bit_inside_a_page_is_noticed_without_any_record(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, TABLE)
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CorruptResult, match="torn or altered"):
        read_table(path)


def test_torn_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, TABLE)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CorruptResult, match="torn or altered"):
        read_table(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorruptResult, match="is missing"):
        read_table(tmp_path / "none.parquet")
    with pytest.raises(CorruptResult, match="is missing"):
        read_json(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": NaN}', "\xff"])
def test_what_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CorruptResult, match=r"manifest\.json"):
        read_json(path)


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"old": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"new": object()})
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_folder_appears_only_when_its_block_ends_well(tmp_path: Path) -> None:
    with pytest.raises(TypeError), new_folder(tmp_path / "run") as folder:
        write_json(folder / "half", object())
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "run") as folder:
        write_bytes(folder / "whole", b"whole")
        assert not (tmp_path / "run").exists()
    assert (tmp_path / "run" / "whole").read_bytes() == b"whole"


def test_sweep_removes_leftovers_only(tmp_path: Path) -> None:
    (tmp_path / ".partial-run-1").mkdir()
    (tmp_path / ".partial-table-1").write_text("half")
    (tmp_path / "kept").write_text("whole")
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_partial_file_says_which_process_of_which_host_writes_it(tmp_path: Path) -> None:
    partial = partial_of(tmp_path / "run-9")
    assert partial.name == f".partial-run-9-{host()}-{os.getpid()}"
    assert writer_of(partial) == os.getpid()
    for other in (".partial-run-9", ".partial-run-7", f".partial-run-0{host()}-7", f".partial-run-{host()}-x"):
        assert writer_of(tmp_path / other) is None


def test_names_become_harmless_folder_names() -> None:
    assert slug("../../Etc/passwd") == "etc-passwd"
    assert slug("..") == "unnamed"
    assert len(slug("x" * 500)) <= 40
