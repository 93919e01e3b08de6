"""The word of an authenticating reverse proxy, such as oauth2-proxy: identity headers from trusted networks only."""

from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers

from keydesk.auth.claims import optional_text
from keydesk.auth.person_names import group_refs, person_ref
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import TrustedProxy


class TrustedProxyHeaders:
    """Believes the headers if, and only if, the connection itself comes from one of the networks.

    What `X-Forwarded-For` says is never looked at: the server must be run so that the peer is the real one.
    """

    def __init__(self, config: TrustedProxy) -> None:
        self._config = config

    def verify_request(self, headers: Headers, peer: str | None) -> Person | None:
        """The person the proxy names, or None without its header or from anywhere else.

        Raises NotSignedIn for two names, or one that cannot be a person's.
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
            email=email if email and "@" in email else None, groups=group_refs(names, config.namespace)
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
            raise NotSignedIn("The proxy's identity headers contradict each other.")
        return values[0].strip() or None if values else None
