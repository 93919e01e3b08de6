"""`keydesk keys`: a person's own keys, and the operators' commands for all keys of the gateway.

People's commands call the JSON API as the signed-in person. Operators' commands run on the server with its
configuration. Each is imported when it runs, so that people need no extra.
"""

from cyclopts import App

from keydesk.cli.operators import OPERATORS, help_of

_YOURS = {
    "list": "List your keys.\n\nExample: `keydesk keys list --json`",
    "create": "Create a key, and print its secret once.\n\nExample: `keydesk keys create laptop --max-budget 5`",
    "rotate": "Replace the secret of a key, and print the new one once.\n\nExample: `keydesk keys rotate laptop`",
    "revoke": "Delete a key permanently.\n\nExample: `keydesk keys revoke laptop --yes`",
    "block": "Block a key until you unblock it.\n\nExample: `keydesk keys block laptop`",
    "unblock": "Unblock a key that you blocked.\n\nExample: `keydesk keys unblock laptop`",
    "extend": "Let a key expire later.\n\nExample: `keydesk keys extend laptop 30d`",
}
_OPERATORS = {
    "narrow": ("key_narrowing:narrow", "Find keys that can manage the gateway, and restrict them."),
    "adopt": ("key_adoption:adopt", "Find keys that were created outside of Keydesk, and adopt them."),
    "plan": ("key_lifetimes:plan_lifetimes", "Print the keys that violate the rules for lifetimes."),
    "apply": ("key_lifetimes:apply_lifetimes", "Apply the rules for lifetimes."),
    "revoke-leaked": ("leaked_keys:revoke_leaked", "Block the leaked keys on standard input."),
}

keys = App(name="keys")
for _name, _help in _YOURS.items():
    _function = "list_keys" if _name == "list" else _name
    keys.command(f"keydesk.cli.own_keys:{_function}", name=_name, help=_help, group="Your keys")
for _name, (_place, _help) in _OPERATORS.items():
    keys.command(f"keydesk.cli.{_place}", name=_name, group=OPERATORS, **help_of(_help))
