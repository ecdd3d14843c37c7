"""Every screen of the console; each module declares those of one subject."""

from customer_inventory.console import home, search
from customer_inventory.console.access import (
    browsing,
    emergencies,
    explaining,
    files,
    grants,
    processes,
    recertification,
    requesting,
)
from customer_inventory.console.administration.screens import ADMINISTRATION
from customer_inventory.console.audit import campaigns, desk, findings, items, rules, scores
from customer_inventory.console.capture.screens import CAPTURE
from customer_inventory.console.customers import (
    editing,
    overview,
    provenance,
    record,
    rights,
    seen,
    timeline,
)
from customer_inventory.console.facilities.screens import FACILITIES
from customer_inventory.console.requirements.screens import REQUIREMENTS
from customer_inventory.console.screen import Screen
from customer_inventory.console.usage.screens import USAGE

SCREENS: tuple[Screen, ...] = (
    *home.SCREENS,
    *search.SCREENS,
    *processes.SCREENS,
    *requesting.SCREENS,
    *grants.SCREENS,
    *overview.SCREENS,
    *timeline.SCREENS,
    *seen.SCREENS,
    *rights.SCREENS,
    *record.SCREENS,
    *editing.SCREENS,
    *provenance.SCREENS,
    *recertification.SCREENS,
    *files.SCREENS,
    *emergencies.SCREENS,
    *browsing.SCREENS,
    *explaining.SCREENS,
    *scores.SCREENS,
    *findings.SCREENS,
    *campaigns.SCREENS,
    *desk.SCREENS,
    *items.SCREENS,
    *rules.SCREENS,
    *CAPTURE,
    *REQUIREMENTS,
    *FACILITIES,
    *USAGE,
    *ADMINISTRATION,
)
