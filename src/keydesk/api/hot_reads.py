"""Which routes are answered from memory before routing."""

from collections.abc import Awaitable, Callable

from keydesk.api.answers import ViewAnswers
from keydesk.api.hot_usage import HotUsage
from keydesk.http.hot_reads import HotRead, HotReads
from keydesk.http.snapshot_answer import CachedAnswer
from keydesk.kit.people import VerifiedCaller
from keydesk.settings import Settings


def hot_reads(api: str, answers: ViewAnswers, usage: HotUsage, settings: Settings) -> HotReads:
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


def _whatever_asked(read: Callable[[VerifiedCaller], Awaitable[CachedAnswer]]) -> HotRead:
    """A read that takes no query."""
    return lambda caller, _: read(caller)
