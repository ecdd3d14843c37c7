"""Every route of the management API; each module declares those of one subject."""

from customer_inventory.api import (
    attachment,
    explanation,
    export_job,
    grant,
    hierarchy,
    identity,
    process,
    provenance,
    record_type,
    restriction,
    schema,
    search,
    seen_by,
    subject,
    subject_package,
    subscription,
    trust,
)
from customer_inventory.api.route import Route

ROUTES: tuple[Route, ...] = (
    *record_type.ROUTES,
    *process.ROUTES,
    *grant.ROUTES,
    *schema.ROUTES,
    *search.ROUTES,
    *seen_by.ROUTES,
    *explanation.ROUTES,
    *hierarchy.ROUTES,
    *provenance.ROUTES,
    *subscription.ROUTES,
    *attachment.ROUTES,
    *export_job.ROUTES,
    *identity.ROUTES,
    *trust.ROUTES,
    *subject.ROUTES,
    *restriction.ROUTES,
    *subject_package.ROUTES,
)
