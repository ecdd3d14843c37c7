"""Signed checkpoints: what was signed is read, anything else is not trusted; the key is kept."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_inventory.access.log.note import BadNote, Checkpoint, Signer, read_note
from customer_inventory.kit.errors import Unavailable

LOG = "0123456789abcdef"
STATED = Checkpoint(12, b"\x07" * 32)


@pytest.fixture
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def test_what_was_signed_is_read(signer: Signer) -> None:
    assert read_note(signer.note(STATED, LOG), signer.public, LOG) == STATED


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n12\n", "\n13\n"), ("customer", "customers"), ("BwcH", "BwcI"), ("\n\n", "\n"), (" ", "")],
)
def test_what_was_changed_is_not_trusted(signer: Signer, old: str, new: str) -> None:
    note = signer.note(STATED, LOG)
    with pytest.raises(BadNote):
        read_note(note.replace(old, new, 1), signer.public, LOG)


def test_another_key_is_not_trusted(signer: Signer) -> None:
    other = Signer(Ed25519PrivateKey.generate())
    with pytest.raises(BadNote, match="another key"):
        read_note(signer.note(STATED, LOG), other.public, LOG)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, again = Signer.kept_in(tmp_path), Signer.kept_in(tmp_path)
    assert first.public == again.public
    file = tmp_path / "keys" / "ledger.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    Signer.kept_in(tmp_path)
    (tmp_path / "keys" / "ledger.pem").write_text("nonsense")
    with pytest.raises(Unavailable, match="holds no Ed25519"):
        Signer.kept_in(tmp_path)


def test_a_note_of_another_log_is_not_trusted(signer: Signer) -> None:
    with pytest.raises(BadNote, match="another log"):
        read_note(signer.note(STATED, "another"), signer.public, LOG)


def test_a_log_that_was_sealed_before_logs_had_names_is_read(signer: Signer) -> None:
    note = signer.note(STATED, "")
    assert note.startswith("customer-inventory/access-ledger\n12\n")
    assert read_note(note, signer.public, "") == STATED
