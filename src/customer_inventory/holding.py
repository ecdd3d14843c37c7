"""Where the rooms hold data of subjects, and what erases and retains it: wired over all rooms."""

from customer_inventory.access.download import subject as download_subject
from customer_inventory.access.download.source import Find
from customer_inventory.access.log import subject as ledger_subject
from customer_inventory.access.log.house import sealer_of
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.statement import AUDIT, ERASURE, signing
from customer_inventory.audit import subject as audit_subject
from customer_inventory.audit.campaign import subject as campaign_subject
from customer_inventory.audit.campaign.campaigns import Campaigns
from customer_inventory.capture import subject as capture_subject
from customer_inventory.capture.matching import subject as matching_subject
from customer_inventory.capture.reconcile import subject as reconcile_subject
from customer_inventory.facilities import subject as facilities_subject
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly import subject as monthly_subject
from customer_inventory.record.attachment.attachment import Attachments
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.record.retention.run import Retainer
from customer_inventory.record.subject import own as record_subject
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.holder import Holders
from customer_inventory.requirements import subject as requirements_subject
from customer_inventory.shortcomings import subject as shortcoming_subject
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe
from customer_inventory.usage import subject as usage_subject


def attachments_of(database: Database, settings: Settings) -> Attachments:
    """Return the attachments of `database`; their key is made at the first use."""
    return Attachments(database, Safe.kept_in(settings.home), most=settings.max_attachment_bytes)


def holders_of(database: Database, settings: Settings) -> Holders:
    """Return where the rooms hold data of subjects, in the order in which it is erased.

    Refused rows come first: they are searched for what the records still tell.
    """
    return Holders(
        (
            *capture_subject.HOLDERS,
            *matching_subject.HOLDERS,
            *audit_subject.HOLDERS,
            *reconcile_subject.HOLDERS,
            *campaign_subject.HOLDERS,
            *usage_subject.HOLDERS,
            *shortcoming_subject.HOLDERS,
            *record_subject.holders(lambda: attachments_of(database, settings)),
            *download_subject.holders(settings.home),
            *ledger_subject.holders(lambda: sealer_of(database, settings)),
        ),
        {
            **record_subject.EXPLAINED,
            **capture_subject.EXPLAINED,
            **matching_subject.EXPLAINED,
            **audit_subject.EXPLAINED,
            **reconcile_subject.EXPLAINED,
            **ledger_subject.EXPLAINED,
            **download_subject.EXPLAINED,
            **requirements_subject.EXPLAINED,
            **usage_subject.EXPLAINED,
            **shortcoming_subject.EXPLAINED,
            **monthly_subject.EXPLAINED,
            **facilities_subject.EXPLAINED,
        },
    )


def eraser_of(database: Database, settings: Settings) -> Eraser:
    """Return what erases subjects from `database`; its certificates bear the ledger's signature."""
    return Eraser(
        database,
        holders_of(database, settings),
        policy_of(settings.retention),
        sign=signing(ERASURE, lambda: Signer.kept_in(settings.home)),
    )


def campaigns_of(
    database: Database, settings: Settings, *, inventory: Inventory, find: Find
) -> Campaigns:
    """Return the audit campaigns of `database`; certificates bear the ledger's signature."""
    return Campaigns(
        database,
        inventory,
        attachments_of(database, settings),
        find,
        signing(AUDIT, lambda: Signer.kept_in(settings.home)),
    )


def audit_key(settings: Settings) -> bytes:
    """Return the public key by which certificates of this inventory are verified."""
    return Signer.kept_in(settings.home).public


def retainer_of(database: Database, settings: Settings) -> Retainer:
    """Return what removes from `database` what is past its time, by the policy of `settings`."""
    holders = record_subject.holders(lambda: attachments_of(database, settings))
    return Retainer(database, policy_of(settings.retention), holders)
