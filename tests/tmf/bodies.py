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
ROLE = f"{ROOT}/partyRoleManagement/v5"
PRIVACY = f"{ROOT}/privacyManagement/v5"
PRODUCT = f"{ROOT}/productInventory/v5"
TICKET = f"{ROOT}/troubleTicket/v5"
OWN = f"{ROOT}/customerInventory/v5"
WHOLE = f"{ROOT}/customer360/v5/customer360"

PATHS = {
    "individual": f"{PARTY}/individual",
    "organization": f"{PARTY}/organization",
    "customer": f"{CUSTOMER}/customer",
    "partyInteraction": f"{INTERACTION}/partyInteraction",
    "agreement": f"{AGREEMENT}/agreement",
    "partyAccount": f"{ACCOUNT}/partyAccount",
    "billingAccount": f"{ACCOUNT}/billingAccount",
    **{
        name: f"{base}/{name}"
        for base, names in {
            ACCOUNT: (
                "settlementAccount",
                "financialAccount",
                "billFormat",
                "billPresentationMedia",
                "billingCycleSpecification",
            ),
            AGREEMENT: ("agreementSpecification",),
            ROLE: ("partyRole", "partyRoleSpecification"),
            PRIVACY: (
                "partyPrivacyProfile",
                "partyPrivacyProfileSpecification",
                "partyPrivacyAgreement",
            ),
            PRODUCT: ("product",),
            TICKET: ("troubleTicket", "troubleTicketSpecification"),
            OWN: ("entitySummary",),
        }.items()
        for name in names
    },
}
ALIASES = {
    "/partyManagement/": "/party/",
    "/customerManagement/": "/customer/",
    "/partyInteraction/v5": "/partyInteractionManagement/v5",
    "/agreementManagement/": "/agreement/",
    "/accountManagement/": "/account/",
    "/partyRoleManagement/": "/partyRole/",
    "/privacyManagement/": "/privacy/",
    "/productInventory/": "/productInventoryManagement/",
    "/troubleTicket/v5": "/troubleTicketManagement/v5",
    "/customerInventory/": "/customerInventoryManagement/",
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

_SPECIFIED = {
    "name": "colour",
    "valueType": "string",
    "characteristicValueSpecification": [{"valueType": "string", "value": "red"}],
}
_ALLOWED = {
    "@type": "PartyPrivacyProfileCharacteristic",
    "privacyUsagePurpose": "marketing",
    "characterisitc": {"@type": "BooleanCharacteristic", "name": "e-mail", "value": False},
}
BODIES |= {
    "settlementAccount": {**BODIES["partyAccount"], "@type": "SettlementAccount"},
    "financialAccount": {
        "@type": "FinancialAccount",
        "name": "Receivables",
        "relatedParty": [related()],
        "accountBalance": [{"balanceType": "receivable", "amount": {"unit": "EUR", "value": 1.5}}],
    },
    "billFormat": {"@type": "BillFormat", "name": "Itemised", "description": "Every call"},
    "billPresentationMedia": {"@type": "BillPresentationMedia", "name": "E-mail"},
    "billingCycleSpecification": {
        "@type": "BillingCycleSpecification",
        "name": "Monthly on day 8",
        "frequency": "monthly",
        "paymentDueDateOffset": 14,
        "validFor": _PERIOD,
    },
    "agreementSpecification": {
        "@type": "AgreementSpecification",
        "name": "Mobile contract",
        "lifecycleStatus": "active",
        "lastUpdate": "2025-01-31T00:00:00Z",
        "specificationCharacteristic": [_SPECIFIED],
        "attachment": [{"@type": "Attachment", "attachmentType": "text", "mimeType": "text/plain"}],
    },
    "partyRole": {
        "@type": "PartyRole",
        "name": "Ada Lovelace",
        "role": "technicalContact",
        "status": "active",
        "engagedParty": party(),
        "validFor": _PERIOD,
    },
    "partyRoleSpecification": {
        "@type": "PartyRoleSpecification",
        "name": "Technical contact",
        "lifecycleStatus": "active",
        "specCharacteristic": [_SPECIFIED],
    },
    "partyPrivacyProfile": {
        "@type": "PartyPrivacyProfile",
        "name": "Marketing",
        "status": "active",
        "agreedByParty": related(role="customer"),
        "partyPrivacyProfileCharacteristic": [_ALLOWED],
        "partyPrivacyProfileSpecification": {"id": "marketing"},
    },
    "partyPrivacyProfileSpecification": {
        "@type": "PartyPrivacyProfileSpecification",
        "name": "Marketing",
        "specCharacteristic": [{**_SPECIFIED, "privacyUsagePurpose": "marketing"}],
    },
    "partyPrivacyAgreement": {
        **BODIES["agreement"],
        "@type": "PartyPrivacyAgreement",
        "partyPrivacyProfileCharacteristic": [_ALLOWED],
    },
    "product": {
        "@type": "Product",
        "name": "Unlimited",
        "status": "active",
        "startDate": "2024-01-01T00:00:00Z",
        "productCharacteristic": [
            {"@type": "StringCharacteristic", "name": "MSISDN", "value": "447700900123"}
        ],
        "productOffering": {"id": "offer-1", "name": "Unlimited"},
        "relatedParty": [related(role="customer")],
        "productPrice": [
            {"priceType": "recurring", "price": {"taxIncludedAmount": {"unit": "EUR", "value": 20}}}
        ],
        "agreementItem": [{"agreementId": "agreement-1", "agreementItemId": "1"}],
    },
    "troubleTicket": {
        "@type": "TroubleTicket",
        "description": "No dial tone",
        "severity": "major",
        "ticketType": "fault",
        "status": "inProgress",
        "creationDate": "2025-05-01T09:00:00Z",
        "relatedParty": [related(role="customer")],
        "note": [{"@type": "Note", "author": "agent 12", "text": "Line measured."}],
    },
    "troubleTicketSpecification": {
        "@type": "TroubleTicketSpecification",
        "name": "Fault",
        "specCharacteristic": [_SPECIFIED],
    },
    "entitySummary": {
        "@type": "EntitySummary",
        "kind": "customerBill",
        "owner": "billing",
        "externalIdentifier": [{"owner": "billing", "externalIdentifierType": "bill", "id": "B-7"}],
        "status": "settled",
        "amount": {"unit": "EUR", "value": 42.1},
        "relatedParty": [related(role="customer")],
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
