"""Individuals: their names, ages and TMF632 documents."""

from typing import NamedTuple

from customer_inventory.demo.contacts import DOMAINS
from customer_inventory.demo.countries import Country, Identifier, Language, Name, countries
from customer_inventory.demo.dates import YEAR, instant, period
from customer_inventory.demo.draw import SLOT_BITS, Draw, weighted
from customer_inventory.demo.parts import (
    Document,
    characteristic,
    identification,
    reference,
)

GENDERS = weighted([("female", 51), ("male", 49)])
OTHER_GENDER = {"female": "male", "male": "female"}

_CHANNELS = weighted([("email", 50), ("sms", 22), ("phone", 14), ("letter", 14)])
_IDENTITY_YEARS = 10
_NAMESAKES = 300
_NUMBERED_PERCENT = 75


class Naming(NamedTuple):
    """What somebody is called; `full` is the name in one string."""

    gender: str
    given: Name
    family: Name
    full: str


class Person(NamedTuple):
    """An individual, who speaks `language`, and the TMF632 document that describes them."""

    id: str
    name: str
    language: Language
    document: Document

    def ref(self) -> Document:
        """Return the reference to this individual."""
        return reference("PartyRef", self.id, self.name, "Individual")


def draw_naming(
    draw: Draw, country: Country, gender: str | None = None, family: int | None = None
) -> Naming:
    """Return a name usual in `country`, of the family at slot `family` when one is given."""
    gender = gender or draw.pick(GENDERS)
    given = draw.pick(country.given[gender])
    slot = draw.bits(SLOT_BITS) if family is None else family
    name = country.family[gender][slot]
    if country.two_surnames:
        second = draw.pick(country.family[gender])
        name = Name(f"{name.text} {second.text}", "", name.mail)
    full = " ".join(filter(None, (given.text, name.prefix, name.text)))
    return Naming(gender, given, name, full)


def mailbox(draw: Draw, naming: Naming) -> str:
    """Return an e-mail address for somebody at a reserved domain."""
    suffix = str(draw.below(_NAMESAKES)) if draw.chance(_NUMBERED_PERCENT) else ""
    return f"{naming.given.mail}.{naming.family.mail}{suffix}@{draw.pick(DOMAINS)}"


def individual(
    draw: Draw, country: Country, naming: Naming, *, age: int, media: list[Document]
) -> Person:
    """Return a validated individual of `age` years who is reached by `media`."""
    title = "Dr." if draw.bits(5) == 0 else country.titles[naming.gender]
    language = draw.pick(country.languages)
    born = country if draw.chance(92) else draw.pick(countries())
    document: Document = {
        "id": draw.new_id(),
        "@type": "Individual",
        "givenName": naming.given.text,
        "familyName": naming.family.text,
        "name": naming.full,
        "formattedName": f"{title} {naming.full}",
        "title": title,
        "gender": naming.gender,
        "birthDate": instant(-age * YEAR - age // 4 - draw.below(YEAR)),
        "placeOfBirth": draw.pick(born.places).city,
        "countryOfBirth": born.code,
        "nationality": country.code if draw.chance(60) else born.code,
        "status": "validated",
        "languageAbility": [
            {
                "languageCode": language.code,
                "languageName": language.name,
                "isFavouriteLanguage": True,
            }
        ],
        "contactMedium": media,
    }
    if naming.family.prefix:
        document["familyNamePrefix"] = naming.family.prefix
    return Person(document["id"], naming.full, language, document)


def identity_document(draw: Draw, country: Country, city: str) -> Document:
    """Return the proof of identity that an individual showed, valid on the reference day."""
    issued = -draw.below(_IDENTITY_YEARS * YEAR)
    shown = official(draw, country.identity, city, "Individual")
    shown["validFor"] = period(issued, issued + _IDENTITY_YEARS * YEAR)
    return shown


def official(draw: Draw, identifier: Identifier, city: str, of: str) -> Document:
    """Return an identification of `of` by `identifier`, issued in `city`."""
    authority = identifier.authority.replace("{city}", city)
    return identification(identifier.kind, draw.fill(identifier.pattern), authority, of)


def preferences(draw: Draw) -> list[Document]:
    """Return how somebody wants to be addressed and whether advertising is welcome."""
    return [
        characteristic("marketingConsent", draw.chance(44)),
        characteristic("preferredChannel", draw.pick(_CHANNELS)),
    ]
