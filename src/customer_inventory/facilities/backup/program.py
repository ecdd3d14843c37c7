"""PostgreSQL's own programs, run beside a server: their words on failure, their output streamed."""

import fcntl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from customer_inventory.kit.errors import Unavailable

PIECE_BYTES = 1_048_576
_LAST_WORDS = 2000


class ProgramFailed(Unavailable):
    """A program of PostgreSQL ended with an error."""


def streamed(command: Sequence[str | Path]) -> Iterator[bytes]:
    """Run a program and yield what it writes; raise ProgramFailed, with its words, at the end.

    A consumer that stops early ends the program.
    """
    with subprocess.Popen(  # noqa: S603 - programs and arguments are ours
        [str(word) for word in command], bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None  # noqa: S101, PT018
        _widen(running.stdout.fileno())
        try:
            while piece := running.stdout.read(PIECE_BYTES):
                yield piece
            words = running.stderr.read()
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        raise failed(Path(str(command[0])).name, words)


def _widen(pipe: int) -> None:
    """Let the program write as much as we read at once, where the system can: fewer turns."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # an account may have a limit on it
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIECE_BYTES)


def failed(program: str, words: bytes | str) -> ProgramFailed:
    """Return the failure of a program that said `words` last."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    said = " ".join(text[-_LAST_WORDS:].split()) or "it said nothing"
    return ProgramFailed(f"{program} failed: {said}")
