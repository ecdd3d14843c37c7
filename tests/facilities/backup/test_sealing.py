"""What is sealed comes back as it was, and nothing else passes for it."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.facilities.backup.sealing import Seal, Unsound
from customer_inventory.kit.errors import Unavailable

PART = 1_048_576


@given(pieces=st.lists(st.binary(max_size=400), max_size=20))
def test_what_is_sealed_comes_back(
    pieces: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    seal = Seal(os.urandom(32))
    file = tmp_path_factory.mktemp("sealed") / "file"
    sealed = seal.write(file, pieces)
    assert b"".join(seal.read(file)) == b"".join(pieces)
    assert sealed.size == sum(map(len, pieces))
    assert sealed.stored == file.stat().st_size


def test_many_parts_come_back_and_nothing_is_readable(tmp_path: Path, seal: Seal) -> None:
    content = os.urandom(3 * PART) + b"Lovelace" * 1000
    seal.write(tmp_path / "file", [content[:7], content[7:]])
    assert b"".join(seal.read(tmp_path / "file")) == content
    assert b"Lovelace" not in (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_bit_is_noticed(part: int, tmp_path: Path, seal: Seal) -> None:
    file = tmp_path / "file"
    seal.write(file, [os.urandom(2 * PART + 100)])
    content = bytearray(file.read_bytes())
    content[24 + part * (PART + 16) + 50] ^= 1
    file.write_bytes(content)
    with pytest.raises(Unsound, match=f"part {part + 1}"):
        list(seal.read(file))


@pytest.mark.parametrize("parts", [1, 2])
def test_a_file_cut_off_at_a_part_is_noticed(parts: int, tmp_path: Path, seal: Seal) -> None:
    file = tmp_path / "file"
    seal.write(file, [os.urandom(2 * PART + 100)])
    file.write_bytes(file.read_bytes()[: 24 + parts * (PART + 16)])
    with pytest.raises(Unsound, match="cut off"):
        list(seal.read(file))


def test_another_key_opens_nothing(tmp_path: Path, seal: Seal) -> None:
    seal.write(tmp_path / "file", [b"a"])
    with pytest.raises(Unsound, match="another key"):
        list(Seal(bytes(32)).read(tmp_path / "file"))


def test_what_is_no_file_of_ours_is_said(tmp_path: Path, seal: Seal) -> None:
    (tmp_path / "file").write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(Unsound, match="no sealed file of ours"):
        list(seal.read(tmp_path / "file"))
    with pytest.raises(Unsound, match="cannot be read"):
        list(seal.read(tmp_path / "missing"))


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path, seal: Seal) -> None:
    def broken() -> object:
        yield b"a"
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="No space left"):
        seal.write(tmp_path / "file", broken())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_home_with_a_wrong_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "backup.key").write_bytes(b"short")
    with pytest.raises(Unavailable, match="no key of backups"):
        Seal.kept_in(tmp_path)
