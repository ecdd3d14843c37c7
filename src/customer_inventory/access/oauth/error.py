"""What an authorization server answers when it gives no token (RFC 6749 section 5.2)."""

from customer_inventory.kit.errors import InventoryError

STATUS = {"invalid_client": 401}
"""HTTP status by code; any other is 400."""


class OAuthError(InventoryError):
    """A request for a token that is not granted; `code` is a word of RFC 6749."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS.get(self.code, 400)
