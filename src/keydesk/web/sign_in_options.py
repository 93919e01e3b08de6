"""What the sign-in page shows when nobody can sign in to the portal itself."""

from dataclasses import dataclass

from keydesk.settings import Settings
from keydesk.web.language import N_

_AUTH = "/api/auth"


@dataclass(frozen=True, slots=True)
class SignInOption:
    """`text` is a message id, translated for each reader. `address` is a link, if one is known."""

    text: str
    address: str | None = None


def sign_in_option(settings: Settings) -> SignInOption:
    """Return the first that is configured: a trusted proxy, Backstage, access tokens."""
    if settings.identity.trusted_proxy is not None:
        return SignInOption(
            N_(
                "The proxy in front of Keydesk signs you in, but it sent no user with this request. "
                "Open Keydesk at its usual address."
            )
        )
    backstage = settings.identity.backstage
    if backstage is not None:
        issuer = backstage.issuer or ""
        address = issuer.removesuffix(_AUTH) if issuer.endswith(_AUTH) else None
        return SignInOption(N_("Your keys, budget and usage are on the LiteLLM page in Backstage."), address)
    return SignInOption(
        N_(
            "This installation accepts access tokens only. The platform team can turn on sign-in for "
            "browsers with portal.signIn."
        )
    )
