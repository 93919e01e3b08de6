"""The words of a provisioning preview: names of people and groups, and settings with their reasons."""

from typing import Any

from keydesk.accounts.names import PeopleNames
from keydesk.provisioning_preview.models import GroupPreview, PersonPreview
from keydesk.web.setting_text import reason_text, setting_label, setting_value


async def preview_words(names: PeopleNames, preview: GroupPreview | PersonPreview) -> dict[str, Any]:
    """Return the content of the page that depends on names. Settings are triples of label, value and reason."""
    is_group = isinstance(preview, GroupPreview)
    subject = preview.group if isinstance(preview, GroupPreview) else preview.user
    shown = {*preview.groups, preview.role or "", subject if is_group else ""}
    groups = await names.of_groups(shown - {""})
    person = None if is_group else (await names.of_refs([subject]))[subject]
    return {
        "preview": preview,
        "subject": subject,
        "title": person.name if person else groups[subject],
        "email": person.email if person else None,
        "groups": groups,
        "settings": [
            (setting_label(name), setting_value(name, each.value), reason_text(each.reason, groups))
            for name, each in preview.effective.items()
        ],
        "setting_label": setting_label,
        "setting_value": setting_value,
    }
