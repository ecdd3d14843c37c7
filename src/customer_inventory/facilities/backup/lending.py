"""A restored copy of the last backup, lent to who wants to try something on it, and thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager

from customer_inventory.facilities.backup.restoring import (
    Target,
    Tell,
    aside,
    chosen,
    clear,
    recover,
)
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.store.embedded import EmbeddedServer


@contextmanager
def restored(
    server: EmbeddedServer, vault: Vault, tell: Tell = lambda _: None
) -> Iterator[EmbeddedServer]:
    """Lend a server that runs what the archive has of `server`, which goes on meanwhile.

    It is in the place of restores and drills: one at a time. Raises what `aside` and `recover` do.
    """
    backup = chosen(vault.folder, Target())
    with aside(server.home) as scratch:
        recover(vault, scratch, Target(), backup, tell)
        yield scratch
        clear(scratch)
