"""The countries that demo customers live in, read from `data/countries/*.toml`.

Each file gives a country's names (likeliest first), streets, cities, numbers and the forms
of its identifiers; here they become tables to draw from. Patterns are those of `Draw.fill`.
In a company's name, | precedes its legal form; in a register's pattern, {n} is character n of
the company's tax identifier.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from customer_inventory.demo.draw import SLOTS, Draw, ranked, uniform, weighted

_DATA = files("customer_inventory.demo") / "data"
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_GERMAN_SPEAKING = ("AT", "DE")
_OTHER = str.maketrans(
    {"ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ø": "o", "đ": "d", "ß": "ss"}
)


class Name(NamedTuple):
    """A given or family name; `prefix` is a tussenvoegsel (van der), `mail` plain ASCII."""

    text: str
    prefix: str
    mail: str

    def at_the_start(self) -> str:
        """Return the name with its prefix as it begins a line: Van der Berg."""
        return f"{self.prefix[:1].upper()}{self.prefix[1:]} {self.text}".lstrip()


class Place(NamedTuple):
    """A part of a city; `landline` is the pattern of its telephone numbers, or empty."""

    city: str
    region: str
    post_code: str
    landline: str


class Identifier(NamedTuple):
    """A kind of identifier: its type, pattern and issuing authority ({city} is replaced)."""

    kind: str
    pattern: str
    authority: str


class Language(NamedTuple):
    """A language by its ISO 639-1 code and its own name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Country:
    """What is drawn from when a customer lives in the country `code` (ISO 3166-1 alpha-2).

    `price_level` is the price in `currency`, in hundredths, of what costs one euro.
    Tables have `SLOTS` entries; those of `given` and `family` are by gender, and a slot is the
    same family in both of the latter. `streets` are what precedes and follows the house number,
    `companies` patterns of names by size, `words` what fills them besides families and cities.
    """

    code: str
    currency: str
    price_level: int
    languages: tuple[Language, ...]
    titles: dict[str, str]
    given: dict[str, tuple[Name, ...]]
    family: dict[str, tuple[Name, ...]]
    two_surnames: bool
    shared_name_percent: int
    places: tuple[Place, ...]
    streets: tuple[tuple[str, str], ...]
    highest_number: int
    unit: str
    unit_percent: int
    mobile: tuple[str, ...]
    identity: Identifier
    register: Identifier
    tax_authority: str
    branch: str
    companies: dict[str, tuple[str, ...]]
    words: dict[str, tuple[str, ...]]


@cache
def countries() -> tuple[Country, ...]:
    """Return the table of countries."""
    sources = sorted((_DATA / "countries").iterdir(), key=lambda source: source.name)
    read = [(source.name[:2], tomllib.loads(source.read_text("utf-8"))) for source in sources]
    return weighted((_country(code, raw), raw["weight"]) for code, raw in read)


def plain(text: str, code: str) -> str:
    """Return `text` in lower-case ASCII letters and digits, as in e-mail in the country `code`."""
    text = text.lower().translate(_GERMAN if code in _GERMAN_SPEAKING else _OTHER)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if char.isascii() and char.isalnum())


def _country(code: str, raw: dict[str, Any]) -> Country:
    male, female = _families(raw["family"], raw.get("feminine", []), code)
    before, _, after = raw["street"].partition("{number}")
    return Country(
        code=code,
        currency=raw["currency"],
        price_level=raw["price_level"],
        languages=weighted((Language(*of), weight) for *of, weight in raw["languages"]),
        titles=raw["titles"],
        given={gender: ranked(_names(raw[gender], code)) for gender in ("female", "male")},
        family={"male": ranked(male), "female": ranked(female)},
        two_surnames=raw.get("two_surnames", False),
        shared_name_percent=raw["shared_name_percent"],
        places=_places(raw["cities"]),
        streets=ranked(
            (before.replace("{street}", street), after.replace("{street}", street))
            for street in _listed(raw["streets"])
        ),
        highest_number=raw["highest_number"],
        unit=raw["unit"][0],
        unit_percent=raw["unit"][1],
        mobile=uniform(raw["mobile"]),
        identity=Identifier(*raw["identity"]),
        register=Identifier(*raw["register"]),
        tax_authority=raw["tax_authority"],
        branch=raw["branch"],
        companies={size: uniform(raw[size]) for size in ("soho", "small", "corporate")},
        words={
            "trade": uniform(_listed(raw["trades"])),
            "industry": uniform(_listed(raw["industries"])),
            "coined": uniform(_listed(raw["coined"])),
        },
    )


def _listed(text: str) -> list[str]:
    return [" ".join(item.split()) for item in text.split(",")]


def _names(text: str, code: str) -> list[Name]:
    return [_name(item, code) for item in _listed(text)]


def _name(item: str, code: str) -> Name:
    text, _, prefix = item.partition("|")
    return Name(text, prefix, plain(prefix + text, code))


def _families(text: str, endings: list[list[str]], code: str) -> tuple[list[Name], list[Name]]:
    """Return the family names of men and, in the same order, of women."""
    male = _names(text, code)
    return male, [_name(_feminine(name, endings), code) for name in male]


def _feminine(name: Name, endings: list[list[str]]) -> str:
    for masculine, feminine in endings:
        if name.text.endswith(masculine):
            return name.text.removesuffix(masculine) + feminine
    return f"{name.text}|{name.prefix}"


def _places(cities: Iterable[list[Any]]) -> tuple[Place, ...]:
    """Return the table of places, each slot with a postcode of its own."""
    table = weighted((city[:4], city[4]) for city in cities)
    return tuple(
        Place(city, region, Draw(0, slot).fill(post_codes), landline)
        for slot, (city, region, post_codes, landline) in zip(range(SLOTS), table, strict=True)
    )
