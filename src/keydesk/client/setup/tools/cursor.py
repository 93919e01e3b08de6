"""Cursor keeps its settings in a database of its own, so the person enters them."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Given, Plan, Tool
from keydesk.client.setup.tools.shell import command_line


def plan(places: Places, given: Given) -> Plan:
    return Plan(
        printed=(
            "Open Cursor Settings > Models.\n"
            f"1. Add the model {given.model}.\n"
            f"2. Turn on Override OpenAI Base URL, and enter {given.base}\n"
            f"3. Enter the key that this command prints as OpenAI API Key: {command_line(places, given)}\n"
        ),
        notes=("Cursor calls the gateway from its own servers, so they must be able to reach it.",),
    )


TOOL = Tool("cursor", "Cursor", plan, has_helper=True)
