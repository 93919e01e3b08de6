"""Names of keys that belong to Keydesk. Nobody else may give them to a key. Pure."""

import unicodedata

from keydesk.kit.problems import PolicyRefused

SLOT_PREFIX = "opencode-"
"""How the names of the keys begin that Keydesk makes for OpenCode."""
SLOT_MEMBER = "keydesk_slot"
"""The metadata member that says which slot a key was made for. A name alone proves nothing."""


def is_reserved(alias: str) -> bool:
    """Return whether a name looks like one of Keydesk's own, in any case and any Unicode notation."""
    return unicodedata.normalize("NFKC", alias).strip().casefold().startswith(SLOT_PREFIX)


def check_free(alias: str, param: str) -> None:
    """Raise PolicyRefused for a name that belongs to Keydesk."""
    if is_reserved(alias):
        raise PolicyRefused(
            f"Names that begin with {SLOT_PREFIX} are reserved for the keys that Keydesk makes.",
            hint="Choose another name.",
            param=param,
        )
