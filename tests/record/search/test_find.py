"""Searching as people do: misspelt, in another order or script, with numbers in any notation."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.search import frequent
from customer_inventory.record.search.candidate import MOST_RANKED, SEARCHED
from customer_inventory.record.search.find import MOST_SHOWN, Hit, Hits, find
from customer_inventory.record.search.position import position_of, text_of
from customer_inventory.store.database import Database
from tests import distributed
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    PRODUCT,
    account,
    agreement,
    company,
    customer,
    person,
)

NUMBERS = {
    "SE": "+46701740605",
    "DE": "+4917604069059",
    "IT": "+390687654321",
    "ES": "+34601112081",
    "GB": "+447400123456",
    "FR": "+33612345678",
    "US": "+12125550123",
    "HU": "+36201234567",
    "RU": "+79161234567",
    "PL": "+48512345678",
    "JP": "+819012345678",
    "NO": "+4740612345",
}
TRUNK = {"IT": "", "ES": "", "US": "1", "HU": "06", "RU": "8", "PL": "", "NO": ""}
CODE = {"US": 2, "RU": 2, "IT": 3}


async def made(inventory: Inventory, actor: Actor, given: str, family: str, **more: object) -> str:
    document = {**person(family), "givenName": given, **more}
    return (await inventory.create(INDIVIDUAL, document, actor=actor)).id


async def hits(database: Database, text: str, **more: object) -> list[Hit]:
    return list((await find(database, text, types=SEARCHED, **more)).hits)  # type: ignore[arg-type]


async def first(database: Database, text: str) -> str | None:
    found = await hits(database, text)
    return found[0].id if found else None


@pytest.fixture
async def people(inventory: Inventory, actor: Actor) -> dict[str, str]:
    names = {
        "ada": ("Ada", "Lovelace"),
        "byron": ("Ada", "Byron"),
        "hakan": ("Håkan", "Åström"),
        "jorg": ("Jörg", "Müller-Lüdenscheidt"),
        "maria": ("Мария", "Лавлейс"),
        "alex": ("Αλέξανδρος", "Παπαδόπουλος"),
        "neil": ("Siobhán", "O'Neil"),
        "xu": ("Xu", "Li"),
        "lund": ("Karin", "Lundberg"),
    }
    return {key: await made(inventory, actor, *name) for key, name in names.items()}


ASKED = (
    ("Ada Lovelace", "ada"),
    ("lovelace, ada", "ada"),
    ("  LOVELACE   ADA ", "ada"),
    ("Ada Lovelase", "ada"),
    ("Adda Lovelacce", "ada"),
    ("Lovleace Ada", "ada"),
    ("ada love", "ada"),
    ("lovel", "ada"),
    ("byron", "byron"),
    ("bryon", "byron"),
    ("hakan astrom", "hakan"),
    ("Håkan Aström", "hakan"),
    ("Åström", "hakan"),
    ("joerg mueller ludenscheidt", "jorg"),
    ("Muller Lüdenscheid", "jorg"),
    ("Мария Лавлейс", "maria"),
    ("лавлейс", "maria"),
    ("Mariya Lavleys", "maria"),
    ("Maria Lavleis", "maria"),
    ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "alex"),
    ("papadopoulos alexandros", "alex"),
    ("oneil", "neil"),
    ("O\u2019Neil Siobhan", "neil"),
    ("o'neill", "neil"),
    ("xu li", "xu"),
    ("li", "xu"),
    ("l", "xu"),
    ("Lundburg", "lund"),
    ("karin lundberg", "lund"),
)


async def test_names(database: Database, people: dict[str, str]) -> None:
    for text, who in ASKED:
        assert await first(database, text) == people[who], text


async def test_the_nearest_comes_first_and_says_why(
    database: Database, people: dict[str, str]
) -> None:
    found = await hits(database, "ada byron")
    assert found[0].id == people["byron"]
    assert found[0].score > 0.9
    assert {(match.kind, match.path) for match in found[0].matched} == {
        ("name", "givenName"),
        ("name", "familyName"),
    }
    misspelt = await hits(database, "ada byrn")
    assert misspelt[0].id == people["byron"]
    assert misspelt[0].score < found[0].score


STRANGE = (
    *("nobody", "%%%q", "x' OR '1'='1", "a;DROP TABLE record.word", "{zz,qq}", '"qq', "\\qq"),
    *("n:ada", "\u202eqq", "🦊 fox", "zq" * 90, "a\tb\nzz zz zz zz zz zz zz zz zz zz zz"),
)


async def test_strange_questions_are_answered_with_nothing(
    database: Database, people: dict[str, str]
) -> None:
    for text in STRANGE:
        assert await hits(database, text) == [], text


@pytest.mark.parametrize("text", ["", "   ", "%", "'", "()", "🦊"[:0], "x" * 201, "--", "\t\n"])
async def test_what_asks_for_nothing_or_too_much_is_refused(schema: Database, text: str) -> None:
    with pytest.raises(Invalid):
        await find(schema, text, types=SEARCHED)


def notations(region: str, number: str) -> list[str]:
    digits = number[1:]
    national = digits[CODE.get(region, 3) - 1 :]
    trunk = TRUNK.get(region, "0")
    spaced = f"{national[:2]} {national[2:5]}-{national[5:]}"
    return [
        number,
        f"00{digits}",
        f"+{digits[: len(digits) - len(national)]} {spaced}",
        f"tel:{number}",
        f"{trunk}{national}",
        f"({trunk}{national[:2]}) {national[2:5]}/{national[5:]}",
    ]


async def test_telephone_numbers_in_any_notation(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    ids = {}
    for country, number in NUMBERS.items():
        medium = {"@type": "PhoneContactMedium", "phoneNumber": number}
        ids[country] = await made(inventory, actor, "A", country, contactMedium=[medium])
    for region, number in NUMBERS.items():
        for text in notations(region, number):
            found = await hits(database, text)
            assert [hit.id for hit in found] == [ids[region]], text
            assert found[0].matched[0].kind == "phone"


@pytest.mark.parametrize(
    ("kept", "country"),
    [("070-174 06 05", "SE"), ("070-174 06 05", None), ("+46 (0)70 174 06 05", None)],
)
async def test_a_number_kept_as_it_was_written(
    database: Database, inventory: Inventory, actor: Actor, kept: str, country: str | None
) -> None:
    medium = {"@type": "PhoneContactMedium", "phoneNumber": kept, "country": country}
    medium = {key: value for key, value in medium.items() if value}
    identifier = await made(inventory, actor, "A", "B", contactMedium=[medium])
    for text in ("+46701740605", "0046 70 1740605", "0701740605", "070/1740605"):
        assert [hit.id for hit in await hits(database, text)] == [identifier], text


async def test_addresses_and_identifiers(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    medium = [
        {"@type": "EmailContactMedium", "emailAddress": "Ada.L@Example.com"},
        {
            "@type": "GeographicAddressContactMedium",
            "street1": "Storgatan 12",
            "city": "Malmö",
            "postCode": "SW1A 1AA",
        },
    ]
    identifier = await made(
        *(inventory, actor, "Ada", "Lovelace"),
        contactMedium=medium,
        externalReference=[{"owner": "crm", "id": "CRM/00-42 x"}],
        individualIdentification=[{"identificationType": "passport", "identificationId": "PA 77"}],
    )
    for text, kind in (
        ("ada.l@example.COM", "email"),
        ("crm 00 42 X", "identifier"),
        ("CRM0042X", "identifier"),
        ("pa77", "identifier"),
        ("sw1a1aa", "address"),
        ("SW1A 1AA", "address"),
        ("storgatan 12 malmo", "address"),
        ("lovelace malmö", "address"),
        ("Lovelase Malmö", "address"),
        ("lovelace pa77", "identifier"),
    ):
        found = await hits(database, text)
        assert [hit.id for hit in found] == [identifier], text
        assert kind in {match.kind for match in found[0].matched}, text
    assert (await hits(database, identifier))[0].id == identifier


async def test_a_hit_leads_to_its_customer(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    party = await inventory.create(ORGANIZATION, company("Zorblatt Works"), actor=actor)
    role = await inventory.create(CUSTOMER, customer(party.id, "Zorblatt Works"), actor=actor)
    bill = await inventory.create(BILLING_ACCOUNT, account(role.id, "Zorblatt 4711-A"), actor=actor)
    signed = await inventory.create(AGREEMENT, agreement(party.id, "Zorblatt deal"), actor=actor)
    found = await hits(database, "zorblatt")
    assert {hit.id for hit in found} == {party.id, role.id, bill.id, signed.id}
    assert {hit.customer_id for hit in found} == {role.id}
    assert [hit.id for hit in await hits(database, "zorblatt4711a")] == [bill.id]
    hidden = await find(database, "zorblatt", types=["organization"])
    assert [(hit.type, hit.customer_id) for hit in hidden.hits] == [("organization", None)]
    assert (await find(database, "zorblatt", types=[])).hits == []


async def test_a_merged_record_leads_to_what_it_is_shown_as(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    shown = await made(inventory, actor, "Ada", "Zorblatt")
    merged = await made(inventory, actor, "Ada", "Zorblat")
    role = await inventory.create(CUSTOMER, customer(merged, "Some customer"), actor=actor)
    await Identity(database).merge(INDIVIDUAL, shown, [merged], actor=actor)
    for text in ("zorblatt", merged, shown):
        found = await hits(database, text)
        assert [(hit.id, hit.customer_id) for hit in found] == [(shown, role.id)], text


async def test_as_of_an_instant_only_what_held_then_counts(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    def medium(start: str, end: str | None) -> list[dict[str, object]]:
        period = {"startDateTime": start, **({"endDateTime": end} if end else {})}
        return [{"@type": "Phone", "phoneNumber": "+46701740605", "validFor": period}]

    former = await made(
        inventory, actor, "A", "Former", contactMedium=medium("2010-01-01", "2015-01-01")
    )
    present = await made(inventory, actor, "B", "Present", contactMedium=medium("2015-06-01", None))
    both = await hits(database, "+46701740605")
    assert {hit.id for hit in both} == {former, present}
    for year, expected in ((2009, []), (2012, [former]), (2015, []), (2020, [present])):
        instant = datetime(year, 3, 1, tzinfo=UTC)
        found = await hits(database, "+46701740605", as_of=instant)
        assert [hit.id for hit in found] == expected, year


async def test_service_numbers_pass_from_hand_to_hand(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    def held(start: str, end: str | None, name: str = "msisdn") -> dict[str, object]:
        characteristic = {"@type": "StringCharacteristic", "name": name, "value": "46701740605"}
        period = {"startDate": start, **({"terminationDate": end} if end else {})}
        return {"@type": "Product", "productCharacteristic": [characteristic], **period}

    past = await inventory.create(PRODUCT, held("2010-01-01", "2015-01-01"), actor=actor)
    present = await inventory.create(PRODUCT, held("2015-06-01", None, "MSISDN"), actor=actor)
    for text in ("46701740605", "+46 70-174 06 05", "0701740605", "0046701740605"):
        assert [hit.id for hit in await hits(database, text)] == [present.id], text
        for year, expected in ((2009, []), (2012, [past.id]), (2020, [present.id])):
            found = await hits(database, text, as_of=datetime(year, 3, 1, tzinfo=UTC))
            assert [hit.id for hit in found] == expected, (text, year)
    card = {"@type": "StringCharacteristic", "name": "ICCID", "value": "8946 0700 0000 1234 567"}
    other = await inventory.create(
        PRODUCT, {"@type": "Product", "productCharacteristic": [card]}, actor=actor
    )
    assert [hit.id for hit in await hits(database, "8946070000001234567")] == [other.id]


async def test_pages_follow_each_other(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    ids = await asyncio.gather(
        *(made(inventory, actor, f"N{number}", "Smith") for number in range(45))
    )
    seen: list[Hit] = []
    after = None
    while True:
        page: Hits = await find(database, "smith", types=SEARCHED, limit=10, after=after)
        assert page.is_complete
        seen += page.hits
        if page.after is None:
            break
        after = position_of(text_of(page.after))
    assert len(seen) == 45
    assert {hit.id for hit in seen} == set(ids)


async def test_common_words_are_looked_for_among_the_first_records(
    database: Database, inventory: Inventory, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frequent, "MANY", 40)
    await asyncio.gather(*(made(inventory, actor, f"N{n}", "Smith") for n in range(50)))
    await database.execute("ANALYZE record.individual")
    if not distributed.URL:  # nodes tell nothing of how often what is in their shards
        assert "n:smith" in (await frequent.commons(database))["individual"]
    assert len((await find(database, "smith", types=SEARCHED, limit=100)).hits) == 50
    assert (await hits(database, "smith n7"))[0].name == "N7 Smith"


@pytest.mark.parametrize("text", ["", "x", "!!!", "W10", "é", "W10" * 500, "bnVsbA"])
def test_a_position_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        position_of(text)


async def test_what_more_answer_than_are_ranked_is_said(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await asyncio.gather(*(made(inventory, actor, f"N{n}", "Smith") for n in range(210)))
    found = await find(database, "smith", types=SEARCHED, limit=MOST_SHOWN)
    assert (len(found.hits), found.is_complete) == (MOST_SHOWN, False)
    narrowed = await find(database, "smith n7", types=SEARCHED)
    assert narrowed.hits[0].score > 0.9
    assert narrowed.hits[0].name == "N7 Smith"


async def test_the_name_itself_is_ranked_however_many_are_nearly_so(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await asyncio.gather(*(made(inventory, actor, "Anne", "Smith") for _ in range(MOST_RANKED)))
    identifier = await made(inventory, actor, "Anna", "Smith")
    found = await find(database, "anna smith", types=SEARCHED)
    assert found.hits[0].id == identifier
    assert not found.is_complete


async def test_only_types_that_have_such_keys_are_asked(
    database: Database, people: dict[str, str]
) -> None:
    async def parts(text: str, *types: str) -> list[str]:
        sent.clear()
        await find(one, text, types=types or SEARCHED)
        await asyncio.sleep(0)  # the driver tells of them a turn later
        return [kind for each in sent for kind in _OF_TYPE.findall(each)]

    sent: list[str] = []
    async with Database(database.dsn, pool_size=1, heard=lambda text, *_: sent.append(text)) as one:
        named = await parts("ada lovelace")
        # Any may have it as an identifier, those with names as a name; the answer is of one type.
        assert {kind: named.count(kind) for kind in ("individual", "agreement", "product")} == {
            "individual": 3,
            "agreement": 2,
            "product": 1,
        }
        assert len(named) == len(SEARCHED) + 9 + 1
        assert await parts("ada lovelace", "individual") == ["individual"] * 3
        # First as a whole; as nobody has it, each word is looked for anywhere.
        expected = ["product", "troubleTicket"] * 2
        assert await parts("+46701740605", "product", "troubleTicket") == expected


_OF_TYPE = re.compile(r"(?<=')\w+(?=' AS type)|(?<=k\.type = ')\w+")


async def test_a_removed_or_renamed_record_is_not_found(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    identifier = await made(inventory, actor, "Ada", "Lovelace")
    await inventory.change(
        INDIVIDUAL, identifier, lambda old: {**old, "familyName": "Byron"}, actor=actor
    )
    assert await hits(database, "lovelace") == []
    assert [hit.id for hit in await hits(database, "byron")] == [identifier]
    await inventory.remove(INDIVIDUAL, identifier, actor=actor)
    assert await hits(database, "byron") == []
    assert await hits(database, identifier) == []
    assert await hits(database, new_id()) == []
