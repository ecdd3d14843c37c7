"""Health at a glance: the verdict, then what it rests on."""

from customer_inventory.access.operation import FACILITY, Operation
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.facilities.standing.line import Line

_ENTRY = "facilityStatus"
_WORST_FIRST = ("problem", "attention", "skipped", "ok")
_PARTS = (
    mark("server"), mark("backups"), mark("archive"), mark("drill"), mark("work"), mark("jobs"),
    mark("failed jobs"), mark("events"), mark("ledger"), mark("partitions"), mark("retention"),
    mark("migrations"), mark("connections"), mark("checksums"), mark("disk"),
    mark("oldest transaction"), mark("idle in transaction"),
    mark("size"),
)  # fmt: skip
"""The parts as those who tell of them name them; another is shown as it is."""


async def show(view: View) -> Shown:
    """Return how the facilities are: the verdict, and a line for each part, the worst first."""
    verdict, *lines = await view.rooms.standing()
    content = {
        "state": verdict.state,
        "said": verdict.said,
        "part": [_told(each) for each in sorted(lines, key=_gravity)],
    }
    return Shown(content, aside={"hint": verdict.hint})


def _gravity(line: Line) -> int:
    return _WORST_FIRST.index(line.state)


def _told(line: Line) -> dict[str, object]:
    return {
        "what": line.what,
        "state": line.state,
        "said": line.said,
        "hint": line.hint if line.state != "ok" else "",
        "value": line.value,
        "unit": line.unit,
    }


SCREENS = (
    Screen(
        "/facilities", mark("Health"), "facilities", Operation.READ, FACILITY, show,
        "facilities/health", _ENTRY, navigation=mark("Health"),
    ),
)  # fmt: skip
