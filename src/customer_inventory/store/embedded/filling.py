"""A data directory made of something else than `initdb`: of a backup."""

import shutil
from pathlib import Path

from customer_inventory.store.embedded import refusals
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.place import Place


class Filling:
    """A data directory being made: `data` is where, `aside` is for what it is made of."""

    def __init__(self, there: Place, programs: Binaries) -> None:
        self.data = there.folder / "data.filling"
        self.aside = there.folder / "aside"
        self._place, self._programs = there, programs

    def clear(self) -> None:
        """Remove what is left of an attempt."""
        for folder in (self.data, self.aside):
            shutil.rmtree(folder, ignore_errors=True)

    def give(self, folder: Path) -> None:
        """Make the server's account the owner of a folder and of all that is in it."""
        for each in (folder, *folder.rglob("*")):
            self._place.account.take(each)

    def run(self, name: str, *words: str | Path) -> None:
        """Run a program of PostgreSQL as the server's account; raise Unavailable if it fails."""
        ran = self._place.account.run([self._programs.program(name), *words])
        if ran.returncode:
            raise refusals.failed(f"{name} failed", ran.stderr, self._place.folder)
