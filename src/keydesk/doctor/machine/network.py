"""Checks how this machine reaches Keydesk and the gateway: proxies, TLS certificates and the clock."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from keydesk.client.address import LOOPBACK
from keydesk.doctor.finding import Finding, check_clock, failed, ok, warning
from keydesk.doctor.machine.contact import Contact, NoContact, contact, proxy_of
from keydesk.doctor.machine.variables import how_to_set
from keydesk.kit.clock import Clock

_INSPECTING = re.compile(
    r"zscaler|netskope|fortinet|fortigate|blue ?coat|palo alto|umbrella|sophos|skyhigh|mcafee|forcepoint|checkpoint|"
    r"check point|cloudflare gateway|kaspersky|eset ssl|avast|bitdefender|mitmproxy|charles proxy|fiddler|squid",
    re.IGNORECASE,
)
"""Names of products that open TLS connections, as they appear in the certificates that they issue."""
_SERVER_ERRORS = 500
_NODE = "NODE_EXTRA_CA_CERTS"


async def check_server(check: str, url: str, clock: Clock) -> tuple[Contact | None, list[Finding]]:
    """Return the response of a server, and what was found about the way to it."""
    try:
        found = await contact(url)
    except NoContact as away:
        return None, [failed(check, f"cannot be reached: {away.reason}", away.remedy)]
    findings = [_answered(check, url, found.status), *_way(check, url, found)]
    if found.at is not None:
        findings.append(check_clock(f"{check} clock", urlsplit(url).netloc, found.at, clock()))
    return found, findings


def check_authorities(environ: Mapping[str, str]) -> list[Finding]:
    """Return a warning if Python trusts a company's authority, but tools on Node.js do not."""
    if not environ.get("SSL_CERT_FILE") or environ.get(_NODE):
        return []
    detail = (
        f"SSL_CERT_FILE is set, but {_NODE} is not: Claude Code, Gemini CLI and OpenCode read only that one"
    )
    return [warning("certificates", detail, f"Run: {how_to_set(**{_NODE: '$SSL_CERT_FILE'})}")]


def _answered(check: str, url: str, status: int) -> Finding:
    if status >= _SERVER_ERRORS:
        detail = f"returns status {status}, as a proxy does whose server is away"
        return failed(check, detail, f"Try again later, and tell your platform team. Run: curl -i {url}")
    return ok(check, f"answers at {url}")


def _way(check: str, url: str, found: Contact) -> Sequence[Finding]:
    parts, proxy = urlsplit(url), proxy_of(url)
    if proxy is not None:
        yes = ok(f"{check} proxy", f"requests go through the proxy in {proxy}")
        return [yes, *_certificate(check, found)]
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        detail = "is called without encryption, so others in the network can read keys and prompts"
        return [
            warning(f"{check} encryption", detail, "Ask your platform team for an address with https://.")
        ]
    return _certificate(check, found)


def _certificate(check: str, found: Contact) -> Sequence[Finding]:
    if found.issuer is None:
        return []
    name = f"{check} certificate"
    if not _INSPECTING.search(found.issuer):
        return [ok(name, f"issued by {found.issuer}")]
    detail = f"was replaced on the way by a product that reads TLS connections: issued by {found.issuer}"
    remedy = (
        "Tools that do not know its authority refuse it. Ask your IT department for the file of the authority. "
        f"Run: {how_to_set(SSL_CERT_FILE='<file>', NODE_EXTRA_CA_CERTS='<file>')}"
    )
    return [warning(name, detail, remedy)]
