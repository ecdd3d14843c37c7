"""Which media types an attachment may have, and whether content is of the type it says."""

import filetype

from customer_inventory.kit.errors import Invalid

MEDIA_TYPES = (
    "application/pdf",
    "application/json",
    "application/xml",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "audio/mpeg",
    "audio/x-wav",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "message/rfc822",
    "text/csv",
    "text/plain",
)
"""What is taken: documents, scans, recordings, mail. Nothing that a browser would run."""

_PLAIN = frozenset(
    ("application/json", "application/xml", "message/rfc822", "text/csv", "text/plain")
)
_ZIPPED = frozenset(name for name in MEDIA_TYPES if "openxml" in name) | {"application/zip"}


def check(media_type: str, content: bytes) -> str:
    """Return `media_type` if it is taken and `content` begins as files of it do.

    Raises Invalid otherwise.
    """
    if media_type not in MEDIA_TYPES:
        raise Invalid(
            "is no media type that is taken.",
            path="Content-Type",
            hint=f"Send one of {', '.join(MEDIA_TYPES)}.",
        )
    seen = filetype.guess_mime(content[:8192]) if content else None
    if media_type in _PLAIN:
        fits = seen is None and b"\x00" not in content
    elif media_type in _ZIPPED:
        fits = seen in _ZIPPED
    else:
        fits = seen == media_type
    if not fits:
        raise Invalid(
            f"The content is not {media_type}.", path="Content-Type", hint="Send the type it has."
        )
    return media_type
