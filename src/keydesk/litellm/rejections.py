"""Maps error responses to exceptions and decides which calls to retry."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from keydesk.litellm.call import Answer, Call
from keydesk.litellm.error_shapes import Complaint, read_complaint
from keydesk.litellm.errors import (
    BadRequest,
    Conflict,
    CredentialRefused,
    EnterpriseOnly,
    LiteLLMError,
    NotFound,
    PoolExhausted,
    RateLimited,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    UpstreamFailed,
)

_ENTERPRISE = re.compile(
    r"enterprise (user|feature|license|licence)|premium feature|premium user", re.IGNORECASE
)
_EXISTS = re.compile(r"already exists|already in team|unique constraint failed", re.IGNORECASE)
_ABSENT = re.compile(r"not found in team|does not exist in db", re.IGNORECASE)
_BAD_DURATION = re.compile(r"^invalid duration format", re.IGNORECASE)


def rejection(answer: Answer, now: datetime) -> LiteLLMError | None:
    """Return the error for a response, or None for success."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    complaint = read_complaint(answer.content)
    return _by_words(answer.status, complaint) or _by_status(answer, complaint, now)


def _by_words(status: int, complaint: Complaint) -> LiteLLMError | None:
    """Return an error that LiteLLM reports in its message with a misleading status."""
    message, param = complaint.message, complaint.param
    if status in {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.INTERNAL_SERVER_ERROR,
    } and _ENTERPRISE.search(message):
        return EnterpriseOnly(status, message, param)
    if status == HTTPStatus.CONFLICT or (
        status in {HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR} and _EXISTS.search(message)
    ):
        return Conflict(status, message, param)
    if status == HTTPStatus.BAD_REQUEST and _ABSENT.search(message):
        return NotFound(status, message, param)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _BAD_DURATION.search(message):
        return BadRequest(status, message, param)
    return None


def _by_status(answer: Answer, complaint: Complaint, now: datetime) -> LiteLLMError:
    status, message, param = answer.status, complaint.message, complaint.param
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return _not_found(answer, complaint)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return CredentialRefused(status, message, param)
    wait = retry_after_seconds(answer.headers.get("retry-after"), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(status, message, param, retry_after_seconds=wait)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return BadRequest(status, message, param)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UpstreamFailed(status, message, param, retry_after_seconds=wait)
    return UnexpectedAnswer(f"{answer.route} returned {status}; redirects are not followed")


def _not_found(answer: Answer, complaint: Complaint) -> LiteLLMError:
    """Distinguish a missing object, a missing route, and a 404 from another server.

    FastAPI responds `{"detail": "Not Found"}` for an unknown route; LiteLLM names the missing object. A 404 in any
    other format must not be read as "no such user".
    """
    if not complaint.recognised:
        return UnexpectedAnswer(
            f"{answer.route} returned {answer.status} in a format that LiteLLM does not use"
        )
    route_missing = answer.status == HTTPStatus.METHOD_NOT_ALLOWED or complaint.message == "Not Found"
    return NotFound(answer.status, complaint.message, complaint.param, route_missing=route_missing)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (seconds or an HTTP date), or None if it is absent or not valid."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def retry_rule(call: Call, longest_wait_seconds: float) -> Callable[[Exception], bool | float]:
    """Return stamina's hook for this call: False stops, True waits with backoff, a number waits that many seconds.

    Reads are retried after connection errors, timeouts, 429 and 5xx. Writes are retried only if LiteLLM cannot
    have received them. If Retry-After is longer than allowed, the call is not retried.
    """

    def decide(failure: Exception) -> bool | float:
        if isinstance(failure, PoolExhausted):
            return False
        if isinstance(failure, (Unreachable, TimedOut)):
            return call.idempotent or failure.nothing_sent
        if not call.idempotent or not isinstance(failure, (RateLimited, UpstreamFailed)):
            return False
        if failure.retry_after_seconds is None:
            return True
        return failure.retry_after_seconds if failure.retry_after_seconds <= longest_wait_seconds else False

    return decide
