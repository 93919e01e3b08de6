"""`keydesk usage`: a person's own usage, and the operators' commands for stored usage."""

from cyclopts import App

from keydesk.cli.operators import OPERATORS, help_of
from keydesk.cli.own_usage import show

_OPERATORS = {
    "rebuild": "Read the stored usage of a person or team from LiteLLM again.",
    "forget": "Delete the stored usage of a person or team.",
}

usage = App(name="usage")
usage.default(show)
for _name, _help in _OPERATORS.items():
    usage.command(f"keydesk.cli.usage_maintenance:{_name}", name=_name, group=OPERATORS, **help_of(_help))
