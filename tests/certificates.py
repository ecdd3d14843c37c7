"""Certificates of an authority of our own: for servers on 127.0.0.1, and for clients."""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from customer_inventory.kit.clock import now


class Certificates(NamedTuple):
    """Files: the authority, and a certificate of it with its key."""

    ca: Path
    certificate: Path
    key: Path


def made_in(folder: Path) -> Certificates:
    """Make an authority and a certificate for 127.0.0.1."""
    folder.mkdir(exist_ok=True)
    files = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _name("tests")
    authority = _signed(root, root, root_key.public_key(), root_key, is_authority=True)
    certificate = _signed(_name("127.0.0.1"), root, key.public_key(), root_key)
    files.ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool = False,
) -> x509.Certificate:
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    )
    if not is_authority:
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        built = built.add_extension(x509.SubjectAlternativeName([here]), critical=False)
    return built.sign(by, hashes.SHA256())
