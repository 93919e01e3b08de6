"""The message after a key was adopted."""

from collections.abc import Iterable

from keydesk.kit.messages import Message
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.language import translated


def adopted_message(broken: Iterable[Message]) -> FlashMessage:
    """Return the message. `broken` are the rules that the key breaks."""
    done = _("Key adopted. Its secret did not change.")
    rules = " ".join(translated(rule) for rule in broken)
    return FlashMessage(
        _("%(done)s It breaks these rules: %(rules)s", done=done, rules=rules) if rules else done
    )
