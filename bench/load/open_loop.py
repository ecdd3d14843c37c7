"""Requests as they come, whether or not those before have been answered: `open_loop.py ARGUMENTS`.

A load generator that waits for each answer slows down with the service and hides what overload
does. This one sends by the clock, over many connections, one request at a time on each; latency
counts from when a request was due. With a rate of 0 it is a closed loop: as fast as answers come.

Arguments: host, port, file of requests (method, path, body, with tabs), media type of bodies, token
("" for none), connections, requests a second, seconds. It prints one line of JSON: for each
quarter of a second the requests that were due, answered well and sent away, and latencies of the
former in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections import deque
from pathlib import Path

TICK = 0.001
SLICE = 0.25
PATIENCE = 10.0
"""So long the last answers are waited for."""


class Slice:
    """A quarter of a second."""

    __slots__ = ("due", "latencies", "lost", "sent_away")

    def __init__(self) -> None:
        self.due = self.sent_away = self.lost = 0
        self.latencies: list[float] = []

    def told(self) -> dict[str, object]:
        ordered = sorted(self.latencies)
        ranks = {
            f"p{rank}": round(1000 * ordered[min(len(ordered) * rank // 100, len(ordered) - 1)], 2)
            for rank in (50, 99)
            if ordered
        }
        return {
            "due": self.due, "answered": len(ordered), "sentAway": self.sent_away,
            "lost": self.lost, **ranks,
        }  # fmt: skip


class Load:
    """What is to be sent, and what came of it."""

    def __init__(self, requests: list[bytes], rate: float, seconds: float) -> None:
        self.requests = requests
        self.rate = rate
        self.seconds = seconds
        # Each in its turn, so that none is idle for long and closed.
        self.idle: deque[Connection] = deque()
        self.waiting: deque[float] = deque()
        self.slices = [Slice() for _ in range(int((seconds + PATIENCE) / SLICE) + 2)]
        self.at = 0
        self.open = 0
        self.began = 0.0

    def next(self) -> bytes:
        self.at = (self.at + 1) % len(self.requests)
        return self.requests[self.at]

    def slice(self, now: float) -> Slice:
        return self.slices[min(int((now - self.began) / SLICE), len(self.slices) - 1)]

    def is_over(self, now: float) -> bool:
        return now - self.began >= self.seconds

    def send(self, due: float) -> None:
        if self.idle:
            self.idle.popleft().send(due)
        else:
            self.waiting.append(due)

    def answered(self, connection: "Connection", status: bytes, due: float) -> None:
        now = time.perf_counter()
        here = self.slice(now)
        if status == b"503":
            here.sent_away += 1
        elif status[:1] == b"2":
            here.latencies.append(now - due)
        else:
            here.lost += 1
        if self.rate == 0:
            if not self.is_over(now):
                self.slice(now).due += 1
                connection.send(now)
                return
        elif self.waiting:
            connection.send(self.waiting.popleft())
            return
        self.idle.append(connection)

    async def run(self) -> None:
        self.began = time.perf_counter()
        if self.rate == 0:
            for _ in range(len(self.idle)):
                self.slice(self.began).due += 1
                self.send(time.perf_counter())
            await asyncio.sleep(self.seconds)
        else:
            sent = 0
            while not self.is_over(now := time.perf_counter()):
                for _ in range(int((now - self.began) * self.rate) - sent):
                    sent += 1
                    due = self.began + sent / self.rate
                    self.slice(due).due += 1
                    self.send(due)
                await asyncio.sleep(TICK)
        until = time.perf_counter() + PATIENCE
        while len(self.idle) < self.open and time.perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self.load.open += 1
        self.load.idle.append(self)

    def send(self, due: float) -> None:
        self.due = due
        self.transport.write(self.load.next())

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0 or len(self.buffer) < head + 4 + self._length(head):
            return
        status, self.buffer = self.buffer[9:12], b""
        due, self.due = self.due, None
        if due is not None:
            self.load.answered(self, status, due)

    def _length(self, head: int) -> int:
        at = self.buffer.lower().find(b"content-length:", 0, head)
        if at < 0:
            return 0
        return int(self.buffer[at + 15 : self.buffer.find(b"\r\n", at)])

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.load.open -= 1
        if self.due is not None:
            self.load.slice(time.perf_counter()).lost += 1
        if self in self.load.idle:
            self.load.idle.remove(self)


def requests(file: Path, host: str, media: str, token: str) -> list[bytes]:
    """Return the requests of a file as they go out."""
    head = f"Host: {host}\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "")
    found = []
    for line in file.read_text("utf-8").splitlines():
        method, path, body = line.split("\t")
        sent = body.encode()
        more = f"Content-Type: {media}\r\nContent-Length: {len(sent)}\r\n" if sent else ""
        found.append(f"{method} {path} HTTP/1.1\r\n{head}{more}\r\n".encode() + sent)
    return found


async def main(words: list[str]) -> None:
    host, port, file, media, token, connections, rate, seconds = words
    load = Load(requests(Path(file), host, media, token), float(rate), float(seconds))
    loop = asyncio.get_running_loop()
    for _ in range(int(connections)):
        await loop.create_connection(lambda: Connection(load), host, int(port))
    await load.run()
    used = load.slices[: int(load.seconds / SLICE)]
    late = load.slices[int(load.seconds / SLICE) :]
    told = {
        "slices": [each.told() for each in used],
        "late": sum(len(each.latencies) for each in late),
        "unanswered": load.open - len(load.idle) + len(load.waiting),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1:]))
