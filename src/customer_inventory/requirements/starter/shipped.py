"""What ships: the files beside this module, one a record type, in the product's own words.

They are those that `cinv req export` writes of a register nobody has touched. Ids are in blocks of
200 a type, from REQ-1001; an id is never used again. The test of the starter holds them to the
declarations; they are read here without the checks that files of others need.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from customer_inventory.requirements.register import State, Versioned
from customer_inventory.requirements.requirement import Requirement, plain

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class News:
    """A requirement that ships and is not what the register says, and in which `keys` they differ.

    It is new to the register, changed, under way there in another version, or about an element that
    another requirement has taken.
    """

    requirement: Requirement
    outcome: Literal["new", "changed", "under way", "taken"]
    keys: tuple[str, ...] = ()

    @property
    def can_be_proposed(self) -> bool:
        """Whether it can be proposed as it is."""
        return self.outcome in ("new", "changed")


def texts() -> dict[str, str]:
    """Return the files as they are, by record type."""
    folder = files(__package__)
    return {
        file.name.removesuffix(".yaml"): file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".yaml")
    }


@cache
def shipped() -> tuple[Requirement, ...]:
    """Return every requirement that ships, in the order of the files."""
    return tuple(
        msgspec.convert({**content, "type": record_type}, Requirement)
        for record_type, text in texts().items()
        for content in yaml.load(text, Loader=_Loader)["requirements"]  # noqa: S506 - safe # nosec B506
    )


def begins_as(requirement: Requirement) -> State:
    """Return the state in which a requirement ships.

    In force is what the TM Forum's documents demand, and the declarations with them; all else is
    approved, so that a client that knows no more than the standard is served.
    """
    return "enforced" if requirement.obligation == "mandatory" else "approved"


def news(latest: Iterable[Versioned]) -> list[News]:
    """Return what ships and is not what the register says in its `latest` versions.

    What is retired stays retired.
    """
    known = {each.requirement.id: each for each in latest}
    elements = {
        (each.requirement.type, each.requirement.path)
        for each in known.values()
        if each.state != "retired"
    }
    found = []
    for requirement in shipped():
        held = known.get(requirement.id)
        if held is None:
            is_taken = (requirement.type, requirement.path) in elements
            found.append(News(requirement, "taken" if is_taken else "new"))
        elif held.state in ("proposed", "reviewed") and held.requirement != requirement:
            found.append(News(requirement, "under way", _differing(requirement, held.requirement)))
        elif held.state != "retired" and held.requirement != requirement:
            found.append(News(requirement, "changed", _differing(requirement, held.requirement)))
    return found


def _differing(one: Requirement, other: Requirement) -> tuple[str, ...]:
    new, old = plain(one), plain(other)
    return tuple(key for key in dict.fromkeys((*new, *old)) if new.get(key) != old.get(key))
