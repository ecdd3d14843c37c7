"""Believable bodies of every served resource, and where each is served."""

from typing import Any

from tests.conftest import Service

Document = dict[str, Any]

ROOT = "/tmf-api"
PARTY = f"{ROOT}/partyManagement/v5"
CUSTOMER = f"{ROOT}/customerManagement/v5"
INTERACTION = f"{ROOT}/partyInteraction/v5"
AGREEMENT = f"{ROOT}/agreementManagement/v5"
ACCOUNT = f"{ROOT}/accountManagement/v5"
WHOLE = f"{ROOT}/customer360/v5/customer360"

PATHS = {
    "individual": f"{PARTY}/individual",
    "organization": f"{PARTY}/organization",
    "customer": f"{CUSTOMER}/customer",
    "partyInteraction": f"{INTERACTION}/partyInteraction",
    "agreement": f"{AGREEMENT}/agreement",
    "partyAccount": f"{ACCOUNT}/partyAccount",
    "billingAccount": f"{ACCOUNT}/billingAccount",
}
ALIASES = {
    "/partyManagement/": "/party/",
    "/customerManagement/": "/customer/",
    "/partyInteraction/v5": "/partyInteractionManagement/v5",
    "/agreementManagement/": "/agreement/",
    "/accountManagement/": "/account/",
}

_SOMEBODY = "0006h0q9x2mrs6kz4c8v1tdw3e"
_PERIOD = {"@type": "TimePeriod", "startDateTime": "2021-05-01T00:00:00Z"}


def party(identifier: str = _SOMEBODY, kind: str = "Individual") -> Document:
    """A reference to a party."""
    return {"@type": "PartyRef", "id": identifier, "@referredType": kind, "name": "Ada Lovelace"}


def related(identifier: str = _SOMEBODY, role: str = "owner", kind: str = "Individual") -> Document:
    """A party in a role."""
    return {
        "@type": "RelatedPartyOrPartyRole",
        "role": role,
        "partyOrPartyRole": party(identifier, kind),
    }


BODIES: dict[str, Document] = {
    "individual": {
        "@type": "Individual",
        "givenName": "Ada",
        "familyName": "Lovelace",
        "title": "Countess",
        "birthDate": "1815-12-10T00:00:00Z",
        "gender": "female",
        "status": "validated",
        "nationality": "GB",
        "contactMedium": [
            {
                "@type": "EmailContactMedium",
                "contactType": "private",
                "preferred": True,
                "emailAddress": "ada@example.com",
                "validFor": _PERIOD,
            },
            {
                "@type": "GeographicAddressContactMedium",
                "street1": "12 St James's Square",
                "city": "London",
                "postCode": "SW1Y 4JH",
                "country": "GB",
            },
        ],
        "individualIdentification": [
            {
                "@type": "IndividualIdentification",
                "identificationType": "passport",
                "identificationId": "925665416",
                "issuingAuthority": "HM Passport Office",
                "issuingDate": "2020-01-31",
            }
        ],
        "creditRating": [{"creditAgencyName": "Example", "ratingScore": 720}],
        "languageAbility": [{"languageCode": "en", "isFavouriteLanguage": True}],
    },
    "organization": {
        "@type": "Organization",
        "name": "Analytical Engines Limited",
        "tradingName": "Analytical Engines",
        "nameType": "Ltd",
        "organizationType": "company",
        "isLegalEntity": True,
        "existsDuring": _PERIOD,
        "status": "validated",
        "organizationIdentification": [
            {"identificationType": "companyNumber", "identificationId": "01234567"}
        ],
        "externalReference": [{"owner": "erp", "externalIdentifierType": "debtor", "id": "D-77"}],
    },
    "customer": {
        "@type": "Customer",
        "name": "Ada Lovelace",
        "status": "active",
        "validFor": _PERIOD,
        "engagedParty": party(),
        "characteristic": [
            {"@type": "StringCharacteristic", "name": "segment", "value": "residential"}
        ],
        "creditProfile": [
            {
                "@type": "CreditProfile",
                "creditProfileDate": "2024-02-29T08:00:00+01:00",
                "creditScore": 720,
                "validFor": _PERIOD,
            }
        ],
        "contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "+44 20 7946 0123"}],
    },
    "partyInteraction": {
        "@type": "PartyInteraction",
        "direction": "inbound",
        "reason": "Billing enquiry",
        "status": "completed",
        "description": "Asked why the last bill was higher",
        "interactionDate": {"startDateTime": "2025-03-30T10:15:00+02:00"},
        "relatedChannel": [
            {"@type": "RelatedChannel", "role": "used", "channel": {"id": "phone", "name": "Phone"}}
        ],
        "relatedParty": [related(role="customer")],
        "note": [{"@type": "Note", "author": "agent 12", "text": "Explained roaming."}],
        "interactionItem": [{"@type": "InteractionItem", "reason": "roaming", "note": []}],
    },
    "agreement": {
        "@type": "Agreement",
        "name": "Mobile 24 months",
        "agreementType": "commercial",
        "status": "inForce",
        "version": "2",
        "agreementPeriod": {
            "@type": "TimePeriod",
            "startDateTime": "2024-01-01T00:00:00Z",
            "endDateTime": "2025-12-31T23:59:59Z",
        },
        "engagedParty": [party()],
        "agreementItem": [
            {
                "@type": "AgreementItem",
                "agreementOffering": [{"id": "offer-1", "name": "Unlimited"}],
                "product": [{"@type": "ProductRef", "id": "product-1"}],
                "termOrCondition": [{"description": "24 months minimum term"}],
            }
        ],
        "characteristic": [{"name": "autoRenewal", "value": False}],
    },
    "partyAccount": {
        "@type": "PartyAccount",
        "name": "Household",
        "accountType": "joint",
        "state": "active",
        "relatedParty": [related()],
        "creditLimit": {"@type": "Money", "unit": "EUR", "value": 250.5},
    },
    "billingAccount": {
        "@type": "BillingAccount",
        "name": "Ada Lovelace, monthly",
        "accountType": "individual",
        "state": "active",
        "ratingType": "postpaid",
        "relatedParty": [related()],
        "accountBalance": [{"balanceType": "receivable", "amount": {"unit": "EUR", "value": 42.1}}],
        "billStructure": {
            "@type": "BillStructure",
            "presentationMedia": [{"id": "email", "name": "E-mail"}],
        },
    },
}


async def made(service: Service, kind: str, **changes: Any) -> Document:
    """Make a record of `kind` with `changes` to its believable body; return what was answered."""
    answer = await service.client.post(PATHS[kind], json={**BODIES[kind], **changes})
    assert answer.status_code == 201, answer.text
    document: Document = answer.json()
    return document


def place(kind: str, document: Document) -> str:
    """Where a record is served."""
    return f"{PATHS[kind]}/{document['id']}"


async def ids_of(service: Service, kind: str, query: str) -> list[str]:
    """The ids of the records that a list answers with."""
    answer = await service.client.get(f"{PATHS[kind]}?{query}")
    assert answer.status_code in (200, 206), answer.text
    return [document["id"] for document in answer.json()]
