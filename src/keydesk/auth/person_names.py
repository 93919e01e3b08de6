"""Makes entity references of the names an identity provider gives. Two names never become one person. Pure."""

import re
from collections.abc import Iterable

from keydesk.kit.problems import NotSignedIn

_PERSON = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,62}")
_GROUP = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def person_ref(name: str, namespace: str, *, ignore_case: bool) -> str:
    """`user:<namespace>/<name>`, the name exactly as it was given: `bob@corp.example` is not `bob`.

    Capitals are folded only with `ignore_case`. Raises NotSignedIn for a name that no reference can hold:
    changing it to fit could make it another person's.
    """
    folded = name.lower() if ignore_case and name.isascii() else name
    if _PERSON.fullmatch(folded) is None:
        raise NotSignedIn(
            "Your user name has characters that the key desk cannot take; ask the platform team."
        )
    return f"user:{namespace}/{folded}"


def group_refs(names: Iterable[object], namespace: str) -> frozenset[str]:
    """`group:<namespace>/<name>` for each group; Keycloak's leading slash is dropped, case does not matter.

    A path of several groups, or a name no reference can hold, is left out rather than mistaken for another.
    """
    plain = (name.removeprefix("/").lower() for name in names if isinstance(name, str) and name.isascii())
    return frozenset(f"group:{namespace}/{name}" for name in plain if _GROUP.fullmatch(name))
