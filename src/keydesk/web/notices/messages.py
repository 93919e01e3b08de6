"""Writes messages with notices: subject, plain text and HTML, in the recipient's language and time zone."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.messages import SHOWN, Batch, Content, StoredNotice
from keydesk.web.language import current_locale, default_locale, in_locale, ngettext
from keydesk.web.language import gettext as _
from keydesk.web.notices.pages import ABOUT_MORE_THAN_KEYS, page_of, page_of_several
from keydesk.web.notices.request_words import REQUEST_KINDS
from keydesk.web.notices.words import Words, words_of
from keydesk.web.rendering import rendered_text
from keydesk.web.time_zone import current_zone, in_zone, zone_named

Item = tuple[Words, str | None, str]
"""The words of a notice, its page, and the label of the link to it."""


class Messages:
    """The `Renderer` of all channels. Without `base_url`, messages have no links."""

    def __init__(self, base_url: str | None, time_zone: str) -> None:
        self._base_url = base_url
        self._zone = ZoneInfo(time_zone)

    def notices(self, batch: Batch, language: str, time_zone: str | None = None) -> Content:
        """Return the message for a batch. A link only opens a page, which requires sign-in."""
        with in_locale(default_locale(language)), in_zone(zone_named(time_zone) or self._zone):
            items = self._items(batch)
            path, label = page_of_several({notice.kind for notice in batch.notices})
            is_one = len(items) == 1
            return self._content(
                subject=_subject(batch.notices, items[0][0]),
                items=items,
                link=items[0][1] if is_one else self._link(path),
                action=items[0][2] if is_one else label,
            )

    def test(self, language: str) -> Content:
        """Return the message of a test."""
        with in_locale(default_locale(language)):
            text = _("This is a test. You get notifications from Keydesk on this channel.")
            return self._content(
                subject=_("Test of Keydesk notifications"),
                items=[(Words(text, "", ()), None, "")],
                link=self._link("/notifications"),
                action=_("Open notifications"),
            )

    def body(self, batch: Batch, language: str) -> Markup:
        """Return the part of the HTML that people see, for a preview."""
        with in_locale(default_locale(language)), in_zone(self._zone):
            return Markup(rendered_text("notices/body.html", **self._context(self._items(batch))))  # noqa: S704 - escaped by the template

    def _items(self, batch: Batch) -> list[Item]:
        return [self._item(notice, is_shared=not batch.recipient) for notice in batch.notices]

    def _item(self, notice: StoredNotice, *, is_shared: bool) -> Item:
        path, label = page_of(notice.kind, notice.subject, notice.values)
        return words_of(notice, current_zone(), names_person=is_shared), self._link(path), label

    def _context(self, items: Sequence[Item]) -> dict[str, Any]:
        return {"items": items, "choices": self._link("/notifications")}

    def _content(self, *, subject: str, items: Sequence[Item], link: str | None, action: str) -> Content:
        context = {**self._context(items), "subject": subject}
        return Content(
            subject=subject,
            text=rendered_text("notices/message.txt", **context),
            html=rendered_text("notices/message.html", language=current_locale().language, **context),
            lines=[(_line(words), page) for words, page, _label in items],
            link=link,
            action=action,
            more=_more(len(items) - SHOWN),
        )

    def _link(self, path: str) -> str | None:
        return f"{self._base_url}{path}" if self._base_url else None


def _line(words: Words) -> str:
    facts = "; ".join(f"{label}: {value}" for label, value in words.facts)
    return f"{words.sentence} ({facts})" if facts else words.sentence


def _more(count: int) -> str | None:
    return (
        ngettext("%(count)s more notice", "%(count)s more notices", count, count=count) if count > 0 else None
    )


def _subject(notices: Sequence[StoredNotice], first: Words) -> str:
    """Return the only sentence, or how many keys the message is about."""
    if len(notices) == 1:
        return first.sentence.removesuffix(".")
    count, kinds = len(notices), {notice.kind for notice in notices}
    if kinds == {NoticeKind.KEY_EXPIRING}:
        return ngettext("%(count)s key expires soon", "%(count)s keys expire soon", count, count=count)
    if kinds <= REQUEST_KINDS:
        return ngettext(
            "%(count)s notice about requests", "%(count)s notices about requests", count, count=count
        )
    if kinds & ABOUT_MORE_THAN_KEYS:
        return ngettext("%(count)s notice from Keydesk", "%(count)s notices from Keydesk", count, count=count)
    return ngettext(
        "%(count)s notice about your keys", "%(count)s notices about your keys", count, count=count
    )
