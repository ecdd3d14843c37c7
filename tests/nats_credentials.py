"""Credentials of NATS: an operator, an account and a user of it, as its JWTs say it.

https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt
"""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nkeys

from customer_inventory.kit.clock import now

_UNLIMITED = dict.fromkeys(
    ("subs", "data", "payload", "imports", "exports", "conn", "leaf", "mem_storage",
     "disk_storage", "streams", "consumer"),
    -1,
)  # fmt: skip


class Credentials(NamedTuple):
    """Files: what configures the server, and what lets a client in."""

    server: Path
    client: Path


def made_in(folder: Path) -> Credentials:
    """Make a server's configuration, in which one user may do everything, and its credentials."""
    folder.mkdir()
    operator, system, account, user = (
        nkeys.from_seed(bytearray(nkeys.encode_seed(os.urandom(32), prefix)))
        for prefix in (
            nkeys.PREFIX_BYTE_OPERATOR,
            nkeys.PREFIX_BYTE_ACCOUNT,
            nkeys.PREFIX_BYTE_ACCOUNT,
            nkeys.PREFIX_BYTE_USER,
        )
    )
    limits = {"limits": {**_UNLIMITED, "wildcards": True}, "default_permissions": {"pub": {}}}
    everything = {"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1}
    files = Credentials(folder / "nats.conf", folder / "user.creds")
    files.server.write_text(
        f"operator: {_token(operator, operator, 'operator', {})}\n"
        f"system_account: {system.public_key.decode()}\nresolver: MEMORY\nresolver_preload: {{\n"
        f"  {system.public_key.decode()}: {_token(operator, system, 'account', {})}\n"
        f"  {account.public_key.decode()}: {_token(operator, account, 'account', limits)}\n}}\n"
    )
    files.client.write_text(
        "-----BEGIN NATS USER JWT-----\n"
        f"{_token(account, user, 'user', everything)}\n"
        "------END NATS USER JWT------\n\n"
        "-----BEGIN USER NKEY SEED-----\n"
        f"{user.seed.decode()}\n"
        "------END USER NKEY SEED------\n"
    )
    return files


def _token(issuer: Any, subject: Any, kind: str, nats: Mapping[str, Any]) -> str:
    """Return what `issuer` signs of `subject`."""
    claims = {
        "jti": base64.b32encode(os.urandom(32)).decode().rstrip("="),
        "iat": int(now().timestamp()),
        "iss": issuer.public_key.decode(),
        "name": kind,
        "sub": subject.public_key.decode(),
        "nats": {**nats, "type": kind, "version": 2},
    }
    said = f"{_part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_part(claims)}"
    return f"{said}.{_text(issuer.sign(said.encode()))}"


def _part(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
