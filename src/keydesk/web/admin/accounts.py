"""How accounts differ from the directory and the configuration, as rows for people. Pure."""

from dataclasses import dataclass

from keydesk.jobs.resync_accounts import Plan, PlanPart
from keydesk.web.values import value_text


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One difference, and what `keydesk accounts apply` does about it."""

    user_id: str
    setting: str
    current: str
    wanted: str
    action: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is compared: `seen` accounts of `total`, with `found` differences. Of `unknown`, nobody could say."""

    seen: int = 0
    found: int = 0
    unknown: int = 0
    total: int = 0

    def with_part(self, part: PlanPart, total: int) -> "Progress":
        plan = part.plan
        return Progress(
            self.seen + plan.accounts, self.found + len(rows_of(plan)), self.unknown + plan.unknown, total
        )

    @property
    def query(self) -> str:
        return f"seen={self.seen}&found={self.found}&unknown={self.unknown}"


def rows_of(plan: Plan) -> list[AccountRow]:
    """As `keydesk accounts plan` prints them."""
    settings = [
        AccountRow(
            each.user_id,
            each.setting,
            value_text(each.current),
            value_text(each.wanted),
            "left alone: changed by hand" if each.by_hand else "change",
        )
        for each in plan.differences
    ]
    leavers = [
        AccountRow(each.user_id, "keys", "work", "blocked", "block: left the directory")
        for each in plan.leavers
    ]
    back = [
        AccountRow(each.user_id, "keys", "blocked", "work", "unblock: back in the directory")
        for each in plan.returners
    ]
    return [*settings, *leavers, *back]
