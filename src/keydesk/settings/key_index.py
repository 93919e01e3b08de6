"""Settings of the index of all keys."""

from typing import Annotated

from pydantic import Field

from keydesk.settings.section import Section


class KeyIndex(Section):
    """The index of all keys, for the platform team and for budget alerts.

    Keydesk builds it if `litellm.audit.group` or a channel in `notices` is set.
    """

    refresh_minutes: Annotated[int, Field(ge=5, le=10_080)] = 60
    """Minutes between the beginnings of two passes over all keys of the gateway. Keydesk reads 100 keys per call. It
    reads a key that was changed with Keydesk again right away."""
