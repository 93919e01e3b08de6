"""Which routes are answered from memory before routing."""

from collections.abc import Awaitable, Callable

from keydesk.http.hot_reads import HotRead, HotReads
from keydesk.http.snapshot_answer import SnapshotAnswer
from keydesk.identity.principal import VerifiedCaller
from keydesk.reads.answers import ReadAnswers
from keydesk.settings import Settings
from keydesk.usage.hot_usage import HotUsage


def hot_reads(api: str, answers: ReadAnswers, usage: HotUsage, settings: Settings) -> HotReads:
    """By full path, where they are on. `api` is the prefix; none of the services may wait."""
    reads: dict[str, HotRead] = {
        "/user/info": _whatever_asked(answers.account),
        "/keys": _whatever_asked(answers.keys),
        "/models": _whatever_asked(answers.models),
        "/teams": _whatever_asked(answers.teams),
        "/teams/managed": _whatever_asked(answers.managed_teams),
        "/config": _whatever_asked(answers.config),
        "/usage": usage.answer,
    }
    if settings.litellm.bridge.enabled:
        reads |= {"/bridge/keys": reads["/keys"], "/bridge/models": reads["/models"]}
    return {api + path: read for path, read in reads.items()}


def _whatever_asked(read: Callable[[VerifiedCaller], Awaitable[SnapshotAnswer]]) -> HotRead:
    """A read that takes no query."""
    return lambda caller, _: read(caller)
