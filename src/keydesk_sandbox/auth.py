"""Authentication: the master key, or a virtual key that is known, not blocked and not expired."""

import hmac
from datetime import datetime
from hashlib import sha256

from keydesk_sandbox import clock, rows
from keydesk_sandbox.call import MASTER_TOKEN, MASTER_USER, Caller, Gateway, Request
from keydesk_sandbox.errors import ProxyError, null_metadata, unauthenticated
from keydesk_sandbox.masking import masked_key
from keydesk_sandbox.rows import Database, Row


def token_of(key: str) -> str:
    """Return what LiteLLM stores of a key: the SHA-256 of a secret, or the given hash."""
    return sha256(key.encode()).hexdigest() if key.startswith("sk-") else key


def authenticate(db: Database, request: Request, gateway: Gateway, now: datetime) -> Caller:
    """Return the caller, or raise LiteLLM's 401."""
    secret = _presented(request)
    if secret is None:
        raise unauthenticated("No api key passed in.")
    master = gateway.config.master_key.get_secret_value()
    if hmac.compare_digest(secret.encode(), master.encode()):
        return Caller(token=MASTER_TOKEN, user_id=MASTER_USER, role="proxy_admin")
    if not secret.startswith("sk-"):
        wording = (
            f"LiteLLM Virtual Key expected. Received={masked_key(secret)}, expected to start with 'sk-'."
        )
        raise ProxyError(401, wording, "auth_error")
    return _virtual(db, token_of(secret), now)


def _virtual(db: Database, token: str, now: datetime) -> Caller:
    """Return the caller with a virtual key, with its user and team if they exist."""
    key = rows.first(db, "SELECT * FROM keys WHERE token = ?", [token])
    if key is None:
        kind = "token_not_found_in_db"
        raise ProxyError(401, "Authentication Error, Invalid API key provided.", kind, "key")
    user = rows.first(db, "SELECT * FROM users WHERE user_id = ?", [key["user_id"]])
    team = rows.first(db, "SELECT * FROM teams WHERE team_id = ?", [key["team_id"]])
    caller = Caller(token, key["user_id"], user["user_role"] if user else None, key, user, team)
    try:
        _check_usable(key, team, now)
    except ProxyError as refusal:
        raise RefusedCallerError(caller, refusal) from refusal
    return caller


class RefusedCallerError(Exception):
    """A known key that may not be used; the refusal counts as a failed request of that key."""

    def __init__(self, caller: Caller, refusal: ProxyError) -> None:
        super().__init__(refusal.message)
        self.caller = caller
        self.refusal = refusal


def _check_usable(key: Row, team: Row | None, now: datetime) -> None:
    if key["metadata"] is None:
        raise unauthenticated(null_metadata("LiteLLM_VerificationTokenView"))
    if key["blocked"]:
        raise unauthenticated("Key is blocked. Update via `/key/unblock` if you're an admin.")
    if key["expires"] is not None and clock.parsed(key["expires"]) < now:
        expires = str(clock.parsed(key["expires"]))
        wording = f"Authentication Error - Expired Key. Key Expiry time {expires} and current time {now!s}"
        raise ProxyError(401, wording, "expired_key", f"sk-...{key['token'][-4:]}")
    if team is not None and team["blocked"]:
        name = team["team_id"]
        raise unauthenticated(f"Team={name} is blocked. Update via `/team/unblock` if you're an admin.")


def _presented(request: Request) -> str | None:
    """Return the key of a request, or None. Clients of Anthropic and Gemini have headers of their own.

    Everything after the first space counts as the key, including a second space. A header without a scheme is
    refused, and `Basic` is accepted like `Bearer`.
    """
    header = request.headers.get("authorization")
    if header is None:
        return request.headers.get("x-api-key") or request.headers.get("x-goog-api-key")
    scheme, _, secret = header.partition(" ")
    if scheme.lower() not in {"bearer", "basic"}:
        raise unauthenticated("Malformed API Key passed in. Ensure Key has `Bearer ` prefix.")
    return secret or None
