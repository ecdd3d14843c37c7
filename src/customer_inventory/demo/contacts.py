"""How a party is reached: addresses, telephone numbers and e-mail, as TMF v5 contact media.

E-mail domains are those reserved by RFC 2606; telephone numbers come from ranges kept for
fiction in the countries that have such ranges.
"""

from typing import NamedTuple

from customer_inventory.demo.countries import Country, Place
from customer_inventory.demo.dates import period
from customer_inventory.demo.draw import Draw, weighted
from customer_inventory.demo.parts import Document

DOMAINS = weighted([("example.com", 6), ("example.org", 3), ("example.net", 3)])


class Address(NamedTuple):
    """A postal address; `unit` is the flat, empty for a house of its own."""

    street: str
    unit: str
    place: Place
    country: str


def draw_address(draw: Draw, country: Country) -> Address:
    """Return an address somewhere in `country`."""
    before, after = draw.pick(country.streets)
    unit = draw.fill(country.unit) if draw.chance(country.unit_percent) else ""
    street = f"{before}{draw.below(country.highest_number) + 1}{after}"
    return Address(street, unit, draw.pick(country.places), country.code)


def draw_mobile(draw: Draw, country: Country) -> str:
    """Return a mobile number in E.164 form."""
    return draw.fill(draw.pick(country.mobile))


def draw_landline(draw: Draw, country: Country, place: Place) -> str:
    """Return a fixed number of `place` in E.164 form, a mobile one where it has none."""
    return draw.fill(place.landline) if place.landline else draw_mobile(draw, country)


def email(address: str, kind: str, since: int, *, preferred: bool = False) -> Document:
    """Return the medium for an e-mail address in use since day `since`."""
    return {
        "@type": "EmailContactMedium",
        "contactType": kind,
        "preferred": preferred,
        "emailAddress": address,
        "validFor": period(since),
    }


def phone(number: str, kind: str, since: int, *, preferred: bool = False) -> Document:
    """Return the medium for a telephone number in use since day `since`."""
    return {
        "@type": "PhoneContactMedium",
        "contactType": kind,
        "preferred": preferred,
        "phoneNumber": number,
        "validFor": period(since),
    }


def postal(address: Address, kind: str, since: int) -> Document:
    """Return the medium for a postal address in use since day `since`."""
    medium = {
        "@type": "GeographicAddressContactMedium",
        "contactType": kind,
        "preferred": False,
        "street1": address.street,
        "city": address.place.city,
        "postCode": address.place.post_code,
        "stateOrProvince": address.place.region,
        "country": address.country,
        "validFor": period(since),
    }
    if address.unit:
        medium["street2"] = address.unit
    return medium
