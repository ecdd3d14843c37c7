"""Business customers: companies with their contacts and branches."""

from typing import NamedTuple

from customer_inventory.demo.contacts import (
    DOMAINS,
    Address,
    draw_address,
    draw_landline,
    draw_mobile,
    email,
    phone,
    postal,
)
from customer_inventory.demo.countries import Country, plain
from customer_inventory.demo.dates import YEAR, period
from customer_inventory.demo.draw import Draw, uniform, weighted
from customer_inventory.demo.parts import (
    Document,
    characteristic,
    identification,
    reference,
    related_party_or_role,
)
from customer_inventory.demo.people import Person, draw_naming, individual, official, preferences
from customer_inventory.demo.standing import Standing
from customer_inventory.demo.subject import Subject
from customer_inventory.demo.taxids import tax_id


class Size(NamedTuple):
    """What comes with a segment: patterns of names, tables of contacts, branches and staff."""

    names: str
    contacts: tuple[int, ...]
    branches: tuple[int, ...]
    staff: tuple[int, ...]


SIZES = {
    "soho": Size("soho", uniform([1]), uniform([0]), uniform(range(1, 5))),
    "smallBusiness": Size(
        "small",
        weighted([(1, 5), (2, 4), (3, 1)]),
        weighted([(0, 75), (1, 17), (2, 8)]),
        uniform(range(3, 60)),
    ),
    "corporate": Size(
        "corporate",
        weighted([(2, 4), (3, 4), (4, 2)]),
        weighted([(1, 2), (2, 4), (3, 4), (5, 3), (8, 1)]),
        uniform(range(80, 4000, 20)),
    ),
}
ROLES = ("decisionMaker", "billingContact", "technicalContact", "contractSignatory")

_AGES = uniform(range(24, 67))
_LONGEST_LABEL = 40
_OLDEST = 30 * YEAR
_DISSOLVED = ("insolvency", "merger")
_TAX_BITS = 40


class Company(NamedTuple):
    """A company's names (with its legal form and without) and where it is.

    `domain` is its Internet domain, below a reserved one.
    """

    name: str
    trading_name: str
    domain: str
    seat: Address


def company(draw: Draw, country: Country, standing: Standing, segment: str) -> Subject:
    """Return the company that is the customer, between its contacts and its branches."""
    size = SIZES[segment]
    firm = _company(draw, country, size)
    roles = ["owner"] if segment == "soho" else list(ROLES[: draw.pick(size.contacts)])
    contacts = [(role, _contact(draw, country, firm, standing.since)) for role in roles]
    head = _organization(draw, country, firm.name, firm.seat, standing.since)
    head["contactMedium"].insert(0, email(f"info@{firm.domain}", "companyEmail", standing.since))
    head |= _head_office(draw, country, firm, size, standing)
    head["relatedParty"] = [related_party_or_role(role, who.ref()) for role, who in contacts]
    branches = [
        _branch(draw, country, firm, head["id"], standing) for _ in range(draw.pick(size.branches))
    ]
    return Subject(
        country,
        "Organization",
        head["id"],
        firm.name,
        reference("PartyRef", head["id"], firm.name, "Organization"),
        head["contactMedium"],
        [(role, who.ref()) for role, who in contacts],
        [who.document for _, who in contacts] + [head, *branches],
    )


def _company(draw: Draw, country: Country, size: Size) -> Company:
    seat = draw_address(draw, country)
    words = {word: draw.pick(table) for word, table in country.words.items()}
    words["family"] = draw.pick(country.family["male"]).at_the_start()
    words["family2"] = draw.pick(country.family["male"]).at_the_start()
    words["city"] = seat.place.city
    trading_name, _, form = draw.pick(country.companies[size.names]).partition("|")
    trading_name = trading_name.format_map(words)
    domain = f"{plain(trading_name, country.code)[:_LONGEST_LABEL]}.{draw.pick(DOMAINS)}"
    return Company(trading_name + form, trading_name, domain, seat)


def _contact(draw: Draw, country: Country, firm: Company, since: int) -> Person:
    naming = draw_naming(draw, country)
    mailbox = f"{naming.given.mail}.{naming.family.mail}@{firm.domain}"
    media = [
        email(mailbox, "workEmail", since, preferred=True),
        phone(draw_mobile(draw, country), "workPhone", since),
    ]
    person = individual(draw, country, naming, age=draw.pick(_AGES), media=media)
    person.document["partyCharacteristic"] = preferences(draw)
    return person


def _organization(
    draw: Draw, country: Country, name: str, address: Address, since: int
) -> Document:
    """Return what a head office and a branch have in common; it is reached since day `since`."""
    number = draw_landline(draw, country, address.place)
    return {
        "id": draw.new_id(),
        "@type": "Organization",
        "name": name,
        "status": "validated",
        "contactMedium": [
            phone(number, "companyPhone", since, preferred=True),
            postal(address, "companyAddress", since),
        ],
    }


def _head_office(
    draw: Draw, country: Country, firm: Company, size: Size, standing: Standing
) -> Document:
    """Return what only a head office carries: trading name, identifiers, facts."""
    tax_number = tax_id(country.code, draw.bits(_TAX_BITS))
    identifications = [
        identification("taxIdentificationNumber", tax_number, country.tax_authority, "Organization")
    ]
    if size.names != "soho":
        city = firm.seat.place.city
        register = country.register._replace(pattern=country.register.pattern.format(*tax_number))
        identifications.append(official(draw, register, city, "Organization"))
    founded = standing.since - draw.below(_OLDEST)
    dissolved = standing.reason in _DISSOLVED
    return {
        "tradingName": firm.trading_name,
        "organizationType": "company",
        "isLegalEntity": True,
        "isHeadOffice": True,
        "status": _status(standing),
        "existsDuring": period(founded, standing.last if dissolved else None),
        "organizationIdentification": identifications,
        "partyCharacteristic": [characteristic("numberOfEmployees", draw.pick(size.staff))],
    }


def _status(standing: Standing) -> str:
    if standing.reason in _DISSOLVED:
        return "closed"
    return "initialized" if standing.status == "initialized" else "validated"


def _branch(
    draw: Draw, country: Country, firm: Company, head_id: str, standing: Standing
) -> Document:
    address = draw_address(draw, country)
    site = country.branch.replace("{city}", address.place.city)
    opened = draw.between(standing.since, standing.last)
    branch = _organization(draw, country, f"{firm.trading_name}, {site}", address, opened)
    return branch | {
        "tradingName": firm.trading_name,
        "organizationType": "branch",
        "isLegalEntity": False,
        "isHeadOffice": False,
        "existsDuring": period(opened),
        "organizationParentRelationship": {
            "@type": "OrganizationParentRelationship",
            "relationshipType": "headOffice",
            "organization": reference("OrganizationRef", head_id, firm.name, "Organization"),
        },
    }
