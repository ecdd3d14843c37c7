"""Forms: small ones, urlencoded, each field once."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from customer_inventory.kit.errors import Invalid

MEDIA = "application/x-www-form-urlencoded"
_LARGEST = 16_384
_MOST_FIELDS = 20


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of a request; raise Invalid for anything that is not a small plain one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MEDIA:
        raise Invalid(f"Send {MEDIA}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise Invalid(f"The form is over {_LARGEST} bytes.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Invalid("The form is malformed.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Invalid("A parameter is repeated.")
    return form
