"""The contact medium: characteristics in version 4, typed media in version 5."""

from customer_inventory.record.declare import Document
from customer_inventory.tmf.v4.rule import Place, Rule, Steps

WORDS = {
    "email": "EmailContactMedium",
    "phone": "PhoneContactMedium",
    "fax": "FaxContactMedium",
    "postalAddress": "GeographicAddressContactMedium",
    "socialNetwork": "SocialContactMedium",
}
"""The `mediumType` that version 4 is shown for a `@type` of version 5."""

TYPES = {
    "emailAddress": "EmailContactMedium",
    "phoneNumber": "PhoneContactMedium",
    "faxNumber": "FaxContactMedium",
    "socialNetworkId": "SocialContactMedium",
    "street1": "GeographicAddressContactMedium",
    "street2": "GeographicAddressContactMedium",
    "city": "GeographicAddressContactMedium",
    "postCode": "GeographicAddressContactMedium",
    "stateOrProvince": "GeographicAddressContactMedium",
    "country": "GeographicAddressContactMedium",
    "geographicAddress": "GeographicAddressContactMedium",
}
"""The attributes that tell which medium it is."""

LIFTED = frozenset(("contactType", *TYPES))
"""What is a characteristic in version 4 and an attribute of the medium in version 5."""

_WORD_OF = {kind: word for word, kind in WORDS.items()}


class Medium(Rule):
    """The rule of a contact medium.

    `mediumType` is kept, in the sender's own word, beside the `@type` that version 5 needs; a
    medium made in version 5 is shown with the word of WORDS. Characteristics that version 5 does
    not know stay in `characteristic`.
    """

    def shown(self, thing: Document) -> Document:
        """Return version 4 of a medium."""
        kind = str(thing.get("@type"))
        rest = {name: thing[name] for name in thing if name != "@type" or kind not in _WORD_OF}
        word = _WORD_OF.get(kind) or _WORD_OF.get(_kind(thing) or "")
        named = {"mediumType": word} if word and "mediumType" not in thing else {}
        lifted = {name: rest[name] for name in rest if name in LIFTED}
        remaining = rest.get("characteristic", {})
        if lifted and isinstance(remaining, dict) and not remaining.keys() & lifted.keys():
            rest = {name: rest[name] for name in rest if name not in lifted}
            rest["characteristic"] = {**lifted, **remaining}
        return {**named, **rest}

    def kept(self, thing: Document) -> Document:
        """Return what is kept of a medium of version 4."""
        given = thing.get("characteristic")
        kept = thing
        if isinstance(given, dict) and given and not LIFTED & given.keys() & thing.keys():
            kept = {name: value for name, value in thing.items() if name != "characteristic"}
            kept.update((name, value) for name, value in given.items() if name in LIFTED)
            remaining = {name: value for name, value in given.items() if name not in LIFTED}
            if remaining:
                kept["characteristic"] = remaining
        kind = WORDS.get(str(thing.get("mediumType"))) or _kind(kept)
        return {"@type": kind, **kept} if kind and "@type" not in thing else kept

    def place(self, steps: Steps) -> Place | None:
        """Return where an attribute of a medium of version 4 is kept."""
        if steps == ("mediumType",):
            return Place(steps, by_word=Place(("@type",), WORDS))
        is_lifted = steps[0] == "characteristic" and len(steps) > 1 and steps[1] in LIFTED
        return Place(steps[1:]) if is_lifted else None

    def named(self, steps: Steps) -> Steps | None:
        """Return the path that version 4 has for what is kept at `steps`."""
        if steps[0] in LIFTED:
            return ("characteristic", *steps)
        return ("mediumType",) if steps == ("@type",) else None


def _kind(medium: Document) -> str | None:
    return next((TYPES[name] for name in medium if name in TYPES), None)
