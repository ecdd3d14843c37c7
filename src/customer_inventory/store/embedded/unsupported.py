"""The embedded server's place on a platform where it does not run."""

from customer_inventory.kit.errors import Unavailable


class EmbeddedServer:
    """Says that there is no embedded server here, and what to use instead."""

    def __init__(self, *_: object, **__: object) -> None:
        raise Unavailable(
            "The embedded PostgreSQL does not run on Windows.",
            hint="Set CINV_DATABASE_URL to another PostgreSQL (16 or newer).",
        )
