"""Checks the channels of notices without sending anything: the connections, the login at the mail server, and tests."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from anyio import Path

from keydesk.container.notices import build_notices
from keydesk.container.resources import Resources
from keydesk.doctor.connection import why_unreachable
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.notices.messages import DeliveryError, Failure
from keydesk.notices.service import Notices
from keydesk.storage.database import STORAGE_FAILURES, Database

_WEBHOOKS = ("webhook", "slack", "teams")
_REMEDIES = {
    Failure.UNREACHABLE: "Set notices.mail.host and port to the SMTP server, and check its certificate.",
    Failure.TIMED_OUT: "Check that a firewall lets this machine connect to notices.mail.host and port.",
    Failure.NOT_ENCRYPTED: "Set notices.mail.security to tls, or to a port of the server that supports STARTTLS.",
    Failure.CREDENTIAL_REFUSED: "Set notices.mail.username and password to an account that may send as the sender.",
}


async def check_notices(resources: Resources) -> AsyncIterator[Finding]:
    """Yield a finding for each channel, and for channels that send nothing because nobody has tested them."""
    settings = resources.settings
    if not settings.notices.has_channels:
        yield skipped("notices", "not used: no channel is configured")
        return
    notices = build_notices(resources)
    if settings.notices.mail is not None:
        yield await _mail(notices)
    for name in _WEBHOOKS:
        if (channel := getattr(settings.notices, name)) is not None:
            yield await _webhook(name, channel.url.get_secret_value())
    yield await _confirmed(notices, resources.database)
    if settings.portal.base_url is None:
        remedy = "Set portal.baseUrl to the address of the portal."
        yield warning("notices links", "messages have no links without portal.baseUrl", remedy)


async def _mail(notices: Notices) -> Finding:
    (mail,) = (channel for channel in notices.build_channels() if channel.name == "mail")
    try:
        await mail.check()
    except DeliveryError as error:
        remedy = _REMEDIES.get(error.failure, "Check the log of the SMTP server.")
        return failed("notices mail", f"the SMTP server cannot be used ({error.failure})", remedy)
    finally:
        await mail.aclose()
    return ok("notices mail", "the SMTP server accepts the connection and the login")


async def _webhook(name: str, url: str) -> Finding:
    """Check the connection only: the path of the URL is a secret, and a request would post a message."""
    parts = urlsplit(url)
    why = await why_unreachable(f"{parts.scheme}://{parts.netloc}")
    if why is not None:
        return failed(f"notices {name}", why, f"Correct notices.{name}.url, or start the server.")
    return ok(f"notices {name}", f"{parts.netloc} accepts connections")


async def _confirmed(notices: Notices, database: Database) -> Finding:
    if database.file is not None and not await Path(database.file).exists():
        # Reading would create the file.
        return skipped("notices confirmed", "could not be checked before the first start")
    try:
        confirmed = await notices.sender.confirmed()
    except STORAGE_FAILURES:
        return skipped("notices confirmed", "could not be checked without the database")
    missing = [name for name in notices.names if name not in confirmed]
    if not missing:
        return ok("notices confirmed", f"{', '.join(notices.names)}")
    remedy = "Run `keydesk notices test --to PERSON`, or set confirmed: true for the channel."
    return warning("notices confirmed", f"{', '.join(missing)}: not confirmed, so nothing is sent", remedy)
