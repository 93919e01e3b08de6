"""Plugin tokens that can be refused without any key."""

from typing import Any

from tests.api.identity.forged_user_tokens import Forger


def plugin(sub: Any = "scaffolder", **claims: Any) -> Forger:
    return lambda backstage: backstage.plugin_token(sub, **claims)


_NAMES = [
    "../auth",
    "a/b",
    "a%2fb",
    "a?b",
    "a#b",
    "a\\b",
    "a.b",
    "Scaffolder",
    "",
    "a" * 65,
    "evil.example/x",
]

PLUGINS: dict[str, Forger] = {
    **{f"the plugin {name!r}": plugin(name) for name in _NAMES},
    "a plugin that is a number": plugin(7),
    "no plugin": plugin(None),
    "a plugin token for another plugin": plugin(aud="catalog"),
    "a plugin token for several plugins": plugin(aud=["litellm", "catalog"]),
    "a plugin token for nobody": plugin(aud=None),
    "an expired plugin token": lambda b: b.plugin_token(exp=b.clock.timestamp - 60),
    "on behalf of garbage": plugin(obo="garbage"),
    "on behalf of nothing": plugin(obo=0),
    "on behalf of a user token": lambda b: b.plugin_token(obo=b.user_token()),
    "on behalf of another plugin": lambda b: b.plugin_token(obo=b.plugin_token()),
    "on behalf of a list": lambda b: b.plugin_token(obo=[b.limited_token()]),
    "on behalf of jane, unsigned": lambda b: b.plugin_token(obo=f"{b.limited_token().rpartition('.')[0]}."),
}
