"""A generated set of customers with duplicates that are hard to tell, and the truth about them.

What is in it and how often was fixed before anything was measured: misspelt and short names,
swapped fields, moves, changed and shared telephones, households under one roof, twins, fathers and
sons of one name, companies with changing legal forms, branches and namesakes. Every draw comes from
the seed.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.capture.matching.name import shorts
from customer_inventory.demo.countries import Country, countries
from customer_inventory.kit.ids import derived_id
from customer_inventory.record.search import fold

Document = dict[str, Any]

COUNTRIES = ("DE", "GB", "FR", "ES", "NL")
ORGANISATIONS = 0.09
DUPLICATED, TWICE = 0.24, 0.04
"""The share of entities with one record more, and with two."""
_DOMAINS = (
    "gmail.com",
    "outlook.com",
    "web.de",
    "orange.fr",
    "yahoo.com",
    "icloud.com",
    "ziggo.nl",
)
_SYLLABLES = (
    "ba be bo da de do fa ga go ha ka ke ko la le lo ma me mo na no pa ra ro sa so ta to va vi"
)
_ENDINGS = {
    "DE": ("mann", "berg", "er", "feld", "bach"),
    "GB": ("son", "ton", "ley", "ford", "wood"),
    "FR": ("ard", "eau", "ier", "in", "ault"),
    "ES": ("ez", "ero", "ado", "ano", "illa"),
    "NL": ("stra", "sma", "ink", "veld", "huis"),
}
_LEGAL = {
    "DE": ("GmbH", "AG", "GmbH & Co. KG", "KG", "G.m.b.H."),
    "GB": ("Ltd", "Limited", "PLC", "Ltd."),
    "FR": ("SARL", "S.A.R.L.", "SAS", "SA"),
    "ES": ("S.L.", "SL", "S.A.", "SA"),
    "NL": ("B.V.", "BV", "N.V."),
}
_BRANCH = {"DE": "Niederlassung", "GB": "Branch", "FR": "Agence", "ES": "Sucursal", "NL": "Filiaal"}
_IDENTITY = {"individual": "nationalIdentityCard", "organization": "tradeRegister"}


@dataclass
class Known:
    """What is true of one entity; documents are made of copies of it."""

    kind: str
    country: Country
    entity: int
    given: str = ""
    family: str = ""
    birth: str = ""
    gender: str = ""
    name: str = ""
    email: str = ""
    phones: list[str] = field(default_factory=list)
    street: str = ""
    house: int = 0
    city: str = ""
    post: str = ""
    identifier: str = ""

    def copy(self) -> "Known":
        """Return the same once more."""
        return Known(**{**self.__dict__, "phones": list(self.phones)})


class HardSet:
    """Draws entities and their records, one household or company after the other."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._seed = seed
        self._entities = 0
        self._records = 0
        self._mailboxes: dict[str, int] = {}
        self._countries = [each for each in countries() if each.code in COUNTRIES]

    def records(self, count: int) -> Iterator[tuple[str, str, Document, int]]:
        """Yield type, id, document and the number of the entity of so many records."""
        made = 0
        while made < count:
            for known in self._drawn():
                for each in self._seen(known):
                    yield known.kind, *self._document(each), known.entity
                    made += 1
                    if made == count:
                        return

    def _drawn(self) -> list[Known]:
        country = self._random.choice(self._countries)
        if self._chance(ORGANISATIONS * 1.8):
            return self._company(country)
        return self._household(country)

    def _household(self, country: Country) -> list[Known]:
        head = self._person(country, self._birth(1940, 1998))
        self._settle(head)
        shared = self._phone(country) if self._chance(0.3) else ""
        people = [head, *self._others(country, head)]
        for each in people:
            each.street, each.house = head.street, head.house
            each.city, each.post = head.city, head.post
            each.phones += [shared] if shared else []
            self._mail(each)
            if each is not head and self._chance(0.06):
                each.email = head.email
        return people

    def _others(self, country: Country, head: Known) -> list[Known]:
        """Return who lives with the head: a partner, a child of the same name, its twin."""
        people = []
        if self._chance(0.45):
            partner = self._person(country, self._near(head.birth, -7, 7))
            partner.family = head.family if self._chance(0.75) else partner.family
            people.append(partner)
        if self._chance(0.25):
            child = self._person(country, self._near(head.birth, 22, 38))
            child.family = head.family
            if self._chance(0.15):
                child.given, child.gender = head.given, head.gender
            people.append(child)
            if self._chance(0.12):
                twin = self._person(country, child.birth)
                twin.family = head.family
                while twin.given == child.given:
                    twin.given, twin.gender = self._given(country)
                people.append(twin)
        return people

    def _person(self, country: Country, birth: str) -> Known:
        given, gender = self._given(country)
        known = Known("individual", country, self._entity(), given=given, gender=gender)
        known.family = self._family(country, gender)
        known.birth = birth
        known.phones = [self._phone(country)] if self._chance(0.88) else []
        known.identifier = self._identifier() if self._chance(0.65) else ""
        return known

    def _company(self, country: Country) -> list[Known]:
        legal = self._random.choice(_LEGAL[country.code])
        family = self._family(country, "male")
        trade = self._random.choice(
            ("Logistik", "Energy", "Media", "Trading", "Systems", "Foods", "Solar", "Textil", "Bau",
             "Print", "Optics", "Travel", "Motors", "Garden", "Consult", "Pharma")
        )  # fmt: skip
        core = self._random.choice(
            (
                f"{family} {trade}",
                f"{family} & {self._family(country, 'male')}",
                f"{self._coined()} {trade}",
            )
        )
        head = Known("organization", country, self._entity(), name=f"{core} {legal}")
        self._settle(head)
        head.phones = [self._phone(country)]
        domain = "".join(fold.words(core)) + f".{country.code.lower()}"
        head.email = f"info@{domain}" if self._chance(0.75) else ""
        head.identifier = self._identifier() if self._chance(0.7) else ""
        found = [head]
        if self._chance(0.15):
            for _ in range(self._random.randint(1, 3)):
                branch = Known("organization", country, self._entity())
                self._settle(branch)
                branch.name = f"{head.name} {_BRANCH[country.code]} {branch.city}"
                branch.phones = [self._phone(country)] if self._chance(0.8) else list(head.phones)
                branch.email = head.email if self._chance(0.6) else ""
                found.append(branch)
        if self._chance(0.05):
            namesake = Known("organization", country, self._entity(), name=head.name)
            self._settle(namesake)
            namesake.phones = [self._phone(country)]
            namesake.identifier = self._identifier() if self._chance(0.7) else ""
            found.append(namesake)
        return found

    def _seen(self, known: Known) -> Iterator[Known]:
        """Yield an entity as it is, and as others wrote it down."""
        yield known
        drawn = self._random.random()
        for _ in range(2 if drawn < TWICE else 1 if drawn < DUPLICATED + TWICE else 0):
            yield self._spoilt(known.copy())

    def _spoilt(self, known: Known) -> Known:
        if known.kind == "individual":
            self._spoil_person(known)
        else:
            self._spoil_company(known)
        if self._chance(0.2):
            self._settle(known)
        elif self._chance(0.15):
            known.street = self._misspelt(known.street)
        if self._chance(0.2):
            known.phones = [self._phone(known.country)]
        elif self._chance(0.12):
            known.phones = known.phones[1:]
        if known.identifier and self._chance(0.45):
            known.identifier = ""
        elif known.identifier and self._chance(0.03):
            known.identifier = self._misspelt(known.identifier)
        return known

    def _spoil_person(self, known: Known) -> None:
        drawn = self._random.random()
        if drawn < 0.12:
            known.given = self._misspelt(known.given)
        elif drawn < 0.22:
            known.given = self._short(known.given)
        elif drawn < 0.25:
            known.given = known.given[:1] + "."
        if self._chance(0.12):
            known.family = self._misspelt(known.family)
        elif known.gender == "female" and self._chance(0.04):
            known.family = self._family(known.country, known.gender)
        if self._chance(0.03):
            known.given, known.family = known.family, known.given
        known.birth = self._spoilt_birth(known.birth)
        self._spoil_mail(known)

    def _spoilt_birth(self, birth: str) -> str:
        drawn = self._random.random()
        year, month, day = birth.split("-")
        if drawn < 0.15:
            return ""
        if drawn < 0.19:
            return f"{year}-{day}-{month}" if int(day) <= 12 else birth
        if drawn < 0.24:
            return self._digit_off(birth)
        return f"{year}-01-01" if drawn < 0.26 else birth

    def _spoil_mail(self, known: Known) -> None:
        drawn = self._random.random()
        if drawn < 0.2:
            self._mail(known)
        elif drawn < 0.35:
            known.email = ""
        elif drawn < 0.39 and known.email:
            known.email = self._misspelt(known.email)

    def _spoil_company(self, known: Known) -> None:
        words = known.name.split()
        drawn = self._random.random()
        if drawn < 0.3:
            known.name = " ".join(w for w in words if w not in _LEGAL_WORDS) or known.name
        elif drawn < 0.5:
            legal = self._random.choice(_LEGAL[known.country.code])
            known.name = " ".join([*(w for w in words if w not in _LEGAL_WORDS), legal])
        if self._chance(0.15):
            known.name = self._misspelt(known.name)
        if self._chance(0.08):
            known.name = known.name.replace("&", "und").upper()
        if self._chance(0.25):
            known.email = ""

    def _document(self, known: Known) -> tuple[str, Document]:
        self._records += 1
        identifier = derived_id(self._records % 1024, str(self._seed), str(self._records))
        media: list[Document] = []
        if known.street:
            media.append(
                {
                    "@type": "GeographicAddressContactMedium",
                    "street1": self._line(known),
                    "city": known.city,
                    "postCode": known.post,
                    "country": known.country.code,
                }
            )
        media += [
            {"@type": "PhoneContactMedium", "phoneNumber": self._written(known, each)}
            for each in known.phones
        ]
        if known.email:
            media.append({"@type": "EmailContactMedium", "emailAddress": known.email})
        of = "Individual" if known.kind == "individual" else "Organization"
        told: Document = {"id": identifier, "@type": of, "contactMedium": media}
        if known.kind == "individual":
            told |= {"givenName": known.given, "familyName": known.family}
            if known.birth:
                told["birthDate"] = known.birth
            if self._chance(0.6):
                told["gender"] = known.gender
        else:
            told["name"] = known.name
        if known.identifier:
            told[f"{known.kind}Identification"] = [
                {
                    "@type": f"{of}Identification",
                    "identificationType": _IDENTITY[known.kind],
                    "identificationId": known.identifier,
                }
            ]
        return identifier, told

    def _line(self, known: Known) -> str:
        street = known.street
        if self._chance(0.2):
            for long, short in (
                ("straße", "str."),
                ("Street", "St"),
                ("Road", "Rd"),
                ("rue", "r."),
            ):
                street = street.replace(long, short)
        return (
            f"{known.house} {street}"
            if known.country.code in ("GB", "FR")
            else f"{street} {known.house}"
        )

    def _written(self, known: Known, number: str) -> str:
        prefix = {"DE": "49", "GB": "44", "FR": "33", "ES": "34", "NL": "31"}[known.country.code]
        drawn = self._random.random()
        if drawn < 0.5:
            return f"+{prefix}{number}"
        trunk = "" if known.country.code == "ES" else "0"
        if drawn < 0.8:
            return f"{trunk}{number[:3]} {number[3:6]} {number[6:]}"
        return f"00{prefix} {number[:3]}-{number[3:]}"

    def _settle(self, known: Known) -> None:
        place = self._random.choice(known.country.places)
        before, after = self._random.choice(known.country.streets)
        known.street = f"{before}{after}".strip()
        known.house = self._random.randint(1, known.country.highest_number)
        known.city = place.city
        known.post = place.post_code

    def _entity(self) -> int:
        self._entities += 1
        return self._entities

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _given(self, country: Country) -> tuple[str, str]:
        gender = self._random.choice(("female", "male"))
        return self._random.choice(country.given[gender]).text, gender

    def _family(self, country: Country, gender: str) -> str:
        """Return a family name: every second one of those that many bear."""
        if self._chance(0.5):
            return self._random.choice(country.family[gender]).text
        return self._coined() + self._random.choice(_ENDINGS[country.code])

    def _coined(self) -> str:
        count = self._random.choice((2, 2, 3))
        return "".join(self._random.choices(_SYLLABLES.split(), k=count)).capitalize()

    def _birth(self, first: int, last: int) -> str:
        year = self._random.randint(first, last)
        return f"{year}-{self._random.randint(1, 12):02}-{self._random.randint(1, 28):02}"

    def _near(self, birth: str, least: int, most: int) -> str:
        return self._birth(int(birth[:4]) + least, int(birth[:4]) + most)

    def _phone(self, country: Country) -> str:
        """Return a national number without what is dialled before it."""
        digits = "".join(self._random.choices(string.digits, k=8))
        start = {"DE": "17", "GB": "74", "FR": "6", "ES": "6", "NL": "6"}[country.code]
        return f"{start}{digits}"

    def _mail(self, known: Known) -> None:
        local = ".".join("".join(fold.words(each)) for each in (known.given, known.family))
        number = str(self._random.randint(1, 999)) if self._chance(0.6) else ""
        known.email = (
            f"{local}{number}@{self._random.choice(_DOMAINS)}" if self._chance(0.8) else ""
        )
        # A provider hands out an address once: who comes later takes a number of its own. Nothing
        # is drawn for it, so that all else is as it would be.
        if known.email and self._mailboxes.setdefault(known.email, known.entity) != known.entity:
            known.email = f"{local}{1000 + known.entity}@{known.email.rpartition('@')[2]}"

    def _identifier(self) -> str:
        letters = "".join(self._random.choices(string.ascii_uppercase, k=2))
        return letters + "".join(self._random.choices(string.digits, k=7))

    def _short(self, given: str) -> str:
        """Return what a given name is for short, where it has a short form."""
        known = shorts("".join(fold.words(given)))
        return self._random.choice(known).capitalize() if known else given

    def _misspelt(self, text: str) -> str:
        """Return a text with one letter wrong, doubled, missing or changed with the next."""
        if len(text) < 3:
            return text
        at = self._random.randrange(1, len(text) - 1)
        letter = self._random.choice(
            string.digits if text[at].isdigit() else string.ascii_lowercase
        )
        return self._random.choice(
            (
                text[:at] + letter + text[at + 1 :],
                text[:at] + letter + text[at:],
                text[:at] + text[at + 1 :],
                text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            )
        )

    def _digit_off(self, birth: str) -> str:
        year, month, day = birth.split("-")
        return self._random.choice(
            (
                f"{int(year) + self._random.choice((-1, 1, 10))}-{month}-{day}",
                f"{year}-{month}-{int(day) % 28 + 1:02}",
                f"{year}-{int(month) % 12 + 1:02}-{day}",
            )
        )


_LEGAL_WORDS = frozenset(
    word for forms in _LEGAL.values() for form in forms for word in form.split()
)
