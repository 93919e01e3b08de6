"""The messages of a Slack incoming webhook, with Block Kit."""

from typing import Any

from keydesk.notices.messages import SHOWN, Content

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def slack_body(content: Content) -> dict[str, Any]:
    lines = [_line(text, link) for text, link in content.lines[:SHOWN]]
    if content.more:
        lines.append(_escaped(content.more))
    # A section has at most 3000 characters, so each line gets its own.
    sections = [{"type": "section", "text": {"type": "mrkdwn", "text": line[:3000]}} for line in lines]
    header = {"type": "header", "text": {"type": "plain_text", "text": content.subject[:150]}}
    return {"text": _escaped(content.subject), "blocks": [header, *sections]}


def _line(text: str, link: str | None) -> str:
    return f"<{link}|{_escaped(text)}>" if link else _escaped(text)


def _escaped(text: str) -> str:
    """Escape the control characters of Slack's mrkdwn, so that a name cannot make a link or notify people."""
    return "".join(_ESCAPED.get(character, character) for character in text)
