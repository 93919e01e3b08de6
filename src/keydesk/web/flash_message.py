"""Messages about what was done, which the next page shows once.

The browser keeps the message in an encrypted cookie of the person it is for. No address can show a message, and
people without a portal session (bearer token, trusted proxy) get their messages too.
"""

from dataclasses import asdict, dataclass

from fastapi import Request, Response

from keydesk.api.dependencies import services_of
from keydesk.auth.session_cookie import MAX_SEALED_CHARACTERS, drop_cookie, read_text_cookie, set_cookie
from keydesk.kit.people import Person
from keydesk.web.language import gettext as _

_COOKIE = "keydesk_message"


@dataclass(frozen=True, slots=True)
class FlashAction:
    """A button under the message: a form that posts `fields` to `path`, such as one that undoes the change."""

    label: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FlashMessage:
    """`text` is a sentence in the reader's language. It never contains a secret."""

    text: str
    action: FlashAction | None = None


def undo(path: str, *fields: tuple[str, str]) -> FlashAction:
    """Return a button that undoes the change with a form that posts `fields` to `path`."""
    return FlashAction(_("Undo"), path, fields)


def leave_message(
    request: Request, answer: Response, message: FlashMessage, *, signed_out: bool = False
) -> None:
    """Set the cookie with the message for the next page of this person, or of the signed-out browser.

    An action that is too long for a cookie is left out.
    """
    sealed = services_of(request).sealed_cookies.messages
    claims = {"for": None if signed_out else _recipient(request), "text": message.text}
    value = sealed.seal(claims | {"action": message.action and asdict(message.action)})
    if len(value) > MAX_SEALED_CHARACTERS:
        value = sealed.seal(claims | {"action": None})
    set_cookie(answer, request.scope, _COOKIE, value, int(sealed.lifetime.total_seconds()))


def message_for(request: Request) -> FlashMessage | None:
    """Return the message for this person. Parts of a page, which scripts load, leave it to the next page."""
    if _is_part(request):
        return None
    claims = services_of(request).sealed_cookies.messages.open(read_text_cookie(request.scope, _COOKIE))
    if claims is None or claims["for"] != _recipient(request):
        return None
    action = claims["action"]
    fields = tuple((name, value) for name, value in action["fields"]) if action else ()
    return FlashMessage(
        claims["text"], FlashAction(action["label"], action["path"], fields) if action else None
    )


def drop_message(request: Request, answer: Response) -> None:
    """Delete the cookie of a message that was shown, has expired or is for another person."""
    if not _is_part(request) and read_text_cookie(request.scope, _COOKIE) is not None:
        drop_cookie(answer, request.scope, _COOKIE)


def _is_part(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _recipient(request: Request) -> str | None:
    principal = request.scope.get("principal")
    return principal.ref if isinstance(principal, Person) else None
