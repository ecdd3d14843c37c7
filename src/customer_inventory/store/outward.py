"""The guard of calls to the outside: the service must not be turned against its own network.

Others name addresses that we call: of listeners, of key sets. Each is checked whenever it is
called: the name is resolved anew, every address it has must be a public one, and the connection
goes to the very address that was checked. `ipaddress.is_global` lets through addresses that lead
inside (translated, tunnelled and mapped ones), so the ranges are listed here, after the IANA
registries of special-purpose addresses (RFC 6890 and successors).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from yarl import URL

from customer_inventory.kit.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LONGEST = 2000
_RESOLVE_SECONDS = 5.0
_FIRST_OPEN_PORT, _HTTP = 1024, (80, 443)
"""Below are the ports of mail, shells and the like, some of which take a request for commands."""
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


class AddressRefused(Invalid):
    """The address is none that this service may be sent to."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)


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

    def names(self, host: str, address: str) -> bool:
        """Tell whether the configuration itself allows a host or its address."""
        return host in self.hosts or any(_plain(address) in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: where it leads, and the one of the network that was checked."""

    parts: SplitResult
    host: str
    port: int
    address: str

    def url(self, path: str | None = None) -> URL:
        """Return where to connect: the checked address, with `path` instead of its own if given."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        split = (self.parts.scheme, f"{host}:{self.port}", path or self.parts.path or "/")
        return URL(urlunsplit((*split, self.parts.query, "")), encoded=True)

    @property
    def named(self) -> str:
        """The Host header: as the address has it."""
        return self.parts.netloc

    @property
    def tls_name(self) -> str | None:
        """Whose certificate it must show; None where there is no TLS."""
        return self.host if self.parts.scheme == "https" else None


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the system knows them."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in found]


async def check(url: str, allowed: Allowed, *, resolving: Resolve = resolve) -> Target:
    """Return where `url` leads; one inner address among those of its host refuses all.

    Raises AddressRefused for anything but an http or https address of a public host.
    """
    parts, host, port = _taken_apart(url)
    try:
        addresses = await resolving(host, port)
    except (OSError, TimeoutError, UnicodeError):
        addresses = ()
    if not addresses:
        raise AddressRefused("The host is not known.", "Is its name right?")
    if host not in allowed.hosts and not all(is_open(text, allowed) for text in addresses):
        # Which address it was is not told: it would tell of the network inside.
        raise AddressRefused(
            "It leads to an address that is not public.",
            "The operator can allow it by CINV_CALLBACK_ALLOW.",
        )
    if port < _FIRST_OPEN_PORT and port not in _HTTP and not allowed.names(host, addresses[0]):
        raise AddressRefused(
            "Its port is that of another service.", "Use 80, 443, or one from 1024 on."
        )
    return Target(parts, host, port, addresses[0])


def is_open(text: str, allowed: Allowed) -> bool:
    """Tell whether an address is public, or in an allowed network."""
    address = _plain(text)
    if any(address in network for network in allowed.networks):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _INNER_4)
    return address in _OUTER_6 and not any(address in network for network in _INNER_6)


def _plain(text: str) -> Address:
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _taken_apart(url: str) -> tuple[SplitResult, str, int]:
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable():
        raise AddressRefused(
            "It is no address.", f"Write it in at most {_LONGEST} ASCII characters."
        )
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise AddressRefused("It is no address.") from None
    if parts.scheme not in ("http", "https") or not host or " " in url or "\\" in url:
        raise AddressRefused("It is no http or https address.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("It holds a user, a password or a fragment.", "Leave out.")
    return parts, host, port or (443 if parts.scheme == "https" else 80)
