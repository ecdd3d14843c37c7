"""The embedded server as the rest of the house sees it.

Every function here blocks: a start takes a tenth of a second, the very first a second or
two, a recovery after a crash as long as there is log to replay. Asynchronous callers use
`asyncio.to_thread`.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import (
    adoption,
    binaries,
    cluster,
    configuration,
    machine,
    place,
    process,
    refusals,
)
from customer_inventory.store.embedded.binaries import Binaries
from customer_inventory.store.embedded.filling import Filling
from customer_inventory.store.embedded.locks import Lock
from customer_inventory.store.embedded.place import Place
from customer_inventory.store.embedded.using import bytes_below, demand_unused


@dataclass(frozen=True)
class Status:
    """How a server is: `version` is the major one of its data, `size` the data's bytes on disk.

    `running` holds from its first process to its last: also while it recovers or ends.
    """

    initialised: bool
    running: bool
    pid: int | None
    version: str | None
    data: Path | None
    size: int | None = None


@dataclass(frozen=True)
class EmbeddedServer:
    """The PostgreSQL server whose files lie in `home`, one for all processes of that home.

    `settings` are PostgreSQL settings that win over ours; they hold for the server that
    this object starts, not for one that is running already. `installation` is the root of
    another PostgreSQL than the installed wheel's. Methods raise Unavailable, which says
    what is missing and what to do.
    """

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    installation: Path | None = None
    elsewhere: Path = place.ELSEWHERE
    """Where root keeps the files of a home that the server's account cannot reach."""

    def start(self) -> str:
        """Start the server, or find it started; return the address of our database.

        Makes the database on the first start. The server then runs until `stop`, or until
        the last process that uses it by `running` leaves.
        """
        with refusals.explained(self.home):
            there = self._establish()
            with there.alone(process.PATIENCE):
                self._bring_up(there)
        return there.dsn(cluster.OWNER, cluster.DATABASE)

    def attach(self) -> "Attachment":
        """Start the server, or find it started, and use it until the attachment is left.

        A few milliseconds when it is up. A process that dies no longer uses it; if it was
        the last, the server stays up until the next one leaves.
        """
        with refusals.explained(self.home):
            there = self._establish()
            with there.alone(process.PATIENCE):
                use = there.lock("users")
                try:
                    use.share()
                    self._bring_up(there)
                except BaseException:
                    use.release()
                    raise
        return Attachment(there, use)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Use the server inside the block, which gets the address of our database."""
        attachment = self.attach()
        try:
            yield attachment.dsn
        finally:
            attachment.leave()

    def stop(self) -> None:
        """Stop the server, whoever uses it; return when all of it is on disk."""
        with refusals.explained(self.home):
            there = self._find()
            if there is not None:
                with there.alone(process.PATIENCE):
                    process.stop(there)

    def status(self, *, measure: bool = False) -> Status:
        """Tell how the server is, starting nothing; `measure` also adds up its files' sizes."""
        with refusals.explained(self.home):
            there = self._find()
            if there is None:
                return Status(initialised=False, running=False, pid=None, version=None, data=None)
            running = process.is_alive(there)
            return Status(
                initialised=there.initialised,
                running=running,
                pid=process.server_pid(there) if running else None,
                version=cluster.recorded_version(there),
                data=there.data,
                size=bytes_below(there.data) if measure else None,
            )

    @property
    def dsn(self) -> str:
        """The address of our database for its owner, as `start` returns it; starts nothing."""
        return self._address(cluster.OWNER)

    @property
    def superuser_dsn(self) -> str:
        """The address of our database for its superuser, for maintenance."""
        return self._address(cluster.SUPERUSER)

    @contextmanager
    def filling(self) -> Iterator[Filling]:
        """Give the server a data directory made elsewhere; it is there at the end of the block.

        Raises Unavailable when it has one, or when a program or the operating system refuses;
        nothing stays of it then.
        """
        with refusals.explained(self.home):
            there = self._establish()
            with there.alone(process.PATIENCE):
                if there.initialised:
                    raise Unavailable(f"There is a database in {self.home} already.")
                filling = Filling(there, binaries.for_account(self._installation(), there))
                filling.clear()
                try:
                    yield filling
                    filling.data.rename(there.data)
                    cluster.flush(there.folder)
                finally:
                    filling.clear()

    def adopt(self, other: "EmbeddedServer") -> Path | None:
        """Take the data of another server, which has none then; return where ours lies now.

        Raises Unavailable while either runs, or anybody uses it.
        """
        with refusals.explained(self.home):
            there, fresh = self._establish(), other._find()  # noqa: SLF001 - of our own kind
            if fresh is None or not fresh.initialised:
                raise Unavailable(f"There is no database in {other.home}.")
            with there.alone(process.PATIENCE), fresh.alone(process.PATIENCE):
                demand_unused(there)
                demand_unused(fresh)
                return adoption.adopt(there, fresh.data)

    def discard(self) -> None:
        """Remove the server and all that it holds; nothing happens when there is none."""
        self.stop()
        with refusals.explained(self.home):
            there = self._find()
            if there is not None:
                there.close_sockets()
                shutil.rmtree(there.folder)
                place.unlink(self.home.absolute())

    def tool(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs, such as `pg_dump` or `pgbench`."""
        program = self._installation() / "bin" / name
        if not program.exists():
            raise Unavailable(f"The installed PostgreSQL has no {name}.")
        return program

    def _establish(self) -> Place:
        return place.establish(self.home.absolute(), self.elsewhere)

    def _find(self) -> Place | None:
        return place.find(self.home.absolute())

    def _address(self, user: str) -> str:
        with refusals.explained(self.home):
            there = self._find()
        if there is None:
            raise Unavailable(f"There is no database in {self.home} yet.", hint="Start it once.")
        return there.dsn(user, cluster.DATABASE)

    def _installation(self) -> Path:
        return self.installation or binaries.installed()

    def _bring_up(self, there: Place) -> None:
        there.open_sockets()
        lock = process.claim(there)
        if lock is None:
            return
        try:
            programs = self._prepare(there, lock)
            process.spawn(there, programs, lock)
        finally:
            lock.close()
        process.expect(there)

    def _prepare(self, there: Place, lock: Lock) -> Binaries:
        """Bring programs, data directory and settings in order; return the programs."""
        if not there.account.can_enter(there.folder):
            raise Unavailable(
                f"{there.account.name}, who owns the database, cannot reach {there.folder}.",
                hint="Let it pass through the folders above, or move the home elsewhere.",
            )
        programs = binaries.for_account(self._installation(), there)
        adoption.finish(there)
        cluster.check_version(there, programs)
        configured = configuration.text(
            machine.measure(there.folder),
            programs.version,
            there.sockets,
            there.logs,
            self.settings,
        )
        if there.initialised:
            cluster.include(there, there.data, configured)
            cluster.note_made(there)
        else:
            cluster.demand_new(there)
            cluster.initialise(there, programs, configured, lock)
        return programs


class Attachment:
    """The use of a running server; the last one to leave stops it."""

    def __init__(self, there: Place, use: Lock) -> None:
        self._place = there
        self._use: Lock | None = use
        self.dsn = there.dsn(cluster.OWNER, cluster.DATABASE)

    def leave(self) -> None:
        """Use the server no more; stop it if nobody else does. Leaving twice does no harm."""
        use, self._use = self._use, None
        if use is None:
            return
        with refusals.explained(self._place.folder):
            try:
                # Nobody can come in meanwhile: they wait for the same lock.
                with self._place.alone(process.PATIENCE):
                    if use.seize():
                        process.stop(self._place)
            finally:
                use.release()
