"""A service under an even load for long: its memory and its open files must not grow.

Eight hours of a working day are compressed: requests come without the pauses of people. The first
part is left out, in which caches fill.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.faults.product import Product
from tests.prove.client import Lane
from tests.prove.stage import free_port

LANES = 8
SAMPLES = 60
WARMING = 0.4
"""Of the time: so much is not looked at."""
MOST_BYTES = 24 * 2**20
MOST_FILES = 8


@dataclass
class Soaked:
    """What was asked, and by how much memory and files grew, from a fit through all samples."""

    requests: int
    grown_bytes: int
    grown_files: float
    bytes: int
    files: int

    @property
    def is_flat(self) -> bool:
        """Tell whether it did not grow by more than a tenth, nor by what noise is."""
        most = max(MOST_BYTES, self.bytes // 10)
        return self.grown_bytes <= most and self.grown_files <= MOST_FILES


async def soak(seconds: float, seed: int, tell: Callable[[str], None]) -> Soaked:
    """Ask for so long, and return how that went."""
    with tempfile.TemporaryDirectory(prefix="cinv-soak-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - the server's account must be able to pass
        product = Product(Path(folder) / "home", free_port())
        try:
            product.introduce()
            await product.start()
            return await _asked(product, Path(folder), seconds, seed, tell)
        finally:
            await product.end()


async def _asked(product: Product, folder: Path, seconds: float, seed: int,
                 tell: Callable[[str], None]) -> Soaked:  # fmt: skip
    assert product.process is not None
    pid, stop = product.process.pid, asyncio.Event()
    headers = {"Authorization": f"Bearer {product.token}"}
    samples: list[tuple[float, int, int]] = []
    limits = httpx.Limits(max_connections=LANES)
    async with httpx.AsyncClient(
        base_url=product.base, headers=headers, timeout=30, limits=limits
    ) as client:
        first = Lane(client, "first", folder, str(seed), [])
        shared = [await first.make() for _ in range(10)]
        lanes = [Lane(client, f"l{n}", folder, f"{seed}{n}", shared) for n in range(LANES)]
        working = [asyncio.create_task(lane.work(stop)) for lane in lanes]
        for number in range(SAMPLES):
            await asyncio.sleep(seconds / SAMPLES)
            samples.append((number / SAMPLES, _memory(pid), _files(pid)))
        stop.set()
        await asyncio.gather(*working)
    requests = sum(lane.asked for lane in lanes)
    kept = [sample for sample in samples if sample[0] >= WARMING]
    tell(f"{requests} requests, {kept[-1][1] >> 20} MiB, {kept[-1][2]} files")
    grown = _slope([(at, float(size)) for at, size, _ in kept])
    files = _slope([(at, float(count)) for at, _, count in kept])
    span = 1 - WARMING
    return Soaked(requests, int(grown * span), files * span, kept[0][1], kept[0][2])


def _slope(points: list[tuple[float, float]]) -> float:
    """Return by how much it grows in the whole time: the median of all pairs (Theil and Sen)."""
    slopes = sorted(
        (b[1] - a[1]) / (b[0] - a[0]) for n, a in enumerate(points) for b in points[n + 1 :]
    )
    return slopes[len(slopes) // 2] if slopes else 0.0


def _memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
