"""Trees over the wire: as of a date, page by page, and only what the caller may read."""

from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document, made, party, place

TREE = "/inventory/v1/hierarchy"


async def group(service: Service) -> tuple[str, str, str]:
    """Make a group of three organisations, one above the other, with a customer and an account."""
    ids: list[str] = []
    for above in (None, 0, 1):
        more: dict[str, Any] = {}
        if above is not None:
            more["organizationParentRelationship"] = {
                "organization": {"id": ids[above]},
                "validFor": {"startDateTime": "2026-01-01"},
            }
        ids.append((await made(service, "organization", **more))["id"])
    customer = await made(service, "customer", engagedParty=party(ids[1], "Organization"))
    owner = {"role": "owner", "partyOrPartyRole": party(customer["id"], "Customer")}
    await made(service, "billingAccount", relatedParty=[owner])
    return ids[0], ids[1], ids[2]


async def seen(service: Service, identifier: str, **asked: Any) -> Document:
    answer = await service.client.get(f"{TREE}/{identifier}", params=asked)
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


async def test_the_tree_around_a_record(service: Service) -> None:
    root, middle, leaf = await group(service)
    tree = await seen(service, middle)
    assert [(node["id"], node["level"]) for node in tree["ancestor"]] == [(root, 1)]
    assert [(node["id"], node["parentId"]) for node in tree["descendant"]] == [(leaf, middle)]
    assert (tree["id"], tree["@referredType"], tree["known"]) == (middle, "organization", 1)
    assert "next" not in tree
    assert (await seen(service, root, asOf="2025-12-31"))["descendant"] == []
    assert [node["id"] for node in (await seen(service, root, depth=1))["descendant"]] == [middle]
    assert (await seen(service, root, kind="household"))["descendant"] == []
    first = await seen(service, root, limit=1)
    rest = await seen(service, root, limit=1, after=first["next"])
    assert [node["id"] for node in (*first["descendant"], *rest["descendant"])] == [middle, leaf]


async def test_what_hangs_on_the_tree(service: Service) -> None:
    root, _, leaf = await group(service)
    answer = await service.client.get(f"{TREE}/{root}/rollup")
    rolled = answer.json()
    assert rolled["nodes"] == 3
    assert {kind: found["count"] for kind, found in rolled["records"].items()} == {
        "organization": 3,
        "customer": 1,
        "billingAccount": 1,
    }
    below = (await service.client.get(f"{TREE}/{leaf}/rollup")).json()
    assert set(below["records"]) == {"organization"}


async def test_only_what_the_caller_may_read(service: Service) -> None:
    root, *_ = await group(service)
    token = await service.token_for("care", "organization:read", "agreement:read")
    headers = {"Authorization": f"Bearer {token}"}
    rolled = await service.client.get(f"{TREE}/{root}/rollup", headers=headers)
    assert set(rolled.json()["records"]) == {"organization"}
    token = await service.token_for("billing", "customer:read")
    headers = {"Authorization": f"Bearer {token}"}
    for path in (f"{TREE}/{root}", f"{TREE}/{root}/rollup"):
        assert (await service.client.get(path, headers=headers)).status_code == 404


async def test_all_that_was_seen_is_in_the_ledger(service: Service) -> None:
    root, middle, leaf = await group(service)
    await seen(service, root)
    row = await service.database.row(
        "SELECT record_type, record_ids::text AS ids FROM access.entry ORDER BY seq DESC LIMIT 1"
    )
    assert row is not None
    assert row["record_type"] == "hierarchy"
    assert all(identifier in row["ids"] for identifier in (root, middle, leaf))


@pytest.mark.parametrize(
    "asked",
    [
        {"asOf": "soon"},
        {"kind": "family"},
        {"depth": "65"},
        {"limit": "0"},
        {"after": "1"},
        {"after": "1.UPPER"},
        {"before": "x"},
    ],
)
async def test_what_is_not_served_is_refused(service: Service, asked: dict[str, str]) -> None:
    root, *_ = await group(service)
    answer = await service.client.get(f"{TREE}/{root}", params=asked)
    assert answer.status_code == 400
    assert answer.json()["path"] in asked


async def test_a_circle_and_an_overlap_are_conflicts(service: Service) -> None:
    root, middle, leaf = await group(service)
    there = f"{PATHS['organization']}/{root}"
    relation = {"organizationParentRelationship": {"organization": {"id": leaf}}}
    answer = await service.client.patch(there, json=relation)
    assert (answer.status_code, answer.json()["code"]) == (409, "hierarchyCycle")
    related = [
        {
            "role": "director",
            "partyOrPartyRole": party(middle),
            "validFor": {"startDateTime": start},
        }
        for start in ("2026-01-01", "2026-02-01")
    ]
    answer = await service.client.patch(there, json={"relatedParty": related})
    assert (answer.status_code, answer.json()["code"]) == (409, "periodOverlap")
    assert answer.json()["path"] == "relatedParty[1].validFor"
    unchanged = await service.client.get(there)
    assert unchanged.headers["etag"] == '"1"'
    assert place("organization", unchanged.json()) == there
