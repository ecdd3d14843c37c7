"""The certificate of a campaign: its statement, signed with the key of the ledger.

As a page (HTML) or as a document (PDF) it carries the statement itself, so that whoever has the
file can check it: by `read` what it says is taken out, and by `check` the signature, and that the
file shows nothing else.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Literal

from customer_inventory.access.log.statement import AUDIT, is_signed
from customer_inventory.audit.campaign import certificate_pdf
from customer_inventory.audit.campaign.wording import heading, parts
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.template import template
from customer_inventory.record.document import encode_sorted, parse_object
from customer_inventory.record.subject.certificate import Sign, digest

Form = Literal["json", "html", "pdf"]
MEDIA: Mapping[Form, str] = {
    "json": "application/json",
    "html": "text/html",
    "pdf": "application/pdf",
}
MARK = "cinv-audit-certificate:"
"""Before the statement in a file, in base64."""

LARGEST = 4_000_000
_CARRIED = re.compile(MARK.encode() + rb"([A-Za-z0-9+/=]+)")


def signed(statement: Mapping[str, Any], sign: Sign) -> dict[str, Any]:
    """Return a statement with when it was issued, its digest and its signature."""
    told = {**statement, "issuedAt": now().isoformat()}
    sha256 = digest(told)
    return {**told, "sha256": sha256, "signature": dict(sign(sha256))}


def written(certificate: Mapping[str, Any], form: Form) -> bytes:
    """Return a certificate as a file; raise Unavailable for PDF where it cannot be made."""
    if form == "json":
        return encode_sorted(dict(certificate))
    if form == "html":
        text = template(__package__, "certificate.html").render(
            told=certificate,
            heading=heading(certificate),
            parts=list(parts(certificate)),
            carried=_carried(certificate),
        )
        return f"{text}\n".encode()
    return certificate_pdf.written(certificate, _carried(certificate))


def read(content: bytes) -> dict[str, Any]:
    """Return the certificate that a file carries; raise Invalid for a file that carries none."""
    if len(content) > LARGEST:
        raise Invalid("is larger than a certificate is.", path="file")
    found = _CARRIED.search(content)
    try:
        told = parse_object(base64.b64decode(found[1], validate=True) if found else content)
    except (ValueError, Invalid):
        told = {}
    if not isinstance(told.get("signature"), dict) or not isinstance(told.get("sha256"), str):
        raise Invalid(
            "is no certificate of an audit campaign.",
            path="file",
            hint="Give the file as `cinv audit campaign certificate` wrote it.",
        )
    return told


def check(content: bytes, public: bytes) -> list[str]:
    """Return what is wrong with the certificate that a file carries, nothing when all is right.

    Checked are its digest, its signature by the key `public`, and that the file shows what it
    carries. Raises as `read` does.
    """
    told = read(content)
    faults = []
    if digest(told) != told["sha256"]:
        faults.append("What it says is not what was signed.")
    if not is_signed(AUDIT, told["sha256"], told["signature"], public):
        faults.append("It is not signed by this key.")
    if not faults and not _shows(content, told):
        faults.append("What is signed is unchanged, but the file shows something else beside it.")
    return faults


def _shows(content: bytes, told: Mapping[str, Any]) -> bool:
    if content.startswith(b"%PDF"):
        return content == written(told, "pdf")
    if _CARRIED.search(content):
        return content.strip() == written(told, "html").strip()
    return True


def _carried(certificate: Mapping[str, Any]) -> str:
    return MARK + base64.b64encode(encode_sorted(dict(certificate))).decode()
