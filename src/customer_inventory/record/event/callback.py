"""The guard of callback addresses: the service must not be turned against its own network.

A listener names the address it is told at. Checked when it is registered and again whenever it
is told: the name is resolved anew, every address it has must be a public one, and the connection
goes to the very address that was checked. `ipaddress.is_global` lets through addresses that lead
inside (translated, tunnelled and mapped ones), so the ranges are listed here, after the IANA
registries of special-purpose addresses (RFC 6890 and successors).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from customer_inventory.kit.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LONGEST = 2000
_RESOLVE_SECONDS = 5.0
_INNER_4 = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_OUTER_6 = ipaddress.ip_network("2000::/3")
_INNER_6 = tuple(
    ipaddress.ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


class CallbackRefused(Invalid):
    """The callback's address is none that this service may be sent to."""

    code = "callbackRefused"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, path="callback", hint=hint)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the configuration allows besides public addresses: networks, and hosts by name."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str | None) -> "Allowed":
        """Return what a list of networks, addresses and host names, joined by commas, allows."""
        networks, hosts = [], set()
        for word in filter(None, (word.strip() for word in (text or "").split(","))):
            try:
                networks.append(ipaddress.ip_network(word))
            except ValueError:
                if "/" in word:
                    raise Invalid(
                        f"CINV_CALLBACK_ALLOW holds {word!r}.",
                        hint="Give networks such as 10.1.0.0/16, or host names.",
                    ) from None
                hosts.add(word.lower().rstrip("."))
        return cls(tuple(networks), frozenset(hosts))


@dataclass(frozen=True, slots=True)
class Target:
    """A callback taken apart: where it leads, and the address that was checked."""

    parts: SplitResult
    host: str
    port: int
    address: str


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the system knows them."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in found]


async def check_callback(
    callback: str, allowed: Allowed, *, resolving: Resolve = resolve
) -> Target:
    """Return where `callback` leads; one inner address among those of its host refuses all.

    Raises CallbackRefused for anything but an http or https address of a public host.
    """
    parts, host, port = _taken_apart(callback)
    try:
        addresses = await resolving(host, port)
    except (OSError, TimeoutError, UnicodeError):
        addresses = ()
    if not addresses:
        raise CallbackRefused("The host of the callback is not known.", "Is its name right?")
    if host not in allowed.hosts and not all(is_open(text, allowed) for text in addresses):
        # Which address it was is not told: it would tell of the network inside.
        raise CallbackRefused(
            "The callback leads to an address that is not public.",
            "The operator can allow it by CINV_CALLBACK_ALLOW.",
        )
    return Target(parts, host, port, addresses[0])


def is_open(text: str, allowed: Allowed) -> bool:
    """Tell whether an address is public, or in an allowed network."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in allowed.networks):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _INNER_4)
    return address in _OUTER_6 and not any(address in network for network in _INNER_6)


def _taken_apart(callback: str) -> tuple[SplitResult, str, int]:
    if len(callback) > _LONGEST or not callback.isascii() or not callback.isprintable():
        raise CallbackRefused(
            "The callback is no address.", f"Write it in at most {_LONGEST} ASCII characters."
        )
    try:
        parts = urlsplit(callback)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise CallbackRefused("The callback is no address.") from None
    if parts.scheme not in ("http", "https") or not host or " " in callback or "\\" in callback:
        raise CallbackRefused("The callback is no http or https address.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise CallbackRefused("The callback holds a user, a password or a fragment.", "Leave out.")
    return parts, host, port or (443 if parts.scheme == "https" else 80)
