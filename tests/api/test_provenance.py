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
