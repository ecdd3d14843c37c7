"""The body of a call taken apart, and what rows are shown as."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.api.route import Call
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.document import parse_object
from customer_inventory.store.database import Row


def given(call: Call, *names: str) -> dict[str, Any]:
    """Return the body of a call, an object of `names` alone; raise Invalid naming any other."""
    body = parse_object(call.request.body)
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise Invalid("is not known here.", path=unknown[0][:100])
    return body


def text(body: Mapping[str, Any], name: str) -> str:
    """Return the text under `name`; raise Invalid when it is missing or none."""
    if body.get(name) is None:
        raise Invalid("is mandatory and missing.", path=name, code="missingAttribute")
    if not isinstance(body[name], str):
        raise Invalid("must be of type string.", path=name)
    return str(body[name])


def text_or_none(body: Mapping[str, Any], name: str) -> str | None:
    """Return the text under `name`, None where there is none; raise Invalid for anything else."""
    return None if body.get(name) is None else text(body, name)


def texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the texts under `name`, none where it is missing; raise Invalid for another thing."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("must be a list of strings.", path=name)
    return tuple(value)


def flag(body: Mapping[str, Any], name: str) -> bool:
    """Return the boolean under `name`, False where there is none; raise Invalid for another."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Invalid("must be of type boolean.", path=name)
    return value


def instant(body: Mapping[str, Any], name: str) -> datetime:
    """Return the instant under `name`; raise Invalid when it is missing or none."""
    found = parse_instant(text(body, name))
    if found is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return found


def decided(call: Call, reason: str) -> Decision:
    """Return the decision of the person who calls; raise Refused for a token that names none."""
    person = call.actor.person
    if not person:
        raise Refused(
            "People decide here, and this token names none.", hint="Use a token of a person."
        )
    return Decision(person, call.actor.process, reason)


def shown(row: Row | Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as it is shown: names in camel case, what is empty left out."""
    return {_camel(name): value for name, value in row.items() if value is not None}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
