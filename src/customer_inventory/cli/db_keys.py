"""`cinv db keys`: the keys that lie beside the database, never in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

from customer_inventory.access.download.mark import Marks
from customer_inventory.access.log.note import Signer
from customer_inventory.access.masking import masking_key_in
from customer_inventory.cli.output import output_option, show
from customer_inventory.facilities.backup.sealing import KEY as BACKUP_KEY
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.kit.settings import Settings
from customer_inventory.store.safe import Safe


class _Key(NamedTuple):
    file: str
    purpose: str
    make: Callable[[Path], Any]


_KEYS = (
    _Key("sealing.key", "opens secrets in the database, attachments and downloads", Safe.kept_in),
    _Key("ledger.pem", "signs checkpoints of the ledger and certificates", Signer.kept_in),
    _Key("masking.key", "makes the hashes that masks show", masking_key_in),
    _Key("download.key", "marks downloads, so that copies are traced", Marks.kept_in),
    _Key(BACKUP_KEY, "opens backups", Seal.kept_in),
)


@click.command()
@click.option("--make", is_flag=True, help="Make those that are not there.")
@output_option
def keys(make: bool, output: str) -> None:
    """List the keys in CINV_HOME/keys, or make them.

    A service makes each at its first use. Services of one inventory need the same keys: make them
    once, keep a copy where the database's backups are not, and give them to all.

    \b
    Example:
      cinv db keys --make
    """
    home = Settings.from_environment().home
    rows = []
    for key in _KEYS:
        if make:
            key.make(home)
        there = "there" if (home / "keys" / key.file).exists() else "not there"
        rows.append({"file": key.file, "state": there, "purpose": key.purpose})
    show(rows, output, columns=("file", "state", "purpose"), empty="")
