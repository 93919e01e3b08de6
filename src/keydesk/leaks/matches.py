"""Signed reports with many secrets, in the format of GitHub's secret scanning partner program."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter

from keydesk.kit.messages import Message, message
from keydesk.kit.problems import NotSignedIn
from keydesk.leaks.models import Leak, LeakResult, Source, Verdict
from keydesk.leaks.service import Leaks

MAX_BODY_BYTES = 1024 * 1024
"""GitHub sends all matches of a push in one request."""
MAX_MATCHES = 1000
_CONCURRENT = 4
_KINDS = frozenset(
    [
        "content",
        "commit",
        "pull_request_title",
        "pull_request_description",
        "pull_request_comment",
        "issue_title",
        "issue_description",
        "issue_comment",
        "discussion_title",
        "discussion_body",
        "discussion_comment",
        "commit_comment",
        "gist_content",
        "gist_comment",
        "npm",
    ]
)


class Match(BaseModel):
    """One secret that was found. GitHub may add members, which are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    token: Annotated[SecretStr, Field(min_length=1, max_length=10_000)]
    type: Annotated[str, Field(max_length=200)]
    url: Annotated[str, Field(max_length=10_000)] | None = None
    source: Annotated[str, Field(max_length=200)] | None = None

    def leak(self, reporter: Source) -> Leak:
        kind = (self.source or "").lower()
        return Leak(self.token, reporter, self.url, kind if kind in _KINDS else None)


class Feedback(BaseModel):
    """Whether a match is a key of this gateway. `token_hash` is the SHA-256 in hexadecimal digits."""

    model_config = ConfigDict(frozen=True)

    token_hash: str
    token_type: str
    label: Literal["true_positive", "false_positive"]

    @classmethod
    def of(cls, match: Match, verdict: Verdict) -> "Feedback":
        digest = hashlib.sha256(match.token.get_secret_value().encode()).hexdigest()
        label: Any = "false_positive" if verdict is Verdict.UNKNOWN else "true_positive"
        return cls(token_hash=digest, token_type=match.type, label=label)


MATCHES: TypeAdapter[list[Match]] = TypeAdapter(Annotated[list[Match], Field(max_length=MAX_MATCHES)])


class SignatureRefused(NotSignedIn):
    """The report is not signed by its sender. The status is 401, which counts as a failed sign-in of the address."""

    def __init__(self, hint: Message) -> None:
        super().__init__(message("The signature of this report is not valid."))
        self.hint = hint


async def receive_matches(leaks: Leaks, matches: Sequence[Match], reporter: Source) -> list[Feedback]:
    """Block the keys among the matches. Raises the first error after all matches were tried."""
    unique = {match.token.get_secret_value(): match for match in reversed(matches)}
    slots = asyncio.Semaphore(_CONCURRENT)

    async def report(match: Match) -> LeakResult:
        async with slots:
            return await leaks.report(match.leak(reporter))

    results = await asyncio.gather(*map(report, unique.values()), return_exceptions=True)
    verdicts = {secret: _verdict(result) for secret, result in zip(unique, results, strict=True)}
    return [Feedback.of(match, verdicts[match.token.get_secret_value()]) for match in matches]


def _verdict(result: LeakResult | BaseException) -> Verdict:
    if isinstance(result, BaseException):
        raise result
    return result.verdict
