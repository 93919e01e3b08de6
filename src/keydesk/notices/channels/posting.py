"""Posts JSON to a webhook. Does not follow redirects, and errors contain neither the URL nor the response."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError
from keydesk.notices.messages import DeliveryError, Failure

_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def encoded(body: Any) -> bytes:
    """Return the bytes of a JSON body. The same body always has the same bytes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


async def post(
    http_client: HttpClient, url: SecretStr, content: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """Post the content. Raises DeliveryError unless the status is 2xx."""
    try:
        status = await http_client.deliver(url.get_secret_value(), content, headers or {})
    except HttpClientError as error:
        is_late = error.kind is FailureKind.TIMED_OUT
        raise DeliveryError(Failure.TIMED_OUT if is_late else Failure.UNREACHABLE) from None
    if status in _REFUSED:
        raise DeliveryError(Failure.CREDENTIAL_REFUSED)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise DeliveryError(Failure.RATE_LIMITED)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryError(Failure.UNAVAILABLE)
