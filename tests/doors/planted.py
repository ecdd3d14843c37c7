"""The walk of an inventory in which something is planted in every text, by who sees none of it."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from customer_inventory.record.types import TYPES
from tests.conftest import Service
from tests.fuzz.known import known
from tests.fuzz.parts import ids_for
from tests.house.walk import Step
from tests.record.subject.test_planted import MARK, Planter, planted
from tests.tmf.bodies import BODIES

_ORDER = ("GET", "HEAD", "POST", "PATCH", "DELETE")
"""What is removed cannot be shown afterwards."""
_SEARCHED = ("q", "operation", "type", "id", "recordType", "recordId", "name")


class Sent(NamedTuple):
    """A step, and what is sent with it."""

    step: Step
    query: Mapping[str, str]
    body: Any


class Planted(NamedTuple):
    """What is there: what `known` tells of it, which has ids and bodies by path."""

    facts: Mapping[str, Any]

    def sent(self, steps: list[Step]) -> list[Sent]:
        """Return the steps, each leading to what is there, in an order that leaves it there."""
        ordered = sorted(steps, key=lambda step: _ORDER.index(step.method))
        return [self._sent(step) for step in ordered]

    def _sent(self, step: Step) -> Sent:
        named = re.findall(r"\{(\w+)\}", step.template)
        path, chosen = step.template, ""
        for name in named:
            chosen = ids_for(self.facts, step.template, name)[0]
            path = path.replace(f"{{{name}}}", chosen)
        given = self.facts["queries"].get(step.template, {})
        query = {name: str(given[name][0]) for name in _SEARCHED if name in given}
        if "q" in query:
            query["q"] = self.facts["records"]["individual"][0]
        bodies = self.facts["bodies"].get(f"{step.method} {step.template}")
        identifier = chosen if step.identifier else ""
        return Sent(step._replace(path=path, identifier=identifier), query, bodies and bodies[0])


def bodies() -> dict[str, dict[str, Any]]:
    """Return a body of every type with something planted in every text."""
    planter = Planter()
    return {name: planted(planter, TYPES[name], BODIES[name]) for name in BODIES}


async def planted_in(service: Service) -> Planted:
    """Fill the inventory of `service`, whose client may do everything and names a person."""
    planter = Planter()

    def plant(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        return planted(planter, TYPES[kind], body)

    facts = await known(service, plant=plant, content=f"a note {MARK}".encode())
    return Planted(facts)
