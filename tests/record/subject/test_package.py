"""The package of a subject: whole, readable, the same for the same state, nothing of others."""

import hashlib
import io
import json
import tracemalloc
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from customer_inventory.holding import attachments_of, holders_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention.policy import example
from customer_inventory.record.subject.package.package import Packer
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.samples import AGREEMENT, INDIVIDUAL, agreement, person, ref
from tests.tmf.bodies import BODIES, PATHS, made, party, place, related

OTHER = "Bob Qixotherperson"
STAFF = "Qixagent Twelve"


class Page(HTMLParser):
    """What a page is made of: tags with their attributes, headings and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def told(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


async def household(service: Service) -> dict[str, str]:
    """Somebody with a record of each kind, another person, and what they hold together."""
    ids = {}
    medium = [{"@type": "EmailContactMedium", "emailAddress": "qix@example.com"}]
    ids["individual"] = (
        await made(service, "individual", givenName="<script>Qix</script>", contactMedium=medium)
    )["id"]
    ids["bob"] = (await made(service, "individual", givenName="Bob"))["id"]
    bob = {**party(ids["bob"]), "name": OTHER}
    ada = party(ids["individual"])
    ids["customer"] = (await made(service, "customer", engagedParty=ada))["id"]
    note = [{"@type": "Note", "author": STAFF, "text": "Called about a bill."}]
    agent = {**related("emp-7", "agent"), "partyOrPartyRole": {**party("emp-7"), "name": STAFF}}
    ids["partyInteraction"] = (
        await made(
            service,
            "partyInteraction",
            relatedParty=[related(ids["individual"], "customer"), agent],
            note=note,
        )
    )["id"]
    ids["agreement"] = (await made(service, "agreement", engagedParty=[ada, bob]))["id"]
    spouse = {"relationshipType": "spouse", "partyOrPartyRole": ada}
    ids["spouse"] = (await made(service, "individual", givenName=OTHER, relatedParty=[spouse]))[
        "id"
    ]
    # What was another's before.
    theirs = [{**related(ids["bob"]), "partyOrPartyRole": bob}]
    product = await made(service, "product", relatedParty=theirs, description="Qixsecret of Bob")
    ids["product"] = product["id"]
    await service.client.patch(
        place("product", product),
        json={"relatedParty": [related(ids["individual"])], "description": "Now of Ada"},
    )
    sent = await service.client.post(
        "/inventory/v1/attachment",
        params={"recordType": "customer", "recordId": ids["customer"], "name": "contract.txt"},
        content=b"what was signed",
        headers={"Content-Type": "text/plain"},
    )
    assert sent.status_code == 201, sent.text
    return ids


async def test_a_package_holds_everything_of_its_subject_and_nothing_of_others(
    service: Service,
) -> None:
    ids = await household(service)
    client = service.client
    await client.patch(
        f"{PATHS['individual']}/{ids['individual']}", json={"maritalStatus": "married"}
    )
    answer = await client.get(
        f"/inventory/v1/subject/{ids['customer']}/package", params={"reason": "DSR-2026-17"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    archive = opened(answer.content)
    names = archive.namelist()

    for kind in ("individual", "customer", "partyInteraction", "agreement", "product"):
        assert f"records/{kind}/{ids[kind]}.json" in names
        assert f"history/{kind}/{ids[kind]}.json" in names
    shown = (await client.get(f"{PATHS['customer']}/{ids['customer']}")).json()
    del shown["href"]
    assert told(archive, f"records/customer/{ids['customer']}.json") == shown
    past = told(archive, f"history/individual/{ids['individual']}.json")
    assert [version["operation"] for version in past["versions"]] == ["update", "create"]
    assert {"maritalStatus", "givenName"} <= {each["path"] for each in past["provenance"]}

    # Everything but file names: third parties, staff, what was another's.
    everything = b"\n".join(archive.read(name) for name in names)
    for word in (OTHER, STAFF, "Qixsecret"):
        assert word.encode() not in everything, word
    both = told(archive, f"records/agreement/{ids['agreement']}.json")["engagedParty"]
    assert [each["id"] for each in both] == [ids["individual"], ids["bob"]]
    assert ["name" in each for each in both] == [True, False]
    before = told(archive, f"history/product/{ids['product']}.json")["versions"]
    assert ["document" in version for version in before] == [True, False]
    named = told(archive, "references.json")
    assert [each["id"] for each in named] == [ids["spouse"]]
    assert named[0]["namedAt"][0]["path"].startswith("relatedParty")

    (attached,) = told(archive, "attachments.json")
    assert archive.read(attached["path"]) == b"what was signed"
    manifest = told(archive, "manifest.json")
    assert manifest["reason"] == "DSR-2026-17"
    listed = {file["path"]: file for file in manifest["file"]}
    assert listed.keys() == set(names) - {"manifest.json"}
    for path, file in listed.items():
        assert hashlib.sha256(archive.read(path)).hexdigest() == file["sha256"]
        assert len(archive.read(path)) == file["size"]

    accesses = told(archive, "accesses.json")
    assert {"create", "update", "download"} <= {each["operation"] for each in accesses}
    assert not any("person" in each or "source" in each for each in accesses)
    # A download is an access to all of them.
    again = opened((await client.get(f"/inventory/v1/subject/{ids['product']}/package")).content)
    download = next(e for e in told(again, "accesses.json") if e["operation"] == "download")
    assert set(download["ids"]) == {
        ids[k] for k in ("individual", "customer", "partyInteraction", "agreement", "product")
    }


async def test_the_page_is_whole_in_itself(service: Service) -> None:
    ids = await household(service)
    answer = await service.client.get(f"/inventory/v1/subject/{ids['customer']}/package")
    text = opened(answer.content).read("index.html").decode()
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe", "object"} & set(tags)
    for _, attributes in page.tags:
        assert not {"src", "style", "onclick"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    places = {a["id"] for _, a in page.tags if "id" in a}
    links = {(a["href"] or "")[1:] for tag, a in page.tags if tag == "a"}
    assert links == places
    assert tags.count("h1") == 1
    assert "<script>Qix" in "".join(page.text)
    assert "Given name" in page.text
    assert "Contact medium: email address" in page.text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


async def test_the_same_state_makes_the_same_files(
    service: Service, tmp_path: Path, actor: Actor
) -> None:
    ids = await household(service)
    settings = Settings(home=tmp_path / "home")
    packer = Packer(service.database, holders_of(service.database, settings), example())
    subject = await packer.subject(ids["agreement"])
    assert subject.own == {ids["agreement"]: "agreement"}
    subject = await packer.subject(ids["customer"])
    one, other = [
        opened(b"".join([part async for part in packer.package(subject, actor=actor)]))
        for _ in range(2)
    ]
    assert one.namelist() == other.namelist()
    # How long it is kept, by the policy in force.
    page = Page(one.read("index.html").decode())
    assert {"Agreement", "6 years", "10 years", "end of year"} <= set(page.text)
    for name in one.namelist():
        if name != "manifest.json":
            assert one.read(name) == other.read(name), name
    assert told(one, "manifest.json")["file"] == told(other, "manifest.json")["file"]


async def test_a_request_leads_to_the_package_once_the_identity_is_checked(
    service: Service,
) -> None:
    ids = await household(service)
    client, cases = service.client, "/inventory/v1/subjectRequest"

    async def case(kind: str) -> str:
        sent = {"kind": kind, "subjectId": ids["customer"]}
        return str((await client.post(cases, json=sent)).json()["id"])

    access, erasure = await case("access"), await case("erasure")
    refused = await client.get(f"{cases}/{access}/package")
    assert refused.status_code == 409
    assert "verify" in refused.text
    step = {"step": "verify", "reference": "ID-CHECK-7"}
    for each in (access, erasure):
        await client.post(f"{cases}/{each}/step", json=step)
    assert (await client.get(f"{cases}/{erasure}/package")).status_code == 409
    answer = await client.get(f"{cases}/{access}/package")
    archive = opened(answer.content)
    assert told(archive, "manifest.json")["reason"] == access
    assert [each["kind"] for each in told(archive, "requests.json")] == ["access", "erasure"]


async def test_who_may_not_download_gets_no_package(service: Service) -> None:
    ids = await household(service)
    place = f"/inventory/v1/subject/{ids['customer']}/package"
    token = await service.token_for("reader", "*:read")
    refused = await service.client.get(place, headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403
    for path, status in (
        (f"{place}?reason=Ada asked", 400),
        (f"{place}?other=1", 400),
        ("/inventory/v1/subject/qa06h0q9x2mrs6kz4c8v1tdw3e/package", 404),
        ("/inventory/v1/subject/nobody/package", 404),
        ("/inventory/v1/subjectRequest/qa06h0q9x2mrs6kz4c8v1tdw3e/package", 404),
    ):
        assert (await service.client.get(path)).status_code == status, path
    head = await service.client.head(place)
    assert (head.status_code, head.content) == (200, b"")


async def test_memory_does_not_grow_with_the_package(
    database: Database, inventory: Inventory, actor: Actor, home: Path
) -> None:
    settings = Settings(home=home)
    ada = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    attachments = attachments_of(database, settings)
    for number in range(24):
        content = b"%PDF-1.7\n" + hashlib.shake_256(bytes([number])).digest(1_000_000)
        await attachments.keep(
            INDIVIDUAL, ada, content, name=f"{number}.pdf",
            media_type="application/pdf", actor=actor,
        )  # fmt: skip
    packer = Packer(database, holders_of(database, settings))
    subject = await packer.subject(ada)
    tracemalloc.start()
    size = 0
    async for part in packer.package(subject, actor=actor):
        size += len(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 24_000_000
    assert peak < 6_000_000


async def test_every_type_can_be_handed_over(
    database: Database, inventory: Inventory, home: Path, actor: Actor
) -> None:
    packer = Packer(database, holders_of(database, Settings(home=home)))
    ada = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    for name, declared in TYPES.items():
        body = json.loads(json.dumps(BODIES[name]).replace("0006h0q9x2mrs6kz4c8v1tdw3e", ada))
        identifier = (await inventory.create(declared, body, actor=actor)).id
        subject = await packer.subject(identifier)
        archive = opened(b"".join([part async for part in packer.package(subject, actor=actor)]))
        assert told(archive, f"records/{name}/{identifier}.json")["@type"] == declared.entity
        assert subject.id == (ada if declared.subject else identifier)


async def test_records_merged_are_told_with_their_own_words(
    database: Database, inventory: Inventory, home: Path, actor: Actor
) -> None:
    ada = (await inventory.create(INDIVIDUAL, person("Qixone"), actor=actor)).id
    twin = (await inventory.create(INDIVIDUAL, person("Qixtwo"), actor=actor)).id
    await inventory.create(AGREEMENT, {**agreement(twin), "engagedParty": [ref(twin)]}, actor=actor)
    await inventory.identity.merge(INDIVIDUAL, ada, [twin], actor=actor)
    packer = Packer(database, holders_of(database, Settings(home=home)))
    subject = await packer.subject(twin)
    assert {ada, twin} <= subject.own.keys()
    archive = opened(b"".join([part async for part in packer.package(subject, actor=actor)]))
    assert told(archive, f"origins/individual/{twin}.json")["familyName"] == "Qixtwo"
    assert [each["shown"] for each in told(archive, "merges.json")] == [ada]
    assert f"records/individual/{twin}.json" not in archive.namelist()
