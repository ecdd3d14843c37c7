"""What parties can be asked is taken by the door of TMF644, and comes back as it was."""

from customer_inventory.record.types import TYPES
from customer_inventory.requirements.export.privacy import specification
from customer_inventory.requirements.file import read
from customer_inventory.requirements.starter.shipped import shipped
from tests.conftest import Service
from tests.requirements.samples import BIRTH_DATE

PLACE = "/tmf-api/privacyManagement/v5/partyPrivacyProfileSpecification"


async def test_the_door_takes_the_specification_of_every_type(service: Service) -> None:
    for name in TYPES:
        made = specification(TYPES[name], [each for each in shipped() if each.type == name])
        if made is None:
            continue
        answer = await service.client.post(PLACE, json=made)
        assert answer.status_code == 201, answer.text
        again = (await service.client.get(f"{PLACE}/{answer.json()['id']}")).json()
        assert again == {**again, **made}


def test_what_rests_on_consent_is_for_the_party_to_choose() -> None:
    text = BIRTH_DATE.replace("{billing: contract}", "{billing: contract, marketing: consent}")
    (found,) = read(text)
    made = specification(TYPES["individual"], [found.requirement])
    assert made is not None
    (asked,) = made["specCharacteristic"]
    assert (asked["name"], asked["configurable"]) == ("individual.birthDate", True)
    assert asked["privacyUsagePurpose"] == "billing, marketing"
    assert {
        each["value"]: each["isDefault"] for each in asked["characteristicValueSpecification"]
    } == {"billing": True, "marketing": False}


def test_of_what_is_not_personal_nobody_is_asked() -> None:
    for change in (
        ("sensitive", "internal"),
        ("    purposes: {billing: contract}\n    usedBy: [crm]\n", ""),
    ):
        (found,) = read(BIRTH_DATE.replace(*change))
        assert specification(TYPES["individual"], [found.requirement]) is None
