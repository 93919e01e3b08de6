"""The messages of a Microsoft Teams Workflows webhook. The `sig` in its URL is the secret.

Workflows returns 202 even if it fails to post the message later.
"""

from typing import Any

from keydesk.notices.messages import SHOWN, Content


def teams_body(content: Content) -> dict[str, Any]:
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": _card(content)}
    return {"type": "message", "attachments": [card]}


def _card(content: Content) -> dict[str, Any]:
    lines = [text for text, _ in content.lines[:SHOWN]]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _text(content.subject, weight="Bolder"),
            *map(_text, [*lines, *([content.more] if content.more else [])]),
        ],
    }
    if content.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": content.action, "url": content.link}]
    return card


def _text(text: str, **style: str) -> dict[str, Any]:
    """Return plain text. A TextBlock would show Markdown, with which a name could make a link."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
