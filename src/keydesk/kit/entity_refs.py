"""Entity references of people and groups in Backstage's format, `kind:namespace/name`, in lower case."""

import re

_REF = re.compile(
    r"(?:(?P<kind>[a-z]+):)?(?:(?P<namespace>[a-z0-9._-]{1,63})/)?(?P<name>[a-z0-9._@+-]{1,63})"
)


def full_ref(text: str, kind: str) -> str:
    """Return the full reference in lower case. Missing parts default to `kind` and the namespace `default`.

    Raises ValueError if the text is not a reference of this kind.
    """
    # Lower-casing maps some non-ASCII characters, such as the Kelvin sign, to ASCII letters: two names could collide.
    match = _REF.fullmatch(text.strip().lower()) if text.isascii() else None
    if match is None or match["kind"] not in (None, kind):
        raise ValueError(f"expected an entity reference such as {kind}:default/name")
    return f"{kind}:{match['namespace'] or 'default'}/{match['name']}"


def full_user_ref(text: str) -> str:
    return full_ref(text, "user")


def full_group_ref(text: str) -> str:
    return full_ref(text, "group")


def split_ref(ref: str) -> tuple[str, str, str]:
    """Return kind, namespace and name of a full reference."""
    kind, _, rest = ref.partition(":")
    namespace, _, name = rest.partition("/")
    return kind, namespace, name
