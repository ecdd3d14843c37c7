"""Where the broker of a stream is, and by what it lets us in.

`url`, or where that stands (`env`, `file`); `user` and `password`, which stands in a variable of
the environment (`env`) or a file, never here; `mechanism` of SASL (Kafka); `credentials`, a file of
NATS; `tls`: `true`, or the certificates to trust (`ca`), our own (`certificate`) and its `key`.
Files are looked for beside the stream file. What is secret is read once, and shown nowhere.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from customer_inventory.kit.located import Value, nearest

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

SCHEMES = ("nats", "kafka", "amqp", "amqps")
_PLACES = ("url", "env", "file")
_KEYS = (*_PLACES, "user", "password", "mechanism", "credentials", "tls")
_TLS = ("ca", "certificate", "key")
_NAMES_NOBODY = (("kafka", False), ("kafka", True), ("nats", True))
"""Protocols, and whether encrypted, whose addresses may not name a user."""


Context = TypeVar("Context", bound=ssl.SSLContext)


@dataclass(frozen=True)
class Tls:
    """How a connection is encrypted: whom to trust (None: whom the system does), and who we are."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self, kind: type[Context]) -> Context:
        """Return one of `kind`; raise OSError for files that hold no certificates.

        Read at every connection, so that certificates can be changed.
        """
        context = kind(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca:
            context.load_verify_locations(self.ca)
        else:
            context.load_default_certs()
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True)
class Address:
    """The address of a broker, with what it is told; `tls` is None where it is not encrypted."""

    url: str = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: Mechanism = "SCRAM-SHA-512"
    credentials: Path | None = None
    tls: Tls | None = None

    @property
    def scheme(self) -> str:
        """The protocol: the beginning of the address."""
        return urlsplit(self.url).scheme

    @property
    def hosts(self) -> str:
        """Hosts and ports, by commas."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def __str__(self) -> str:
        """Return the address without what is secret."""
        return f"{self.scheme}://{self.hosts}"


def address_of(value: Value, folder: Path) -> Address:
    """Return the address that `value` declares; files of it may lie in `folder`.

    Raises FileError when it is wrong, or what it names is not there.
    """
    members = value.only(*_KEYS)
    if len([name for name in _PLACES if name in members]) != 1:
        raise value.wrong("needs one of url, env and file.")
    [(place, given)] = [each for each in members.items() if each[0] in _PLACES]
    url = given.text() if place == "url" else _secret(place, given, folder)
    scheme = _scheme(given, url, members)
    if ("user" in members) != ("password" in members):
        raise value.wrong("needs user and password together.")
    is_encrypted = "tls" in members or scheme == "amqps"
    return Address(
        url,
        user=members["user"].text() if "user" in members else None,
        password=_password(members["password"], folder) if "password" in members else None,
        mechanism=_mechanism(members.get("mechanism")),
        credentials=_file(members["credentials"], folder) if "credentials" in members else None,
        tls=_tls(members.get("tls"), folder) if is_encrypted else None,
    )


def _scheme(given: Value, url: str, members: Mapping[str, Value]) -> str:
    """Return the protocol of `url`; raise FileError when it is none, or the members are others'."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise given.wrong("is no address of a known broker.", hint=f"Known: {known}.")
    # Over NATS the client would name it to a server that does not encrypt.
    if "@" in urlsplit(url).netloc and (scheme, "tls" in members) in _NAMES_NOBODY:
        raise given.wrong("names a user.", hint="Give user and password beside it.")
    for name, only in (("mechanism", "kafka"), ("credentials", "nats")):
        if name in members and scheme != only:
            raise members[name].wrong(f"belongs to {only}:// only.")
    return scheme


def _secret(place: str, given: Value, folder: Path) -> str:
    if place == "env":
        secret = os.environ.get(given.text(), "")
        if not secret:
            raise given.wrong("names a variable of the environment that is not set.")
        return secret.strip()
    try:
        return (folder / given.text()).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise given.wrong("names a file that cannot be read.") from None


def _password(value: Value, folder: Path) -> str:
    if not value.is_object:
        raise value.wrong("is secret.", hint="Say where it stands: {env: NAME} or {file: PATH}.")
    members = value.only("env", "file")
    if len(members) != 1:
        raise value.wrong("needs one of env and file.")
    [(place, given)] = members.items()
    return _secret(place, given, folder)


def _mechanism(value: Value | None) -> Mechanism:
    word = value.text() if value else Address.mechanism
    for known in get_args(Mechanism):
        if word == known:
            return known  # type: ignore[no-any-return]
    assert value is not None  # noqa: S101 - the default is known
    words = get_args(Mechanism)
    raise value.wrong(f"must be one of {', '.join(words)}.{nearest(word, words)}")


def _file(value: Value, folder: Path) -> Path:
    path = folder / value.text()
    if not os.access(path, os.R_OK):
        raise value.wrong("names a file that cannot be read.")
    return path


def _tls(value: Value | None, folder: Path) -> Tls:
    if value is None or (not value.is_object and value.scalar() is True):
        return Tls()
    members = value.only(*_TLS)
    if ("certificate" in members) != ("key" in members):
        raise value.wrong("needs certificate and key together.")
    tls = Tls(**{name: _file(each, folder) for name, each in members.items()})
    try:
        tls.context(ssl.SSLContext)
    except OSError:  # also what ssl raises
        raise value.wrong("names files that hold no certificates, or the key of another.") from None
    return tls
