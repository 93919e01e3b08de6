"""Paths of settings, such as `litellm.provisioning.roles[0].group`."""

KeyPath = tuple[str | int, ...]


def path_text(path: KeyPath) -> str:
    """The path as people write it; a name with a dot in it is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text
