"""Mail reaches a real SMTP server, encrypted, and no failure reveals an address or a password."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keydesk.directory.assembly import ClaimsDirectory
from keydesk.directory.static import StaticDirectory
from keydesk.notices.addresses import Addresses
from keydesk.notices.channels.mail import Mail
from keydesk.notices.messages import DeliveryError, Failure
from keydesk.notices.people_store import Choices, PeopleStore
from keydesk.settings import DirectoryPerson
from keydesk.settings.notices import MailChannel
from keydesk.storage.database import Database
from keydesk.web.notices.messages import Messages
from tests.support.peers.smtp import MailServer, mail_server
from tests.unit.notices.conftest import BOB, JANE, batch_of, stored

pytestmark = pytest.mark.anyio
RENDER = Messages("https://keys.example.com", "Europe/Berlin")
PASSWORD = "mail-password-0123456789"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@asynccontextmanager
async def mail_to(server: MailServer, database: Database, **settings: object) -> AsyncIterator[Mail]:
    people = [DirectoryPerson(ref=JANE, email="jane@example.com"), DirectoryPerson(ref=BOB)]
    addresses = Addresses(StaticDirectory(people), PeopleStore(database), from_claims=False)
    values = {"host": "localhost", "port": server.port, "sender": "keydesk@example.com", "security": "none"}
    mail = Mail(MailChannel.model_validate(values | settings), addresses, timeout_seconds=5)
    try:
        yield mail
    finally:
        await mail.aclose()


async def send(mail: Mail, recipient: str = JANE) -> None:
    batch = batch_of(stored(subject="key_a"), recipient=recipient)
    await mail.send(batch, RENDER.notices(batch, "en"))


async def failure(mail: Mail, recipient: str = JANE) -> Failure:
    with pytest.raises(DeliveryError) as caught:
        await send(mail, recipient)
    assert PASSWORD not in repr(caught.value)
    return caught.value.failure


async def test_a_message_has_text_html_and_a_lasting_id(server: MailServer, database: Database) -> None:
    async with mail_to(server, database) as mail:
        await send(mail)
        await send(mail)

    first, second = server.mailbox.mails
    assert first["To"] == "jane@example.com"
    assert first["From"] == "Keydesk <keydesk@example.com>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == second["Message-ID"] == "<0123456789abcdef0123456789abcdef@example.com>"
    text, html = (part.get_content() for part in first.iter_parts())
    assert "https://keys.example.com/keys/key_a" in text
    assert '<a href="https://keys.example.com/keys/key_a">' in html


async def test_a_person_without_an_address_gets_no_mail(server: MailServer, database: Database) -> None:
    async with mail_to(server, database) as mail:
        assert await failure(mail, BOB) is Failure.NO_ADDRESS
        assert await failure(mail, "user:default/stranger") is Failure.NO_ADDRESS
    assert server.mailbox.mails == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("550 no such user", Failure.REJECTED), ("451 try again later", Failure.DEFERRED)],
)
async def test_a_refused_recipient_does_not_stop_the_channel(
    server: MailServer, database: Database, answer: str, expected: Failure
) -> None:
    async with mail_to(server, database) as mail:
        server.mailbox.answers["jane@example.com"] = answer
        assert await failure(mail) is expected
        assert not DeliveryError(expected).stops_channel
        server.mailbox.answers.clear()
        await send(mail)
    assert len(server.mailbox.mails) == 1


async def test_a_server_that_is_away_stops_the_channel(server: MailServer, database: Database) -> None:
    async with mail_to(server, database) as mail:
        await send(mail)
        await asyncio.to_thread(server.stop)
        found = await failure(mail)
        assert found is Failure.UNREACHABLE
        assert DeliveryError(found).stops_channel
        server.start()
        await send(mail)
    assert len(server.mailbox.mails) == 2


async def test_a_server_without_encryption_gets_nothing(server: MailServer, database: Database) -> None:
    login = {"security": "starttls", "username": "keydesk", "password": PASSWORD}
    async with mail_to(server, database, **login) as mail:
        assert await failure(mail) is Failure.NOT_ENCRYPTED
    assert server.mailbox.mails == []


async def test_starttls_protects_the_password(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    login = {"security": "starttls", "username": "keydesk", "password": PASSWORD}
    with mail_server(context=context, password=PASSWORD) as server:
        async with mail_to(server, database, **login) as mail:
            assert await failure(mail) is Failure.UNREACHABLE, "the certificate is not trusted yet"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with mail_to(server, database, **login) as mail:
            await send(mail)
        async with mail_to(server, database, **login | {"password": "wrong"}) as mail:
            assert await failure(mail) is Failure.CREDENTIAL_REFUSED
    assert len(server.mailbox.mails) == 1


async def test_with_claims_only_the_confirmed_address_is_used(database: Database) -> None:
    people = PeopleStore(database)
    addresses = Addresses(ClaimsDirectory(), people, from_claims=True)
    with pytest.raises(DeliveryError) as caught:
        await addresses.of(JANE)
    assert caught.value.failure is Failure.NO_ADDRESS
    await people.save(JANE, Choices("en", {}, "jane@example.com"))
    assert await addresses.of(JANE) == "jane@example.com"

    with pytest.raises(DeliveryError) as caught:
        await Addresses(ClaimsDirectory(), people, from_claims=False).of(JANE)
    assert caught.value.failure is Failure.DEFERRED


def certificate_in(folder: Path) -> Path:
    """Write a key and a self-signed certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    hosts = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(hosts, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
