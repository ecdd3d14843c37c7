"""The `filter` of a list in version 4's names, turned to where the attributes are kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.store.predicate import (
    Both,
    Compared,
    Either,
    Exists,
    Matches,
    Not,
    Path,
    Predicate,
    Step,
    Value,
)
from customer_inventory.tmf.v4.rule import Place, Steps

Placed = Callable[[str], Place]
"""Returns where the attribute at a dotted path of version 4 is kept."""


class _At(NamedTuple):
    """A part of the document: the names that lead there in version 4, and as it is kept."""

    seen: Steps = ()
    kept: Steps = ()


_DOCUMENT = _At()


def turned(path: Path, placed: Placed) -> Path:
    """Return `path`, in version 4's names, as the path that finds the same in what is kept.

    Raises Invalid (invalidFilter) where a part of the document is asked for what version 5 keeps
    outside of that part.
    """
    return _Turning(placed).whole(path, _DOCUMENT)


class _Turning:
    def __init__(self, placed: Placed) -> None:
        self._placed = placed

    def whole(self, path: Path, element: _At) -> Path:
        return self._paths(path, element, "")[0]

    def _paths(self, path: Path, element: _At, word: str) -> tuple[Path, Path | None, Place]:
        """Return where `path` leads, where it leads if there is nothing, and the place it ends at.

        `word` is the text it is compared with; where it is kept may depend on that.
        """
        at = element if path.root == "@" else _DOCUMENT
        steps: list[Step] = []
        names: list[str] = []
        place = Place(())
        for step in path.steps:
            if isinstance(step, str):
                names.append(step)
                continue
            at, place = self._moved(at, names, steps, "")
            names = []
            steps.append(self._step(step, at))
        before, start = at, tuple(steps)
        at, place = self._moved(at, names, steps, word)
        otherwise = None
        if place.otherwise is not None:
            rest = place.otherwise[len(before.kept) :]
            otherwise = Path(path.root, (*start, *rest))
        return Path(path.root, tuple(steps)), otherwise, place

    def _moved(self, at: _At, names: list[str], steps: list[Step], word: str) -> tuple[_At, Place]:
        """Add to `steps` what leads from `at` by `names`; return where that is."""
        if not names:
            return at, Place(at.kept)
        seen = (*at.seen, *names)
        place = self._placed(".".join(map(str, seen)))
        if place.by_word and word in place.by_word.words:
            place = place.by_word
        if place.steps[: len(at.kept)] != at.kept:
            raise Invalid(
                f"cannot tie {'.'.join(names)[:100]} to the rest of its element.",
                path="filter",
                hint="Ask for it in a condition of its own, or ask version 5.",
                code="invalidFilter",
            )
        steps += place.steps[len(at.kept) :]
        return _At(seen, place.steps), place

    def _step(self, step: Step, at: _At) -> Step:
        is_predicate = isinstance(step, Compared | Matches | Exists | Both | Either | Not)
        return self._predicate(step, at) if is_predicate else step  # type: ignore[arg-type]

    def _predicate(self, predicate: Predicate, at: _At) -> Predicate:
        match predicate:
            case Not(part):
                return Not(self._predicate(part, at))
            case Both(parts):
                return Both(tuple(self._predicate(part, at) for part in parts))
            case Either(parts):
                return Either(tuple(self._predicate(part, at) for part in parts))
            case Matches(path, _, _) | Exists(path):
                found, otherwise, _ = self._paths(path, at, "")
                return _either(found, otherwise, lambda path: replace(predicate, path=path))
            case Compared(left, _, _):
                return self._compared(predicate, at, path_is_left=isinstance(left, Path))

    def _compared(self, predicate: Compared, at: _At, *, path_is_left: bool) -> Predicate:
        left, right = predicate.left, predicate.right
        if isinstance(left, Path) and isinstance(right, Path):
            return replace(predicate, left=self.whole(left, at), right=self.whole(right, at))
        path, value = (left, right) if path_is_left else (right, left)
        assert isinstance(path, Path)  # noqa: S101 - a value is compared with a path alone
        assert isinstance(value, Value)  # noqa: S101
        word = msgspec.json.decode(value.json) if value.json.startswith('"') else ""
        found, otherwise, place = self._paths(path, at, word)
        if word in place.words:
            value = Value(msgspec.json.encode(place.words[word]).decode())

        def compared(path: Path) -> Predicate:
            return Compared(
                path if path_is_left else value, predicate.sign, value if path_is_left else path
            )

        return _either(found, otherwise, compared)


def _either(
    found: Path, otherwise: Path | None, predicate: Callable[[Path], Predicate]
) -> Predicate:
    """Return the predicate of what is at `found`, or, where nothing is, of what is `otherwise`."""
    if otherwise is None:
        return predicate(found)
    return Either((predicate(found), Both((Not(Exists(found)), predicate(otherwise)))))
