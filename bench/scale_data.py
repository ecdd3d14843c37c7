"""Inventories of several sizes, made once and kept where the next run finds them.

They are made part by part, so that no more than one part lies on the disk twice. What a run has
begun the next one goes on with: whole parts are not made again, and an import goes on where it was.
"""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import click
import platformdirs

from bench import machine
from bench.server import Home, kept_home
from bench.tables import connected

CACHE = "CINV_BENCH_CACHE"
_GIGABYTES_A_CUSTOMER = 48 / 1_000_000
_GIGABYTES_BESIDES = 8.0
"""One generated part, and what the database writes ahead."""
_PART = 50_000
_DONE = "loaded"


@dataclass(frozen=True)
class Size:
    """An inventory of so many generated customers, in a folder of its own."""

    customers: int
    seed: int

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return cache() / f"{self.customers}-{self.seed}"

    @property
    def is_made(self) -> bool:
        """Whether it is loaded already."""
        return (self.folder / _DONE).exists()


def cache() -> Path:
    """Return the folder for inventories: CINV_BENCH_CACHE, or the platform's place for caches."""
    named = os.environ.get(CACHE)
    return Path(named) if named else platformdirs.user_cache_path("customer-inventory-bench")


async def make(size: Size) -> None:
    """Generate and load, unless that is done; raise Unavailable when there is no room."""
    if size.is_made:
        return
    size.folder.mkdir(parents=True, exist_ok=True)
    machine.require_disk(size.folder, size.customers * _GIGABYTES_A_CUSTOMER + _GIGABYTES_BESIDES)
    async with kept_home(size.folder) as home:
        for first in range(0, size.customers, _PART):
            await _load(size, home, first)
        async with connected(home.superuser) as connection:
            await connection.execute("vacuum (analyze)", timeout=3600)
        await home.checkpoint()
    (size.folder / _DONE).touch()


def forget(size: Size) -> None:
    """Remove the inventory and all that belongs to it."""
    link = size.folder / "home" / "postgresql"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(size.folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def opened(size: Size) -> AsyncIterator[Home]:
    """Lend the inventory, its server just started."""
    async with kept_home(size.folder) as home:
        yield home


async def _load(size: Size, home: Home, first: int) -> None:
    """Generate and import one part, unless that is done."""
    done = size.folder / f"{_DONE}-{first}"
    if done.exists():
        return
    file = size.folder / f"{first}.ndjson"
    if not file.exists():
        many = min(_PART, size.customers - first)
        words = ["--customers", str(many), "--first", str(first), "--seed", str(size.seed)]
        half = file.with_suffix(".half")
        with half.open("wb") as output:
            await home.cinv("demo", "generate", *words, output=output)
        half.rename(file)
    await home.cinv("capture", "import", str(file), "--mapping", "records")
    done.touch()
    file.unlink()
    click.echo(f"{first + _PART:,} of {size.customers:,} customers", err=True)
