"""The statements of single teams, for those who manage them.

Keys are shown as in the team's usage. People are shown only if `litellm.teamAdmin.showNamesInCalls` is set, as in the
team's calls. A team whose budget is hidden has no statement, because its spend would reveal the budget.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.chargeback.csv_rows import Layout, csv_parts
from keydesk.chargeback.models import Grouping, Line, Part, Statement
from keydesk.chargeback.responses import StatementPage, TeamStatementDetail
from keydesk.chargeback.service import Chargebacks
from keydesk.chargeback.views import grouped, statement_view, statements_page
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.teams.service import Teams


@dataclass(frozen=True, slots=True)
class TeamStatements:
    chargebacks: Chargebacks
    teams: Teams
    shows_people: bool

    async def list(self, person: Person, team_id: str) -> StatementPage:
        """Return the months with what the team spent, newest first. Raises NotFound and PolicyRefused."""
        await self._check(person, team_id)
        found = await self.chargebacks.overview.of_team(team_id)
        return statements_page([replace(each, statement=_unsealed(each.statement)) for each in found])

    async def detail(
        self, person: Person, team_id: str, month: str, grouping: Grouping
    ) -> TeamStatementDetail:
        """Return one page of the team's statement by dimension. Raises NotFound and PolicyRefused."""
        await self._check(person, team_id)
        if grouping.by == "person" and not self.shows_people:
            raise PolicyRefused(
                message("Team admins cannot see the spend of single people."),
                hint=message("Group the spend by model or key."),
            )
        part, search = await self._part(team_id, month), self.chargebacks.search
        sums, days = await search.sums(part), await search.days(month)
        return TeamStatementDetail(
            **grouped(part, grouping, await search.groups(part, grouping)),
            statement=statement_view(_unsealed(part.statement), sums, days.read),
        )

    async def export(self, person: Person, team_id: str, month: str) -> AsyncIterator[str]:
        """Return the team's statement as the parts of a CSV file, and record the download.

        Raises NotFound, PolicyRefused, and SQLAlchemy's errors if the download cannot be recorded.
        """
        await self._check(person, team_id)
        part = await self._part(team_id, month)
        after = {"format": "csv", "team_id": team_id}
        change = Change(person.ref, Action.DOWNLOADED, AuditedTable.STATEMENT, month, after=after)
        await self.chargebacks.audit.note(change)
        batches = self.chargebacks.search.batches(part)
        shown = batches if self.shows_people else _without_people(batches)
        return csv_parts(shown, Layout.of(part.rules))

    async def _check(self, person: Person, team_id: str) -> None:
        team = await self.teams.owned(person, team_id)
        if self.teams.display.hide_team_budget_for_managers and team.max_budget is not None:
            raise PolicyRefused(
                message("The budget of this team is hidden, and so is what it spent."),
                hint=message("Ask the platform team."),
            )

    async def _part(self, team_id: str, month: str) -> Part:
        part = self.chargebacks.part(await self.chargebacks.find(month), team_id)
        if self.shows_people:
            return part
        sources = tuple(source for source in part.rules.sources if source != "person")
        return replace(part, rules=part.rules.model_copy(update={"sources": sources}))


def _unsealed(statement: Statement) -> Statement:
    """Return the statement without the checksum, which is that of the whole file."""
    return replace(statement, checksum=None)


async def _without_people(batches: AsyncIterator[list[Line]]) -> AsyncIterator[list[Line]]:
    async for batch in batches:
        yield [replace(line, cell=line.cell._replace(user_id=""), person="") for line in batch]
