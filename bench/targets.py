"""What is put under load: the services, and the database itself."""

from dataclasses import dataclass
from typing import Protocol

from bench import pgbench, wrk
from bench.kinds import PATH, Kind
from bench.sample import Sample
from bench.server import Home, Service
from bench.tables import Values

OURS, BARE, TYPICAL = "service", "bare statement", "typical ORM"


class Target(Protocol):
    """Something that can be put under load."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def pid(self) -> int | None:
        """The process whose tree it is, None if it has none of its own."""
        ...

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:
        """Run `kind` from `clients` connections for `seconds`."""
        ...


@dataclass(frozen=True)
class Bare:
    """The database itself, asked by pgbench."""

    home: Home
    values: Values
    name: str = BARE
    pid: int | None = None

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:
        return await pgbench.load(
            self.home.server.tool("pgbench"),
            self.home.dsn,
            kind,
            folder=self.home.folder,
            blocks=self.values.blocks.get(kind.values or "", 1),
            clients=clients,
            seconds=seconds,
            seed=seed,
        )


@dataclass(frozen=True)
class Http:
    """A service, asked by wrk."""

    name: str
    service: Service
    values: Values

    @property
    def pid(self) -> int | None:
        return self.service.pid

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:
        files = {
            "get": self.values.ids,
            "patch": self.values.patched_ids,
            "post": self.values.documents,
        }
        file = files.get(kind.script)
        return await wrk.load(
            f"{self.service.base}{PATH}{kind.query}",
            kind.script,
            clients=clients,
            seconds=seconds,
            arguments=[str(file), str(seed)] if file else [],
            token=self.service.token,
        )
