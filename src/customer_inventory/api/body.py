"""Bodies of the management API: what was given, taken apart, and facts as it shows them."""

from collections.abc import Mapping
from typing import Any

from customer_inventory.api.route import Call
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object


def given(call: Call, *names: str) -> dict[str, Any]:
    """Return the object that was sent; raise Invalid for a member that is none of `names`."""
    sent = parse_object(call.request.body)
    unknown = sorted(set(sent) - set(names))
    if unknown:
        raise Invalid("is not known here.", path=unknown[0][:100])
    return sent


def text(sent: Mapping[str, Any], name: str) -> str:
    """Return the text `name`; raise Invalid when it is missing or none."""
    if name not in sent:
        raise Invalid("is mandatory and missing.", path=name, code="missingAttribute")
    if not isinstance(sent[name], str):
        raise Invalid("must be of type string.", path=name)
    return str(sent[name])


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts by the names that JSON has for them, without those that are missing."""
    return {_camel(name): value for name, value in row.items() if value is not None}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
