"""One run of the job checks every open change. Changes that stay open do not delay others."""

from datetime import timedelta
from pathlib import Path

import pytest

from keydesk.audit.models import Action, AuditedTable, Change, Intent, Outcome
from keydesk.jobs.finding import Finding
from keydesk.jobs.reconcile_intents import ReconcileIntents
from keydesk.litellm import TimedOut
from tests.unit.audit.logs import Log, opened_log

pytestmark = pytest.mark.anyio
NO_AGE = timedelta(seconds=-1)
STUCK, OTHERS = 210, 30


class PartlyUnavailable:
    """Cannot check some changes."""

    async def settle(self, intent: Intent) -> Finding:
        if "stuck" in str(intent.change.after):
            raise TimedOut("no answer")
        return Finding(Outcome.FAILED, "not-found")


async def left_open(log: Log, alias: str) -> None:
    change = Change("user:default/jane", Action.CREATED, AuditedTable.KEY, None, after={"alias": alias})
    with pytest.raises(TimedOut):
        async with log.audit.recording(change):
            raise TimedOut("the process is gone")


@pytest.mark.long
async def test_changes_that_cannot_be_settled_do_not_delay_others(tmp_path: Path) -> None:
    async with opened_log(f"sqlite:///{tmp_path / 'audit.db'}") as log:
        for number in range(STUCK):
            await left_open(log, f"stuck-{number}")
        for number in range(OTHERS):
            await left_open(log, f"other-{number}")
        job = ReconcileIntents(log.audit, {AuditedTable.KEY: PartlyUnavailable()})
        assert await job.apply(NO_AGE) == OTHERS
        assert await job.apply(NO_AGE) == 0
        assert (await log.verdict()).entries == STUCK + 2 * OTHERS
