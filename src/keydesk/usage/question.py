"""What is asked of usage: which days, of which models, keys and teams, in which groups. Pure shapes."""

from dataclasses import dataclass

from keydesk.usage.models import GroupBy
from keydesk.usage.period import Period


@dataclass(frozen=True, slots=True)
class Only:
    """Leaves out all but this model (by name), key (by our id) and team (by LiteLLM's id). None leaves out nothing."""

    model: str | None = None
    key: str | None = None
    team: str | None = None

    def __bool__(self) -> bool:
        return (self.model, self.key, self.team) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Question:
    """`group_by` None asks for the report that the web client reads."""

    period: Period
    only: Only = Only()
    group_by: GroupBy | None = None
