"""aider: `.aider.conf.yml` names a file with variables, so that the key is not in it."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import FileEdit, Given, Plan, Tool, flattened


def plan(places: Places, given: Given) -> Plan:
    variables = places.secret_file("aider.env")
    settings = {"model": f"openai/{given.model}", "env-file": str(variables)}
    values = {"OPENAI_API_BASE": given.base, "OPENAI_API_KEY": given.secret}
    return Plan(
        (
            FileEdit(
                variables, "env", tuple(flattened(values, secrets=("OPENAI_API_KEY",))), is_private=True
            ),
            FileEdit(places.home / ".aider.conf.yml", "yaml", tuple(flattened(settings))),
        )
    )


TOOL = Tool("aider", "aider", plan, start="aider")
