"""Where attributes come from: two processes that change different ones are told apart."""

from tests.conftest import Service
from tests.tmf.bodies import PATHS, made

PATH = "/inventory/v1/provenance/individual"


async def test_each_attribute_names_who_gave_it_and_what_was_before(service: Service) -> None:
    person = await made(service, "individual", nationality="SE")
    token = await service.token_for("care", "individual:update,read")
    for change in ({"nationality": "NO"}, {"nationality": None}, {"nationality": "FI"}):
        answer = await service.client.patch(
            f"{PATHS['individual']}/{person['id']}",
            json=change,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
    answer = await service.client.get(f"{PATH}/{person['id']}")
    assert answer.status_code == 200, answer.text
    by_path = {each["path"]: each for each in answer.json()["attribute"]}
    changed, kept = by_path["nationality"], by_path["familyName"]
    assert (changed["value"], changed["process"], changed["revision"]) == ("FI", "care", 4)
    assert [(was["value"], was["process"]) for was in changed["formerly"]] == [
        ("NO", "care"),
        ("SE", "tester"),
    ]
    assert (kept["process"], kept["revision"], kept["formerly"]) == ("tester", 1, [])
    assert "id" not in by_path


async def test_a_record_that_is_not_there_has_none(service: Service) -> None:
    answer = await service.client.get(f"{PATH}/qa06h0q9x2mrs6kz4c8v1tdw3e")
    assert answer.status_code == 404


async def test_a_merged_record_tells_which_rule_chose_and_who_lost(service: Service) -> None:
    one = await made(service, "individual", familyName="Byron", skill=[{"skillName": "x"}])
    token = await service.token_for("register", "individual:read,create,modify")
    client, headers = service.client, {"Authorization": f"Bearer {token}"}
    given = {
        "givenName": "Ada",
        "familyName": "King",
        "location": "Bergen",
        "skill": [{"skillName": "y"}],
    }
    answer = await client.post(PATHS["individual"], json=given, headers=headers)
    other = answer.json()
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    assert (await client.post("/inventory/v1/merge", json=asked)).status_code == 200
    ids = [one["id"], other["id"]]
    for identifier in ids:
        told = (await client.get(f"{PATH}/{identifier}")).json()
        assert (told["id"], told["origin"]) == (one["id"], ids)
        by_path = {each["path"]: each for each in told["attribute"]}
        family = by_path["familyName"]
        assert (family["value"], family["rule"], family["process"]) == ("King", "trust", "register")
        assert family["origin"] == [other["id"]]
        best, lost = family["candidate"]
        assert (best["isShown"], lost["isShown"]) == (True, False)
        assert (lost["value"], lost["process"], lost["origin"]) == ("Byron", "tester", one["id"])
        assert [was["value"] for was in family["formerly"]] == ["Byron"]
        assert (by_path["skill"]["rule"], by_path["skill"]["origin"]) == ("union", ids)
        assert len(by_path["location"]["candidate"]) == 1
    whole = (await client.get(f"{PATHS['individual']}/{one['id']}")).json()
    for name, each in by_path.items():
        assert each["value"] == whole[name]


async def test_what_was_edited_away_is_told(service: Service) -> None:
    one = await made(service, "individual", title="Dr")
    other = await made(service, "individual", title="Prof")
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    await service.client.post("/inventory/v1/merge", json=asked)
    await service.client.patch(f"{PATHS['individual']}/{one['id']}", json={"title": None})
    told = (await service.client.get(f"{PATH}/{one['id']}")).json()
    title = next(each for each in told["attribute"] if each["path"] == "title")
    assert (title["value"], title["candidate"][0]["isEdit"]) == (None, True)
    assert title["candidate"][1]["value"] == "Prof"
