"""TMF644 Privacy Management. What parties allow, and by which agreement."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF644",
    title="Privacy Management",
    prefix="privacyManagement",
    resources=("partyPrivacyProfile", "partyPrivacyProfileSpecification", "partyPrivacyAgreement"),
    aliases=("privacy",),
)
