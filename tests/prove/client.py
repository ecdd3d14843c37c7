"""A client of the product, as a process of its own: writes, reads, merges, and keeps it all.

`python -m tests.prove.client BASE FOLDER NAME SEED KEY ...`: the token is read from standard input,
then it works until that is closed. The keys are people that all clients change at once.
"""

import asyncio
import random
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.prove.kept import A, Asked, B, Told, Writer

PARTY = "/tmf-api/partyManagement/v5/individual"
API = "/inventory/v1"
LANES = 3
PATIENCE = 10.0
PAUSE = 0.03


class Lane:
    """One request after the other, kept in a file of its own."""

    def __init__(self, client: httpx.AsyncClient, name: str, folder: Path, seed: str,
                 shared: list[str]) -> None:  # fmt: skip
        self._client = client
        self._name = name
        self._keep = Writer((folder / f"{name}.log").open("ab")).keep
        self._chance = random.Random(seed)
        self._shared = shared
        self._own: list[str] = []
        self._apart: dict[str, str] = {}
        """Who is merged into whom."""
        self._known: dict[str, tuple[dict[str, str], int]] = {}
        """What was seen of a record last, and its entity tag."""
        self._number = 0

    @property
    def asked(self) -> int:
        """How often it asked."""
        return self._number

    async def work(self, stop: asyncio.Event) -> None:
        """Ask until told to stop; what is merged then is parted again."""
        while not stop.is_set():
            await self._one()
            await asyncio.sleep(self._chance.uniform(0, PAUSE * 2))

    async def _one(self) -> None:
        draw = self._chance.random()
        if draw < 0.06 or not self._own:
            await self.make()
        elif draw < 0.09 and len(self._own) >= 2 and not self._apart:
            survivor, other = self._chance.sample(self._own, 2)
            await self.merge(survivor, other)
        elif draw < 0.15 and self._apart:
            await self.part(next(iter(self._apart)))
        elif draw < 0.17 and len(self._own) > 4:
            await self.remove(self._chance.choice(self._own))
        else:
            await self._about(self._chance.choice(self._shared if draw < 0.6 else self._own))

    async def _about(self, key: str) -> None:
        draw = self._chance.random()
        if draw < 0.45:
            await self.read(key)
        elif draw < 0.85 or key not in self._known:
            await self.write(key)
        else:
            await self.write(key, guarded=True)

    def _word(self) -> str:
        return f"{self._name}.{self._number}"

    async def make(self) -> str:
        """Make a person of our own; its given name is of this attempt alone."""
        sets = {A: f"{A}-{self._word()}", B: f"{B}-{self._word()}"}
        body = {"givenName": f"maker {self._word()}", "familyName": "Byron", **sets}
        told = await self._asked("make", "POST", PARTY, body, sets=sets)
        if told is not None and told.status == 201:
            self._own.append(told.key)
        return told.key if told else ""

    async def read(self, key: str) -> None:
        await self._asked("read", "GET", f"{PARTY}/{key}", key=key)

    async def write(self, key: str, *, guarded: bool = False) -> None:
        """Change one attribute of two; with If-Match what was seen last if `guarded`."""
        name = self._chance.choice((A, B))
        sets = {name: f"{name}-{self._word()}"}
        wants, tag = self._known.get(key, ({}, 0))
        headers = {"If-Match": f'"{tag}"'} if guarded else {}
        await self._asked(
            "write", "PATCH", f"{PARTY}/{key}", sets, key=key, sets=sets,
            wants=wants if guarded else None, headers=headers,
        )  # fmt: skip

    async def remove(self, key: str) -> None:
        if key in self._apart or key in self._apart.values():
            return
        self._own.remove(key)
        await self._asked("remove", "DELETE", f"{PARTY}/{key}", key=key)

    async def merge(self, survivor: str, other: str) -> None:
        """Show two of our own as one; until they are parted nobody asks for them otherwise."""
        body = {"type": "individual", "survivor": survivor, "merged": [other]}
        self._own.remove(survivor)
        self._own.remove(other)
        self._apart[other] = survivor
        await self._asked("merge", "POST", f"{API}/merge", body, key=survivor, others=[other])

    async def part(self, other: str) -> None:
        body = {"type": "individual", "id": other}
        survivor = self._apart[other]
        told = await self._asked("part", "POST", f"{API}/unmerge", body, key=survivor,
                                 others=[other])  # fmt: skip
        # What was never merged, because the merge was not done, cannot be parted: 409 or 404.
        if told is not None and told.status and told.status < 500:
            del self._apart[other]
            self._own += [survivor, other]

    async def _asked(self, verb: str, method: str, path: str, body: Any = None, *, key: str = "",
                     sets: dict[str, str] | None = None, wants: dict[str, str] | None = None,
                     others: list[str] | None = None,
                     headers: dict[str, str] | None = None) -> Told | None:  # fmt: skip
        self._number += 1
        number = self._number
        self._keep(Asked(self._name, number, time.monotonic_ns(), verb, key, sets or {}, wants,
                         tuple(others or ())))  # fmt: skip
        try:
            answer = await self._client.request(method, path, json=body, headers=headers)
            told = self._told(number, answer, verb)
        except (httpx.HTTPError, ValueError):
            told = Told(number, time.monotonic_ns(), 0)
        self._keep(told)
        return told

    def _told(self, number: int, answer: httpx.Response, verb: str) -> Told:
        ended = time.monotonic_ns()
        if not answer.is_success or not answer.content or verb in ("merge", "part"):
            return Told(number, ended, answer.status_code)
        document = answer.json()
        saw = {name: document.get(name, "") for name in (A, B)}
        tag = int(answer.headers.get("etag", '"0"').strip('W/"').partition("-")[0] or 0)
        self._known[document["id"]] = (saw, tag)
        return Told(number, ended, answer.status_code, document["id"], saw, tag)


async def main(base: str, folder: str, name: str, seed: str, *shared: str) -> None:
    """Work in lanes until standard input ends."""
    token = (await asyncio.to_thread(sys.stdin.readline)).strip()
    stop = asyncio.Event()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=PATIENCE) as client:
        lanes = [
            Lane(client, f"{name}{letter}", Path(folder), f"{seed}{name}{letter}", list(shared))
            for letter in "xyz"[:LANES]
        ]
        working = [asyncio.create_task(lane.work(stop)) for lane in lanes]
        await asyncio.to_thread(sys.stdin.read)
        stop.set()
        await asyncio.gather(*working)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
