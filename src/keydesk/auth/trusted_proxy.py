"""Reads the identity headers of an authenticating reverse proxy, such as oauth2-proxy."""

from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers

from keydesk.auth.claims import optional_text
from keydesk.auth.person_names import group_refs, person_ref
from keydesk.kit.messages import message
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import TrustedProxy


class TrustedProxyHeaders:
    """Accepts the headers only if the connection comes from one of the trusted networks.

    `X-Forwarded-For` is ignored: run the server so that the peer address is the real one.
    """

    def __init__(self, config: TrustedProxy) -> None:
        self._config = config

    def verify_request(self, headers: Headers, peer: str | None) -> Person | None:
        """Return the person in the proxy's headers, or None without them or from an untrusted address.

        Raises NotSignedIn for more than one name and for a name with unsupported characters.
        """
        config = self._config
        name = self._single(headers, config.user_header) if self._is_trusted(peer) else None
        if name is None:
            return None
        ref = person_ref(name, config.namespace, ignore_case=config.names_ignore_case)
        return Person(ref, self._asserted(headers))

    def _asserted(self, headers: Headers) -> Asserted:
        config = self._config
        email = optional_text(self._single(headers, config.email_header))
        groups = self._single(headers, config.groups_header) or ""
        names = [group.strip() for group in groups.split(",")]
        return Asserted(
            email=email if email and "@" in email else None,
            groups=group_refs(names, config.namespace, config.group_names),
        )

    def _is_trusted(self, peer: str | None) -> bool:
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._config.networks)

    @staticmethod
    def _single(headers: Headers, name: str | None) -> str | None:
        values = headers.getlist(name) if name else []
        if len(values) > 1:
            raise NotSignedIn(message("The request has more than one value for a proxy identity header."))
        return values[0].strip() or None if values else None
