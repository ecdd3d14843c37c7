"""The small TMF v5 objects that several records have in common."""

from typing import Any

Document = dict[str, Any]


def reference(kind: str, entity_id: str, name: str, referred: str) -> Document:
    """Return a reference of type `kind` to the `referred` entity `entity_id`."""
    return {"@type": kind, "id": entity_id, "name": name, "@referredType": referred}


def related_party(role: str, party: Document) -> Document:
    """Return the wrapper of a party in accounts, where it is always a reference."""
    return {"@type": "RelatedPartyRefOrPartyRoleRef", "role": role, "partyOrPartyRole": party}


def related_party_or_role(role: str, party: Document) -> Document:
    """Return the wrapper of a party in the APIs where it may be the party itself."""
    return {"@type": "RelatedPartyOrPartyRole", "role": role, "partyOrPartyRole": party}


def characteristic(name: str, value: str | int | bool) -> Document:
    """Return a characteristic, typed by its value."""
    kind = _KINDS[type(value)]
    return {
        "@type": f"{kind}Characteristic",
        "name": name,
        "valueType": kind.lower(),
        "value": value,
    }


_KINDS: dict[type, str] = {str: "String", int: "Integer", bool: "Boolean"}


def money(cents: int, currency: str) -> Document:
    """Return an amount; TMF666 gives money no @type."""
    return {"unit": currency, "value": cents / 100}


def identification(kind: str, number: str, authority: str, of: str) -> Document:
    """Return an official identification of an `of` (Individual or Organization)."""
    return {
        "@type": f"{of}Identification",
        "identificationType": kind,
        "identificationId": number,
        "issuingAuthority": authority,
    }
