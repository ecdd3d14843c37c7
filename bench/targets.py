"""What is put under load: the services, and the database itself."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bench import pgbench, tables, wrk
from bench.dialects import Call, Dialect, Rest, Unasked
from bench.kinds import AROUND, DELETE, GET, MIXED, PATCH, POST, SEARCH, Kind, Script
from bench.sample import Sample
from bench.server import Home, Service
from bench.tables import Values, connected
from customer_inventory.kit.errors import Unavailable

_REQUESTS = 20_000
_NAMED_A_SECOND = 4_000
"""More than any of those that name their ids makes in a second."""
_DOOMED = 6_000
"""So many records there are to remove in a second at least."""


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

    def counts(self, kind: Kind) -> bool:
        """Whether what it writes of a kind can be counted by the revisions of the table."""
        ...

    def offers(self, kind: Kind) -> bool:
        """Whether it can be asked for this."""
        ...

    async def ready(self, kind: Kind, clients: int, seconds: float, seed: int) -> None:
        """Make what a load needs; nothing of it is measured."""
        ...

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:
        """Run `kind` from `clients` connections for `seconds`, once that is ready."""
        ...


@dataclass(frozen=True)
class Statements:
    """The database itself, asked by pgbench for statements by kind."""

    name: str
    home: Home
    values: Values
    scripts: Mapping[str, Sequence[Script]]
    pid: int | None = None

    def counts(self, kind: Kind) -> bool:  # noqa: ARG002 - all it writes
        return True

    async def ready(self, kind: Kind, clients: int, seconds: float, seed: int) -> None:
        """Its values are in tables already."""

    def offers(self, kind: Kind) -> bool:
        return bool(self.scripts.get(kind.name))

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:
        return await pgbench.load(
            self.home.server.tool("pgbench"),
            self.home.dsn,
            self.scripts[kind.name],
            folder=self.home.folder,
            blocks=self.values.blocks,
            clients=clients,
            seconds=seconds,
            seed=seed,
        )


@dataclass(frozen=True)
class Http:
    """A service, asked by wrk. `dsn` and `relation` are where its individuals lie."""

    name: str
    service: Service
    values: Values
    folder: Path
    dsn: str
    dialect: Dialect = Rest()  # noqa: RUF009 - it never changes
    relation: str = "record.individual"
    rates: dict[str, float] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    doomed: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int | None:
        return self.service.pid

    def counts(self, kind: Kind) -> bool:
        is_there = self.relation == "record.individual"
        return is_there and (self.dialect.versions or kind is POST)

    def offers(self, kind: Kind) -> bool:
        try:
            next(self._calls(kind, 1))
        except Unasked:
            return False
        return True

    @property
    def _requests(self) -> Path:
        return self.folder / f"{self.name}.txt"

    async def ready(self, kind: Kind, clients: int, seconds: float, seed: int) -> None:
        self.doomed.clear()
        if kind is DELETE:
            # Twice as many as it has removed in such a time: all would be gone too soon.
            rate = max(2 * self.rates.get(kind.name, 0), _DOOMED)
            async with connected(self.dsn) as connection:
                count = int(rate * seconds) + 2 * clients
                self.doomed.extend(await tables.doom(connection, count, self.relation))
        with self._requests.open("w", encoding="utf-8") as lines:
            lines.writelines("\t".join(call) + "\n" for call in self._calls(kind, seed, seconds))

    async def load(self, kind: Kind, clients: int, seconds: float, seed: int) -> Sample:  # noqa: ARG002
        sample = await wrk.load(
            self.service.base,
            self._requests,
            media=self.dialect.patch_media if kind in (PATCH, MIXED) else self.dialect.media,
            clients=clients,
            seconds=seconds,
            token=self.service.token,
        )
        if kind is DELETE:
            await self._check_gone(sample.operations, clients)
        self.rates[kind.name] = max(sample.rate, self.rates.get(kind.name, 0))
        return sample

    async def _check_gone(self, answered: int, clients: int) -> None:
        async with connected(self.dsn) as connection:
            left = await tables.count(connection, self.relation, self.doomed)
        gone = len(self.doomed) - left
        if not answered <= gone <= answered + 2 * clients:
            raise Unavailable(
                f"DELETE, {self.name}: {answered} were answered and {gone} are gone.",
            )

    def _calls(self, kind: Kind, seed: int, seconds: float = 1.0) -> Iterator[Call]:
        chance, values, speech = random.Random(seed), self.values, self.dialect
        if kind is PATCH:
            return self._patches(chance, _REQUESTS)
        if kind is MIXED:
            reads = map(speech.get, chance.choices(values.ids, k=_REQUESTS))
            return _interleaved(reads, self._patches(chance, _REQUESTS // 9), 9)
        # Whoever names ids can send each request once.
        most = int(_NAMED_A_SECOND * seconds) if speech.names_ids else len(values.documents)
        made: dict[str, Iterator[Call]] = {
            GET.name: map(speech.get, chance.choices(values.ids, k=_REQUESTS)),
            SEARCH.name: map(speech.search, _shuffled(values.names, chance)),
            AROUND.name: map(speech.around, _shuffled(values.customers, chance)),
            POST.name: map(
                speech.create, itertools.islice(itertools.cycle(values.documents), most)
            ),
            DELETE.name: map(speech.delete, self.doomed or values.ids[:1]),
        }
        return made.get(kind.name) or iter([speech.find(kind.size, kind.status)])

    def _patches(self, chance: random.Random, count: int) -> Iterator[Call]:
        chosen = chance.choices(self.values.patched_ids, k=count)
        return (self.dialect.patch(each, str(chance.randint(100_000, 999_999))) for each in chosen)


def _interleaved(many: Iterator[Call], few: Iterator[Call], times: int) -> Iterator[Call]:
    for one in few:
        yield from itertools.islice(many, times)
        yield one


def _shuffled(texts: Sequence[str], chance: random.Random) -> Sequence[str]:
    return chance.sample(texts, k=len(texts))
