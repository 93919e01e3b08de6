"""Reports of a company's own secret scanner, which signs them like a webhook (standardwebhooks.com).

A report that is sent again within the tolerance changes nothing, because its keys are blocked already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest

from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.webhook_signature import signature_of
from keydesk.leaks.matches import Feedback, Match, SignatureRefused, receive_matches
from keydesk.leaks.models import Source
from keydesk.leaks.service import Leaks

_MAX_ID_CHARACTERS = 255
_MAX_TIMESTAMP_DIGITS = 12
_MAX_SIGNATURES = 5
_MAX_HEADER_CHARACTERS = 1000
_SIGN_AGAIN = message("Sign the report with the secret in leaks.scanner.signingSecret, and check the clock.")


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The values of the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

    ids: Sequence[str]
    timestamps: Sequence[str]
    signatures: Sequence[str]


@dataclass(frozen=True, slots=True)
class ScannerReports:
    """`key` is None if no scanner is set up."""

    leaks: Leaks
    clock: Clock
    tolerance_seconds: int
    key: bytes | None = field(repr=False)

    def check_signature(self, body: bytes, headers: SignedHeaders) -> None:
        """Raise SignatureRefused unless the scanner signed exactly this body a short time ago."""
        if not self._is_signed(body, headers):
            self.leaks.counts[Source.SCANNER, "invalid"] += 1
            raise SignatureRefused(_SIGN_AGAIN)

    async def receive(self, matches: Sequence[Match]) -> list[Feedback]:
        """Block the keys among the matches. See `receive_matches`."""
        return await receive_matches(self.leaks, matches, Source.SCANNER)

    def _is_signed(self, body: bytes, headers: SignedHeaders) -> bool:
        found = (headers.ids, headers.timestamps, headers.signatures)
        if self.key is None or any(len(values) != 1 for values in found):
            return False
        (message_id,), (timestamp,), (signatures,) = found
        if (
            not _is_id(message_id)
            or not self._is_recent(timestamp)
            or len(signatures) > _MAX_HEADER_CHARACTERS
        ):
            return False
        expected = signature_of(self.key, message_id, timestamp, body).encode()
        # A sender that changes its secret sends several signatures.
        each = [compare_digest(one.encode(), expected) for one in signatures.split(" ")[:_MAX_SIGNATURES]]
        return any(each)

    def _is_recent(self, timestamp: str) -> bool:
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > _MAX_TIMESTAMP_DIGITS:
            return False
        return abs(self.clock().timestamp() - int(timestamp)) <= self.tolerance_seconds


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID_CHARACTERS and text.isascii() and text.isprintable()
