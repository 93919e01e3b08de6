"""Whether keys in LiteLLM can do more than call models. Reads a bounded part of all keys, oldest first."""

from collections.abc import AsyncIterator

from keydesk.doctor.finding import Finding, ok, skipped, warning
from keydesk.keys.powers import can_manage_gateway
from keydesk.litellm import LiteLLM, LiteLLMError

_MOST_PAGES = 100
_CHECK = "keys"


async def check_keys(gateway: LiteLLM) -> AsyncIterator[Finding]:
    """Count the keys that can manage the gateway."""
    seen = wide = number = total = 0
    is_last = False
    while not is_last and number < _MOST_PAGES:
        number += 1
        try:
            page = await gateway.keys.page(number)
        except LiteLLMError as error:
            yield skipped(_CHECK, f"could not be read ({type(error).__name__})")
            return
        seen, total = seen + len(page.keys), page.total
        wide += sum(can_manage_gateway(key.allowed_routes) for key in page.keys)
        is_last = number >= page.pages
    yield finding_about(seen, wide, total)


def finding_about(seen: int, wide: int, total: int) -> Finding:
    """Return what to say of `wide` keys among the `seen` ones of `total`."""
    looked_at = f"{seen} keys" if seen >= total else f"the oldest {seen} of {total} keys"
    if not wide:
        return ok(_CHECK, f"none of {looked_at} can manage the gateway")
    return warning(
        _CHECK,
        f"{wide} of {looked_at} can manage the gateway, and so create keys without a limit",
        "Run `keydesk keys narrow` to list them, and with --apply to narrow those of people to model calls.",
    )
