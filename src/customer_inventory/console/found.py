"""Which screen a path leads to: itself, one of its twins, or one of its forms."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from customer_inventory.console.screen import Action, Screen

_TWINS = ("json", "csv")


class Found(NamedTuple):
    """The screen that a path leads to: with its parameters, as a twin, with an action."""

    screen: Screen
    path: Mapping[str, str]
    twin: str = ""
    action: Action | None = None


def find(screens: Sequence[Screen], path: str, method: str) -> Found | None:
    """Return where `method` on a path leads; None where nothing is."""
    if method == "POST":
        return _sent_to(screens, path)
    stem, _, ending = path.rpartition(".")
    for twin, where in ((ending, stem), ("", path)):
        if twin and twin not in _TWINS:
            continue
        for screen in screens:
            if (match := screen.pattern.match(where)) and not (twin and screen.is_file):
                return Found(screen, match.groupdict(), twin)
    return None


def _sent_to(screens: Sequence[Screen], path: str) -> Found | None:
    where, _, name = path.rpartition("/")
    for screen in screens:
        match = screen.pattern.match(where)
        if match and (action := screen.named(name)):
            return Found(screen, match.groupdict(), "", action)
    return None
