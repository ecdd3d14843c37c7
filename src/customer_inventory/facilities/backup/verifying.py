"""Backups looked through: everything read, opened and compared with what was written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from customer_inventory.facilities.backup import archiving
from customer_inventory.facilities.backup.catalogue import Backup, Folder, backups, chain, named
from customer_inventory.facilities.backup.program import PIECE_BYTES
from customer_inventory.facilities.backup.restoring import Tell
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import InventoryError


@dataclass(frozen=True)
class Verified:
    """What is wrong with a base copy or the log since: nothing, when `faults` is empty."""

    what: str
    faults: list[str]


def verify(
    vault: Vault, identifier: str | None = None, tell: Tell = lambda _: None
) -> list[Verified]:
    """Look through the base copies, or the one that is named with what it follows on, and the log.

    Every file is read whole: its digest is compared with the catalogue's, every part is opened.
    """
    every = backups(vault.folder)
    wanted = every if identifier is None else _with_chain(every, identifier)
    found = []
    for backup in wanted:
        tell(f"reading {backup.id}")
        found.append(Verified(backup.id, _faults(vault, every, backup)))
    if wanted:
        tell("reading the log")
        found.append(Verified("log", _faults_of_log(vault, wanted)))
    return found


def _with_chain(every: Sequence[Backup], identifier: str) -> list[Backup]:
    return chain(every, named(every, identifier))


def _faults(vault: Vault, every: Sequence[Backup], backup: Backup) -> list[str]:
    found = []
    try:
        chain(every, backup)
        if backup.key != vault.seal.fingerprint:
            found.append(f"sealed with the key {backup.key}, ours is {vault.seal.fingerprint}")
        elif _digest(vault.folder, backup) != backup.sha256:
            found.append("not as it was written: its digest is another")
        else:
            size = sum(map(len, vault.seal.read(vault.folder.copy(backup.id))))
            if size != backup.size:
                found.append(f"{size} bytes, {backup.size} were written")
            sum(map(len, vault.seal.read(vault.folder.manifest(backup.id))))
    except (InventoryError, OSError) as error:
        found.append(str(error))
    return found


def _faults_of_log(vault: Vault, wanted: Sequence[Backup]) -> list[str]:
    """Return what is wrong with the log since the first copy of this server's version.

    An upgrade to another begins a log of its own: between the two there is a gap by nature.
    """
    found = []
    first = next(each for each in wanted if each.postgresql == wanted[-1].postgresql)
    there = [
        each
        for each in archiving.segments(vault.folder)
        if each.place >= archiving.place_of(first.start)
    ]
    try:
        archiving.demand_whole(there, archiving.place_of(first.stop))
    except InventoryError as error:
        found.append(str(error))
    for segment in there:
        try:
            if segment.is_sealed:
                sum(map(len, vault.seal.read(segment.file)))
        except InventoryError as error:
            found.append(str(error))
    return found


def _digest(folder: Folder, backup: Backup) -> str:
    digest = hashlib.sha256()
    with folder.copy(backup.id).open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
