"""`cinv serve`: the service."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import click
import msgspec
import uvicorn

from customer_inventory.app import Application
from customer_inventory.cli.http import WholeAnswers
from customer_inventory.cli.logs import configure, no_trace
from customer_inventory.cli.running import prepare, run
from customer_inventory.cli.workers import is_shared, leave_with_parent, share, work
from customer_inventory.facilities.backup.keeping import archived
from customer_inventory.kit.cycles import seldom_looked_for
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.store.locate import located, watched
from customer_inventory.web.headers import common
from customer_inventory.web.tracing import Tracing, tracing_of

_BACKLOG = 2048
_ENDING = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option("--host", help="Address to listen on.  [default: CINV_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes side by side.  [default: CINV_WORKERS or 1]",
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the TM Forum APIs until interrupted.

    A signal (TERM or INT) lets it go on for CINV_DRAIN_SECONDS while /health/ready sends callers
    elsewhere, then answer what is under way (CINV_GRACE_SECONDS at most) and end; a second one
    ends it without that wait.

    \b
    Example:
      cinv serve --port 8080
    """
    settings = Settings.from_environment()
    settings = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        workers=settings.workers if workers is None else workers,
    )
    run(serve_until_stopped(settings, _say_where(settings.log)))


def _say_where(form: str) -> Callable[[str], None]:
    """Return what tells the base address on standard output, in the form that logs have."""
    if form == "json":
        return lambda base: click.echo(msgspec.json.encode({"base": base}))
    return lambda base: click.echo(f"base: {base}")


async def serve_until_stopped(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until a signal says stop; `ready` is called with the base address once it answers."""
    tracing = tracing_of()
    configure(settings.log, tracing.trace_id if tracing else no_trace)
    try:
        await _serve(settings, ready, tracing)
    finally:
        if tracing is not None:
            await asyncio.to_thread(tracing.stop)


async def _serve(settings: Settings, ready: Callable[[str], None], tracing: Tracing | None) -> None:
    listening = _listen(settings)
    base = settings.public_url or _base(listening)
    async with located(settings) as dsn:
        await prepare(dsn)
        if settings.workers > 1:
            # It keeps the port, and the database running; it serves nobody itself.
            await work(settings, listening.getsockname()[:2], lambda: ready(base))
            return
        async with watched(settings), archived(settings, dsn):
            application = Application(settings, dsn, public_url=base.rstrip("/"), tracing=tracing)
            config = uvicorn.Config(
                application,
                http=WholeAnswers,
                # Whom to believe about forwarded addresses is not ours to guess.
                proxy_headers=False,
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                date_header=False,
                headers=common(base),
                timeout_graceful_shutdown=settings.grace_seconds,
                lifespan="on",
            )
            leaving = _Leaving(application.health.leave, settings.drain_seconds)
            # To look through all that is loaded takes a while, in which nobody is served.
            if is_shared():
                leave_with_parent()
            with seldom_looked_for():
                await _Server(config, lambda: ready(base), leaving).serve(sockets=[listening])


class _Leaving(NamedTuple):
    """How a service leaves: what lets callers know, and how long it serves on after that."""

    tell: Callable[[], None]
    seconds: float


class _Server(uvicorn.Server):
    """A server that says when it is ready, and leaves the rest to us when a signal ends it."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], leaving: _Leaving
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._leaving = leaving
        self._ending: asyncio.TimerHandle | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            await asyncio.to_thread(self._ready)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; raised again, as uvicorn does, it would leave the database running."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number in _ENDING:
                loop.remove_signal_handler(number)

    def _signalled(self, number: int) -> None:
        """Leave: after the time that callers are given, or at once when told so again."""
        self._leaving.tell()
        if self._ending is None and self._leaving.seconds:
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self._leaving.seconds, self.handle_exit, number, None)
            return
        if self._ending is not None:
            self._ending.cancel()
        self.handle_exit(number, None)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Only of a socket that says it is TCP does asyncio send small packets without delay.
    listening = socket.socket(family, proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if settings.workers > 1 or is_shared():
        share(listening)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.",
            hint="Choose another with --port (0 takes a free one).",
        ) from error
    if settings.workers == 1:
        listening.listen(_BACKLOG)
    return listening


def _base(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
