"""Builds entity references from an identity provider's names. Different names never map to one reference. Pure."""

import re
from collections.abc import Iterable, Mapping

from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn

_PERSON = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,62}")
_GROUP = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def person_ref(name: str, namespace: str, *, ignore_case: bool) -> str:
    """Return `user:<namespace>/<name>` with the name unchanged: `bob@corp.example` is not `bob`.

    Case is ignored only with `ignore_case`. Raises NotSignedIn for a name with characters that references do not
    allow: replacing them could turn it into another user's name.
    """
    folded = name.lower() if ignore_case and name.isascii() else name
    if _PERSON.fullmatch(folded) is None:
        raise NotSignedIn(
            message(
                "Your user name contains characters that Keydesk does not support. Contact the platform team."
            )
        )
    return f"user:{namespace}/{folded}"


def group_refs(names: Iterable[object], namespace: str, group_names: Mapping[str, str]) -> frozenset[str]:
    """Return `group:<namespace>/<name>` in lower case for each group, without Keycloak's leading slash.

    `group_names` maps the provider's names to Keydesk's. Other nested group paths and names with characters that
    references do not allow are omitted.
    """
    texts = (name for name in names if isinstance(name, str))
    known = (group_names.get(name, name) for name in texts)
    plain = (name.removeprefix("/").lower() for name in known if name.isascii())
    return frozenset(f"group:{namespace}/{name}" for name in plain if _GROUP.fullmatch(name))
