"""Forms: small ones, urlencoded, each field once."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from customer_inventory.kit.errors import Invalid

MEDIA = "application/x-www-form-urlencoded"
_LARGEST = 16_384
_MOST_FIELDS = 20
_MOST_TYPED = 500


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of a request; raise Invalid for anything that is not a small plain one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise Invalid(f"The form is over {_LARGEST} bytes.")
    return parsed(request.headers.get("content-type", ""), body, most=_MOST_FIELDS)


def parsed(media: str, body: bytes, *, most: int = _MOST_TYPED) -> dict[str, str]:
    """Return the fields of a form; raise Invalid for anything that is not a plain one.

    `most` is how many fields it may have. Line ends come as browsers send them, and leave plain.
    """
    if media.partition(";")[0].strip().lower() != MEDIA:
        raise Invalid(f"Send {MEDIA}.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=most,
            errors="strict",
        )
    except ValueError:
        raise Invalid("The form is malformed.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Invalid("A parameter is repeated.")
    return {name: value.replace("\r\n", "\n") for name, value in form.items()}
