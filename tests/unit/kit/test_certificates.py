"""Outgoing connections trust the certificates that the environment names."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keydesk.kit.certificates import CertificatesError, trusted_certificates


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    trusted_certificates.cache_clear()
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    yield monkeypatch
    trusted_certificates.cache_clear()


def certificate(name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    signed = (
        builder.not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return signed.public_bytes(serialization.Encoding.PEM)


def test_a_company_can_use_its_own_authority(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate("Example Corp CA"))
    environment.setenv("SSL_CERT_FILE", str(file))
    (found,) = trusted_certificates().get_ca_certs()
    assert found["subject"] == ((("commonName", "Example Corp CA"),),)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_certificates_is_an_error(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    environment.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(CertificatesError, match="SSL_CERT_FILE"):
        trusted_certificates()
