"""Where each record type is served: the TM Forum API whose resource it is, in version 5."""

from collections.abc import Mapping

_ROOT = "/tmf-api"
PLACES: Mapping[str, str] = {
    name: f"{_ROOT}/{base}/v5/{name}"
    for base, names in {
        "partyManagement": ("individual", "organization"),
        "customerManagement": ("customer",),
        "partyInteraction": ("partyInteraction",),
        "agreementManagement": ("agreement", "agreementSpecification"),
        "accountManagement": (
            "partyAccount", "billingAccount", "settlementAccount", "financialAccount", "billFormat",
            "billPresentationMedia", "billingCycleSpecification",
        ),
        "partyRoleManagement": ("partyRole", "partyRoleSpecification"),
        "privacyManagement": (
            "partyPrivacyProfile", "partyPrivacyProfileSpecification", "partyPrivacyAgreement",
        ),
        "productInventory": ("product",),
        "troubleTicket": ("troubleTicket", "troubleTicketSpecification"),
        "customerInventory": ("entitySummary",),
    }.items()
    for name in names
}  # fmt: skip
CUSTOMER_360 = f"{_ROOT}/customer360/v5/customer360"


def place_of(kind: str) -> str:
    """Return the path of a record type's list; types that the register declared are our own."""
    return PLACES.get(kind) or f"{_ROOT}/customerInventory/v5/{kind}"
