"""What a capture process says: who owns it, what it loads by which mapping, when, and how well.

A process of kind `capture` loads a source; one of kind `management` keeps the inventory in order: a
task of people or of the house and its steps. Either has an objective. A file of YAML declares
one; its mapping is a file beside it, or one that comes with the product, and is taken in as it is.
"""

from collections.abc import Mapping as Mapped
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from croniter import croniter

from customer_inventory.access.registration import HOUSE
from customer_inventory.capture.mapping import Mapping, parse_mapping, read_mapping
from customer_inventory.capture.process.task import OF_CAPTURE, TASKS, Figures, Name
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import parse
from customer_inventory.record.identity.trust import HIGHEST

Kind = Literal["capture", "management"]
_LONGEST = 1_048_576
_RANK = msgspec.Meta(ge=-HIGHEST, le=HIGHEST)


class Controls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What must hold of a run: rows at least, and the share of refused rows at most (0 to 1)."""

    least_rows: int = 0
    most_refused: float = 1.0


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a capture process loads: by which mapping (its text), as which process, from where.

    `trust` ranks the source from the day the process is in force, `trust_by` ranks it about
    elements (`type.attribute`) while it is. `fresh_hours` is how old what it brought may become.
    """

    mapping: str
    process: str
    purpose: str
    place: str | None = None
    member: str | None = None
    sheet: str | None = None
    mapping_name: str = ""
    trust: Annotated[int, _RANK] | None = None
    trust_by: dict[str, Annotated[int, _RANK]] = {}
    fresh_hours: int | None = None
    controls: Controls = Controls()

    def by(self) -> Mapping:
        """Return its mapping."""
        return parse_mapping(self.mapping, self.mapping_name)

    @property
    def names(self) -> tuple[str, ...]:
        """What its source is known by: its name, and the process that loads for it alone.

        Merged records keep the name, the history of others keeps the process.
        """
        source = self.by().source
        return (source,) if self.process == HOUSE else (source, self.process)


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a run is to reach: a figure of it, in its unit, of `at_least` or `at_most` so much."""

    figure: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    said: str = ""

    @property
    def text(self) -> str:
        """The objective in words."""
        bounds = ((self.at_least, "at least"), (self.at_most, "at most"))
        said = " and ".join(f"{word} {bound:g}" for bound, word in bounds if bound is not None)
        return f"{self.figure} {said} {self.unit}"

    def is_met(self, figures: Figures) -> bool | None:
        """Tell whether the figures of a run meet it; None when the figure is not among them."""
        value = figures.get(self.figure)
        if value is None:
            return None
        least, most = self.at_least, self.at_most
        return (least is None or value >= least) and (most is None or value <= most)


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A process as its file declares it; `schedule` is a cron expression (UTC).

    An objective in words is one of which nobody can tell whether it is met.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{1,62}$")]
    kind: Kind
    name: str
    owner: str
    description: str = ""
    schedule: str | None = None
    load: Load | None = None
    task: Name | None = None
    steps: tuple[str, ...] = ()
    objective: Objective | str = ""

    @property
    def figures(self) -> Mapped[str, str]:
        """The units of the figures that a run of it reports, by name; {}: people name them."""
        return OF_CAPTURE if self.task is None else TASKS[self.task].figures

    @property
    def is_of_house(self) -> bool:
        """Whether a run of it is a job that the house does."""
        return self.task is None or TASKS[self.task].is_of_house

    def is_met(self, figures: Figures) -> bool | None:
        """Tell whether a run with `figures` meets the objective; None when nobody can tell."""
        return self.objective.is_met(figures) if isinstance(self.objective, Objective) else None


def read(path: Path) -> Declared:
    """Return what the file declares; raise Invalid for what is wrong, FileError with its line."""
    try:
        text = path.read_bytes()[: _LONGEST + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}.") from None
    return parsed(text, path.parent)


def parsed(text: str, folder: Path) -> Declared:
    """Return what the text of a file in `folder` declares; raise as `read` does."""
    given = parse(text).plain()
    if isinstance(given, dict) and isinstance(given.get("load"), dict):
        given["load"] = _with_mapping(given["load"], folder)
    return checked(given)


def checked(given: Any) -> Declared:
    """Return what `given` declares; raise Invalid."""
    try:
        declared = msgspec.convert(given, Declared, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"is no capture process: {error}.") from None
    if (declared.kind == "capture") != (declared.load is not None):
        raise Invalid("has a load if it captures, and only then.", path="load")
    if (declared.kind == "management") != (declared.task is not None):
        raise Invalid(f"is one of {', '.join(TASKS)} if it manages.", path="task")
    _check_objective(declared)
    if declared.schedule is not None and not croniter.is_valid(declared.schedule):
        raise Invalid("must be a cron expression, such as 0 3 * * *.", path="schedule")
    if declared.load is not None:
        declared.load.by()
        _check_trust(declared.load)
        if declared.schedule is not None and declared.load.place in (None, "-"):
            raise Invalid("is due when there is a schedule.", path="load.place")
        if not 0 <= declared.load.controls.most_refused <= 1:
            raise Invalid("must be from 0 to 1.", path="load.controls.mostRefused")
    return declared


def _check_trust(load: Load) -> None:
    for element in load.trust_by:
        if not all(element.split(".")) or element.count(".") != 1:
            raise Invalid(
                f"{element[:100]!r} is no attribute of the first level.",
                path="load.trustBy",
                hint="What survives is decided for whole attributes: individual.birthDate.",
            )


def _check_objective(declared: Declared) -> None:
    objective, figures = declared.objective, declared.figures
    if not isinstance(objective, Objective):
        return
    if objective.at_least is None and objective.at_most is None:
        raise Invalid("has a bound: atLeast, atMost, or both.", path="objective")
    if figures and figures.get(objective.figure) != objective.unit:
        known = ", ".join(f"{name} ({unit})" for name, unit in figures.items())
        raise Invalid(f"is of a figure that a run has: {known}.", path="objective.figure")


def _with_mapping(load: dict[str, Any], folder: Path) -> dict[str, Any]:
    name = load.get("mapping")
    if not isinstance(name, str) or "\n" in name:
        return load
    beside = folder / name
    mapping = read_mapping(str(beside) if beside.is_file() else name)
    return {**load, "mapping": mapping.text, "mappingName": mapping.name}
