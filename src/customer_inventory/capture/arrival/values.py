"""JSON values told apart without being read: an array of objects becomes lines.

Each value stays as it was written, digits and all, and only so much of one is held as a row may
have: a parser would build the whole of it first.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator

from customer_inventory.capture.rows import LONGEST
from customer_inventory.kit.errors import Invalid

_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'["\\]')
_BLANK = b" \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_BOM = b"\xef\xbb\xbf"


class NoArray(Invalid):
    """The text is no array of JSON values."""

    code = "malformedJson"


def is_array(beginning: bytes) -> bool:
    """Tell whether a text that begins so is an array, or an object over several lines."""
    text = beginning.removeprefix(_BOM).lstrip(_BLANK)
    return text.startswith(b"[") or text.split(b"\n", 1)[0].strip(_BLANK) == b"{"


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each value of an array, or of a sequence of objects, as a line.

    One that is too long for a row ends where it is that. Raises NoArray for a text that ends too
    early or goes on behind its array.
    """
    splitter = _Splitter()
    ahead = b""
    for number, piece in enumerate(pieces):
        ahead += piece.removeprefix(_BOM) if number == 0 else piece
        place = yield from splitter.split(ahead, is_last=False)
        ahead = ahead[place:]
    yield from splitter.split(ahead, is_last=True)
    yield from splitter.end()


class _Splitter:
    """Where a text is: how deep, in a string or not, and what there is of the value under way.

    Where an object begins the scanner of the standard library, in C, finds its end; mark by mark
    only what it cannot: objects that are broken, too long or cut, and what is none.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._base: int | None = None  # how deep values lie: 1 in an array, 0 in a sequence
        self._is_inside = False
        self._is_escaped = False
        self._has_ended = False
        self._value = bytearray()

    def split(self, raw: bytes, *, is_last: bool) -> Generator[bytes, None, int]:
        """Yield the values that end in `raw`; return from where on it is wanted again."""
        text = raw.decode("latin-1")  # a character a byte: places are the same
        place = 0
        while place < len(raw):
            if self._is_between():
                place = yield from self._whole(text, place)
                if len(raw) - place <= LONGEST and not is_last:
                    return place  # the value may go on in what follows
            place = yield from self._marked(raw, place)
        return place

    def _is_between(self) -> bool:
        is_outside = self._depth == self._base and not self._is_inside and not self._has_ended
        return is_outside and not self._value.strip(_BLANK)

    def _whole(self, text: str, place: int) -> Generator[bytes, None, int]:
        """Yield the objects that are whole from `place` on; return where the first is not."""
        while True:
            start = _skipped(text, place)
            if not text.startswith("{", start):
                return place
            try:
                _, end = _DECODER.raw_decode(text, start)
            except (ValueError, RecursionError):
                return place
            after = _skipped(text, end)
            if self._base == 1:
                if not text.startswith((",", "]"), after):
                    return place
                after += text.startswith(",", after)
            self._value += text[start:end].encode("latin-1")[: LONGEST + 1]
            yield from self._line()
            place = after

    def _marked(self, text: bytes, place: int) -> Generator[bytes, None, int]:
        """Yield the value that ends next in `text`, what follows the text before; return where."""
        while place < len(text):
            if self._is_escaped:
                place = self._take(text, place, place + 1)
                self._is_escaped = False
                continue
            found = (_INSIDE if self._is_inside else _OUTSIDE).search(text, place)
            if found is None:
                return self._take(text, place, len(text))
            self._take(text, place, found.start())
            place = found.end()
            yield from self._mark(found[0])
            if self._is_between():
                return place
        return place

    def end(self) -> Iterator[bytes]:
        """Yield what is left at the end of the text."""
        if self._depth or self._is_inside:
            raise NoArray("is cut short: its JSON never ends.", hint="Fetch it again.")
        yield from self._line()

    def _take(self, text: bytes, start: int, stop: int) -> int:
        room = LONGEST + 1 - len(self._value)
        if room > 0:
            self._value += text[start : min(stop, start + room)]
        if self._has_ended and self._value.strip(_BLANK):
            raise NoArray("goes on behind its array.", hint="Give one array of objects.")
        return stop

    def _mark(self, mark: bytes) -> Iterator[bytes]:
        if self._is_inside:
            self._is_escaped = mark == b"\\"
            self._is_inside = mark != b'"'
            self._take(mark, 0, 1)
        elif mark == b'"':
            self._is_inside = True
            self._take(mark, 0, 1)
        elif mark in b"[{":
            yield from self._open(mark)
        elif mark in b"]}":
            yield from self._close(mark)
        elif self._depth == self._base:
            yield from self._line()
        else:
            self._take(mark, 0, 1)

    def _open(self, mark: bytes) -> Iterator[bytes]:
        if self._base is None:
            self._base = 1 if mark == b"[" else 0
            if self._base:
                self._depth = 1
                return
        self._depth += 1
        self._take(mark, 0, 1)
        yield from ()

    def _close(self, mark: bytes) -> Iterator[bytes]:
        self._depth -= 1
        if self._depth < 0:
            raise NoArray("closes what it never opened.", hint="Give one array of objects.")
        if self._base == 1 and self._depth == 0:
            yield from self._line()
            self._has_ended = True
            return
        self._take(mark, 0, 1)
        if self._depth == self._base == 0:
            yield from self._line()

    def _line(self) -> Iterator[bytes]:
        # A line end between values is space to JSON, as a tab is; in a string neither may stand.
        value = bytes(self._value).strip(_BLANK).replace(b"\n", b"\t")
        self._value.clear()
        if value:
            yield value + b"\n"


def _skipped(text: str, place: int) -> int:
    gap = _GAP.match(text, place)
    return gap.end() if gap else place
