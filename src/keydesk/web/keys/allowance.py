"""What all keys of one owner may have together, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from keydesk.allowances.models import AllowanceView
from keydesk.api.dependencies import services_of
from keydesk.keys.models import KeyView
from keydesk.keys.owners import team_of
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLMError, User
from keydesk.web.formats import number, usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.page_views import PAGE_VIEWS, PageViews

_OF_PERSON = {
    "1d": N_("Your keys can spend %(limit)s a day together, and %(left)s is left."),
    "7d": N_("Your keys can spend %(limit)s a week together, and %(left)s is left."),
    "30d": N_("Your keys can spend %(limit)s a month together, and %(left)s is left."),
    "rpm": N_("Your keys can have %(limit)s requests per minute together, and %(left)s are left."),
    "tpm": N_("Your keys can have %(limit)s tokens per minute together, and %(left)s are left."),
}
_OF_TEAM = {
    "1d": N_("The service keys of this team can spend %(limit)s a day together, and %(left)s is left."),
    "7d": N_("The service keys of this team can spend %(limit)s a week together, and %(left)s is left."),
    "30d": N_("The service keys of this team can spend %(limit)s a month together, and %(left)s is left."),
    "rpm": N_(
        "The service keys of this team can have %(limit)s requests per minute together, and %(left)s are left."
    ),
    "tpm": N_(
        "The service keys of this team can have %(limit)s tokens per minute together, and %(left)s are left."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownAllowance:
    """`spend` is about amounts and `rates` about rate limits, one sentence for each limit.

    `left_usd` is what is left of the smallest amount, and None without one.
    """

    spend: Sequence[str] = ()
    rates: Sequence[str] = ()
    left_usd: float | None = None
    is_exceeded: bool = False

    @classmethod
    def of(cls, view: AllowanceView, *, is_of_team: bool) -> "ShownAllowance":
        texts = _OF_TEAM if is_of_team else _OF_PERSON
        rates = {"rpm": view.requests_per_minute, "tpm": view.tokens_per_minute}
        return cls(
            [_(texts[each.period], limit=usd(each.limit), left=usd(each.left)) for each in view.windows],
            [
                _(texts[name], limit=number(rate.limit), left=number(rate.left))
                for name, rate in rates.items()
                if rate is not None
            ],
            min((each.left for each in view.windows), default=None),
            view.is_exceeded,
        )


NO_ALLOWANCE = ShownAllowance()


async def allowance_of_caller(request: Request) -> ShownAllowance:
    """Return the allowance of the caller's keys, which is empty without one and while it is unknown."""
    if not services_of(request).keys.issuer.allowance.allowances.is_set:
        return NO_ALLOWANCE
    views: PageViews = request.scope[PAGE_VIEWS]
    try:
        account, keys = await views.account(), await views.keys()
    except LiteLLMError:
        return NO_ALLOWANCE
    return await allowance_of(request, account, keys)


async def allowance_of(request: Request, owner: User, keys: Sequence[KeyView]) -> ShownAllowance:
    """Return the allowance of an owner with these keys, which is empty while the person's groups are unknown."""
    allowance = services_of(request).keys.issuer.allowance
    try:
        view = await allowance.shown(owner, keys)
    except DirectoryUnavailable:
        return NO_ALLOWANCE
    return ShownAllowance.of(view, is_of_team=team_of(owner.user_id) is not None)
