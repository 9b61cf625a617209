"""The harness's own certificate authority: one per run directory, trusted by nobody else.

A bundle that holds only this CA rejects every real host, and loads eight times faster than the public bundle.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """`ca` is the bundle to trust (our CA alone); `leaf` holds the private key and the chain, readable by the owner only."""

    ca: Path
    leaf: Path


def issue(directory: Path, hosts: Iterable[str]) -> Certificates:
    """Write ca.pem and leaf.pem for `hosts` and the loopback names; reuse those that already cover them.

    Reuse matters: a fake that restarts within a run must be trusted by roles that loaded the bundle before.
    """
    names = tuple(dict.fromkeys([*hosts, *LOCAL_NAMES]))
    found = Certificates(ca=directory / "ca.pem", leaf=directory / "leaf.pem")
    if _covers(found, names):
        return found
    directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="harness", organization_unit_name="test traffic only")
    leaf = authority.issue_cert(*names)
    _write(found.leaf, b"".join([leaf.private_key_pem.bytes(), *(pem.bytes() for pem in leaf.cert_chain_pems)]), 0o600)
    _write(found.ca, authority.cert_pem.bytes(), 0o644)
    return found


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """A TLS context that speaks HTTP/1.1 only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.leaf)
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = 0  # nobody resumes a session here; a ticket costs the client a read it does not expect
    return context


def stranger_context(hosts: Iterable[str]) -> ssl.SSLContext:
    """As `server_context`, with a certificate of the same names by an authority that nobody trusts."""
    leaf = trustme.CA(organization_name="nobody", organization_unit_name="test traffic only").issue_cert(
        *dict.fromkeys([*hosts, *LOCAL_NAMES])
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = 0
    return context


def _covers(found: Certificates, names: tuple[str, ...]) -> bool:
    try:
        if not found.ca.exists():
            return False
        certificate = x509.load_pem_x509_certificate(
            b"-----BEGIN CERTIFICATE-----" + found.leaf.read_bytes().split(b"-----BEGIN CERTIFICATE-----")[1]
        )
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        covered = {str(name.value) for name in alternatives}
        issuer = x509.load_pem_x509_certificate(found.ca.read_bytes())
        certificate.verify_directly_issued_by(issuer)
        return set(names) <= covered
    except (OSError, ValueError, IndexError, TypeError, x509.ExtensionNotFound, InvalidSignature):
        return False


def _write(path: Path, data: bytes, mode: int) -> None:
    staged = path.with_name(path.name + ".new")
    staged.unlink(missing_ok=True)
    staged.touch(mode=mode)
    staged.write_bytes(data)
    staged.replace(path)
