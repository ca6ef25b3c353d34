"""Files are whole or absent, and a torn or altered one is never read as a result."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.compose.any_script import slug
from experiments.keep.files import (
    CorruptResult,
    FileRecord,
    check_file,
    host,
    link_file,
    new_folder,
    partial_of,
    read_json,
    read_table,
    record_of,
    sha256_of,
    sweep,
    write_bytes,
    write_json,
    write_pieces,
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
    position = int(part * len(content))
    content[position] ^= 0b100
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


@pytest.mark.parametrize("content", [b"", b"a", b"ab", bytes(range(256)) * 1025])
def test_the_hash_is_of_every_byte(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()
    record = write_bytes(tmp_path / "b", content)
    assert record == record_of(tmp_path / "b") == FileRecord(sha256_of(path), len(content), None)
    for position in {0, len(content) - 1} if content else ():
        altered = bytearray(content)
        altered[position] ^= 1
        path.write_bytes(bytes(altered))
        with pytest.raises(CorruptResult, match="torn or altered"):
            check_file(path, record._asdict())


def test_a_longer_file_with_the_same_beginning_is_noticed(tmp_path: Path) -> None:
    record = write_bytes(tmp_path / "a", b"whole")
    (tmp_path / "a").write_bytes(b"whole and more")
    with pytest.raises(CorruptResult, match="torn or altered"):
        check_file(tmp_path / "a", record._asdict())


class Disk:
    """Notes in what order files and folders are flushed, and names change, and lets it happen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output: list[tuple[str, str]] = []
        fsync, rename, replace = os.fsync, Path.rename, Path.replace

        def flushed(handle: int) -> None:
            self.output.append(("flush", str(Path(f"/proc/self/fd/{handle}").readlink())))
            fsync(handle)

        def renamed(move: Callable[..., object]) -> Callable[..., object]:
            def noted(path: Path, target: Path) -> object:
                self.output.append(("rename", str(target)))
                return move(path, target)

            return noted

        monkeypatch.setattr(os, "fsync", flushed)
        monkeypatch.setattr(Path, "rename", renamed(rename))
        monkeypatch.setattr(Path, "replace", renamed(replace))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_bytes(path, b"whole"),
        lambda path: write_json(path, {"a": 1}),
        lambda path: write_table(path, TABLE),
        lambda path: write_pieces(path, TABLE.schema, iter([TABLE])),
    ],
)
def test_a_file_is_on_disk_before_it_takes_its_name_and_the_name_is_flushed_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], object]
) -> None:
    disk, path = Disk(monkeypatch), tmp_path / "a"
    write(path)
    assert disk.output == [("flush", str(partial_of(path))), ("rename", str(path)), ("flush", str(tmp_path))]


def test_a_folder_is_on_disk_before_it_takes_its_name_and_the_name_is_flushed_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, run = Disk(monkeypatch), tmp_path / "run"
    partial = partial_of(run)
    with new_folder(run) as folder:
        write_bytes(folder / "whole", b"whole")
    whole = partial / "whole"
    assert disk.output == [
        *[("flush", str(partial_of(whole))), ("rename", str(whole)), ("flush", str(partial))],
        *[("flush", str(partial)), ("rename", str(run)), ("flush", str(tmp_path))],
    ]


def test_a_copy_is_on_disk_when_a_link_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(path: Path, target: Path) -> None:
        raise OSError

    write_bytes(tmp_path / "source", b"whole")
    monkeypatch.setattr(Path, "hardlink_to", no_link)
    disk = Disk(monkeypatch)
    link_file(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"whole"
    assert disk.output == [("flush", str(tmp_path / "copy"))]


def test_names_become_harmless_folder_names() -> None:
    assert slug("../../Etc/passwd") == "etc-passwd"
    assert slug("..") == "unnamed"
    assert len(slug("x" * 500)) <= 40
