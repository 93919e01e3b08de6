"""The `requests` section: what people can ask for beyond their limits, and who approves it."""

from typing import Annotated

from pydantic import Field, WithJsonSchema
from pydantic.alias_generators import to_snake

from keydesk.kit.durations import max_length_of
from keydesk.kit.field_types import Identifier, PositiveUsd, WholeDays
from keydesk.kit.request_kind import RequestKind
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import GroupRefs

KindName = Annotated[RequestKind, WithJsonSchema({"type": "string", "enum": [*RequestKind]})]
"""A kind, which the JSON Schema lists in place."""


class Requests(Section):
    """Requests for more than the limits allow. By default, nobody can make one."""

    enabled: bool = False
    """Let people make requests. Requires `approverGroups`."""
    kinds: tuple[KindName, ...] = (RequestKind.ACCOUNT_BUDGET, RequestKind.KEY_BUDGET)
    """The kinds of requests that people can make."""
    models: Annotated[tuple[Identifier, ...], Field(max_length=200)] = ()
    """The models and access groups that people can request. The default is every model of the gateway."""
    approver_groups: Annotated[GroupRefs, Field(max_length=20)] = ()
    """The groups whose members approve or decline requests. Admins of a team can also decide about its members and its
    keys. Nobody can decide their own request."""
    second_approval_above_usd: PositiveUsd | None = None
    """A budget in US dollars. A larger one needs the approval of two different people. The default is that one approval
    is enough."""
    wait_for: WholeDays = "14d"
    """The time after which a request without a decision expires."""
    remind_after: WholeDays | None = None
    """The time after which the approvers are reminded of a request without a decision, and then again after the same
    time. The default is no reminder."""
    warn_before_expiry: WholeDays | None = None
    """The time before the expiry of a request without a decision at which both sides get a notice. The default is no
    such notice."""
    longest_grant: WholeDays = "90d"
    """The longest time for which something can be granted, unless it is granted permanently."""

    @rule
    def _somebody_approves(self) -> Faults:
        if self.enabled and not self.approver_groups:
            yield ("approverGroups",), "must name a group if requests.enabled is true"

    @rule
    def _tells_while_open(self) -> Faults:
        for name in ("remindAfter", "warnBeforeExpiry"):
            length = getattr(self, to_snake(name))
            if length is not None and max_length_of(length) >= max_length_of(self.wait_for):
                yield (name,), f"must be shorter than waitFor ({self.wait_for})"
