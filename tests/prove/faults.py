"""What is broken: each fault begins, lasts, and is over; the product must go on by itself."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.product import CINV
from tests.prove.proxy import Proxy, Weather
from tests.prove.stage import Stage

Fault = Callable[["Breaker"], Awaitable[None]]
LATER, EARLIER = 900, -900


@dataclass
class Breaker:
    """Breaks things on a stage; `done` counts how often each was broken."""

    stage: Stage
    proxy: Proxy
    chance: random.Random
    imported: Path
    done: dict[str, int] = field(default_factory=dict)
    importing: asyncio.subprocess.Process | None = None
    backups: int = 0

    async def storm(self, seconds: float, tell: Callable[[str], None]) -> None:
        """Break one thing after the other, each at least once if there is the time."""
        ends = asyncio.get_running_loop().time() + seconds
        waiting: list[str] = []
        while asyncio.get_running_loop().time() < ends:
            if not waiting:
                waiting = [name for name in FAULTS if name not in self.stage.skipped]
                self.chance.shuffle(waiting)
            name = waiting.pop()
            tell(name)
            await FAULTS[name](self)
            self.done[name] = self.done.get(name, 0) + 1
            await self.stage.until_ready()
            await asyncio.sleep(self.chance.uniform(0.5, 2.5))

    async def begin_import(self) -> None:
        """Begin the import, or go on with it, unless it runs."""
        if self.importing is None or self.importing.returncode is not None:
            with (self.stage.logs / "import.txt").open("ab") as log:
                self.importing = await asyncio.create_subprocess_exec(
                    *CINV, "capture", "import", str(self.imported), "--mapping", "records",
                    env=self.stage.environment(), stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def pause(self) -> float:
        return self.chance.uniform(0.5, 3)


async def _kill_service(breaker: Breaker) -> None:
    await asyncio.sleep(breaker.pause())
    await breaker.stage.services[1].end()


async def _kill_dispatcher(breaker: Breaker) -> None:
    await asyncio.sleep(breaker.pause())
    await breaker.stage.services[0].end()


async def _kill_database(breaker: Breaker) -> None:
    await asyncio.sleep(breaker.pause())
    breaker.stage.product.kill_database()


async def _kill_everything(breaker: Breaker) -> None:
    breaker.stage.product.kill_database()
    await asyncio.gather(*(service.end() for service in breaker.stage.services))


async def _kill_import(breaker: Breaker) -> None:
    await breaker.begin_import()
    await asyncio.sleep(breaker.chance.uniform(1, 8))
    if breaker.importing is not None and breaker.importing.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(breaker.importing.pid, signal.SIGKILL)
        await breaker.importing.wait()


async def _kill_worker(breaker: Breaker) -> None:
    """Kill one of the processes that an import makes lines in."""
    await breaker.begin_import()
    for _ in range(80):
        await asyncio.sleep(0.1)
        children = _children(breaker.importing.pid) if breaker.importing else []
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(breaker.chance.choice(children), signal.SIGKILL)
            return


async def _pause_service(breaker: Breaker) -> None:
    """Stop the one that tells listeners in the middle of what it does; another takes over."""
    service = breaker.stage.services[0]
    service.send(signal.SIGSTOP)
    await asyncio.sleep(breaker.chance.uniform(1, 6))
    service.send(signal.SIGCONT)


async def _leave(breaker: Breaker) -> None:
    """Let a service leave in good order, and come back."""
    await breaker.stage.services[1].end(signal.SIGTERM)


async def _fill_disk(breaker: Breaker) -> None:
    filling = breaker.stage.home.parent / "filling"
    try:
        with contextlib.suppress(OSError), filling.open("wb") as file:
            free = shutil.disk_usage(filling.parent).free
            os.posix_fallocate(file.fileno(), 0, max(free - 65_536, 1))
        await asyncio.sleep(breaker.chance.uniform(2, 6))
    finally:
        filling.unlink(missing_ok=True)


def _weather(weather: Weather) -> Fault:
    async def fault(breaker: Breaker) -> None:
        breaker.proxy.weather = weather
        if weather == "cut":
            breaker.proxy.cut()
        await asyncio.sleep(breaker.chance.uniform(1, 5))
        breaker.proxy.weather = "fine"
        if weather == "half-open":
            breaker.proxy.cut()

    return fault


async def _turn_clock(breaker: Breaker) -> None:
    """Let it be later, then earlier than it is, then what it is."""
    for seconds in (LATER, EARLIER, 0):
        breaker.stage.turn_clock(seconds)
        await asyncio.sleep(breaker.chance.uniform(2, 4))


async def _back_up(breaker: Breaker) -> None:
    """Take a base copy in the middle of everything; one that fails may, if nothing else does."""
    code, _ = await breaker.stage.cinv("db", "backup", patience=120)
    breaker.backups += code == 0


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in text.split()]
    return []


FAULTS: dict[str, Fault] = {
    "kill a service": _kill_service,
    "kill the dispatcher": _kill_dispatcher,
    "kill the database": _kill_database,
    "kill everything": _kill_everything,
    "kill an import": _kill_import,
    "kill a worker": _kill_worker,
    "stop and go": _pause_service,
    "leave and return": _leave,
    "disk": _fill_disk,
    "slow network": _weather("slow"),
    "cut network": _weather("cut"),
    "half-open network": _weather("half-open"),
    "clock": _turn_clock,
    "back up": _back_up,
}
