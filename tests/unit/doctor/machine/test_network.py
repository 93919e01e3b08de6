"""What stands between a machine and a server: nothing, a proxy, another certificate, or a wrong clock."""

import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keydesk.doctor.finding import Finding, State
from keydesk.doctor.machine.network import check_authorities, check_server
from keydesk.kit.certificates import trusted_certificates
from keydesk.kit.clock import utc_now
from tests.support.peers.handlers import served

pytestmark = pytest.mark.anyio
NOWHERE = "http://127.0.0.1:1/"
Serving = Callable[[str], str]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/away" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    trusted_certificates.cache_clear()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    yield monkeypatch
    trusted_certificates.cache_clear()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Starts an HTTPS server whose certificate, from the issuer with this name, is in the file `ca.pem`."""
    with ExitStack() as servers:

        def serve(issuer: str) -> str:
            file = tmp_path / "ca.pem"
            file.write_bytes(certificate(issuer))
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(file)
            return f"{servers.enter_context(served(Handler, tls))}/"

        yield serve


@pytest.fixture
def plain() -> Iterator[str]:
    with served(Handler) as url:
        yield f"{url}/"


def certificate(issuer: str) -> bytes:
    """Return a key and a certificate of its own for localhost."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, issuer)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = (
        builder.not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + signed.public_bytes(serialization.Encoding.PEM)


async def found_at(url: str, ahead: float = 0) -> dict[str, Finding]:
    _, findings = await check_server("gateway", url, lambda: utc_now() + dt.timedelta(seconds=ahead))
    return {each.check: each for each in findings}


async def test_a_server_that_answers(plain: str) -> None:
    found = await found_at(plain)
    assert {name: each.state for name, each in found.items()} == {
        "gateway": State.OK,
        "gateway clock": State.OK,
    }
    assert (await found_at(f"{plain}away"))["gateway"].state is State.FAILED


@pytest.mark.parametrize(("ahead", "state"), [(-9, State.WARNING), (3600, State.FAILED)])
async def test_a_clock_that_is_wrong(plain: str, ahead: float, state: State) -> None:
    assert (await found_at(plain, ahead))["gateway clock"].state is state


async def test_a_server_that_is_away() -> None:
    found = (await found_at(NOWHERE))["gateway"]
    assert (found.state, "nothing listens on 127.0.0.1:1" in found.detail) == (State.FAILED, True)
    assert "curl -i" in str(found.remedy)


async def test_a_proxy_that_does_not_work(plain: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTP_PROXY", "http://jane:canary@127.0.0.1:1")
    found = (await found_at(plain))["gateway"]
    assert "through the proxy in HTTP_PROXY fails" in found.detail
    assert 'NO_PROXY="$NO_PROXY,127.0.0.1"' in str(found.remedy)
    assert "canary" not in str(found)


async def test_a_proxy_that_works(plain: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ALL_PROXY", plain)
    assert (await found_at("http://llm.example.com/"))["gateway proxy"].detail.endswith("ALL_PROXY")
    environment.setenv("NO_PROXY", "127.0.0.1")
    assert "gateway proxy" not in await found_at(plain)


async def test_a_certificate_that_is_not_trusted(serving: Serving) -> None:
    found = (await found_at(serving("Example Corp")))["gateway"]
    assert (found.state, "is not trusted" in found.detail) == (State.FAILED, True)
    assert "SSL_CERT_FILE=" in str(found.remedy)


@pytest.mark.parametrize(("issuer", "state"), [("Example Corp", State.OK), ("Zscaler Inc.", State.WARNING)])
async def test_who_issued_the_certificate(
    serving: Serving, tmp_path: Path, environment: pytest.MonkeyPatch, issuer: str, state: State
) -> None:
    url = serving(issuer)
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    found = (await found_at(url))["gateway certificate"]
    assert (found.state, issuer in found.detail) == (state, True)


def test_node_does_not_know_the_authorities_of_python() -> None:
    (found,) = check_authorities({"SSL_CERT_FILE": "ca.pem"})
    assert "NODE_EXTRA_CA_CERTS" in str(found.remedy)
    assert check_authorities({"SSL_CERT_FILE": "ca.pem", "NODE_EXTRA_CA_CERTS": "ca.pem"}) == []
    assert check_authorities({}) == []
