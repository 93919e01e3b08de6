"""Where people go who cannot sign in to the portal itself: what the sign-in page tells them."""

from dataclasses import dataclass

from keydesk.settings import Settings

_AUTH = "/api/auth"


@dataclass(frozen=True, slots=True)
class SignInOption:
    """`address` is a link where one is known."""

    text: str
    address: str | None = None


def sign_in_option(settings: Settings) -> SignInOption:
    """The first of these that is configured: the proxy in front, Backstage, programs with a token."""
    if settings.identity.trusted_proxy is not None:
        return SignInOption(
            "You are signed in by the proxy in front of this key desk. It named nobody for this request: "
            "open the key desk through its usual address."
        )
    backstage = settings.identity.backstage
    if backstage is not None:
        issuer = backstage.issuer or ""
        address = issuer.removesuffix(_AUTH) if issuer.endswith(_AUTH) else None
        return SignInOption("Your keys, budget and usage are in Backstage: open its LiteLLM page.", address)
    return SignInOption(
        "This key desk takes access tokens of programs only. Ask the platform team for the way in; "
        "they can turn on sign-in for browsers with portal.signIn."
    )
