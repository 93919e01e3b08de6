"""The `keydesk` command: the list of what it can do."""

from cyclopts import App

from keydesk.cli.demo import demo
from keydesk.cli.sandbox import sandbox
from keydesk.cli.serve import serve

app = App(name="keydesk", help="The self-service key desk of a LiteLLM gateway.", version_flags=["--version"])
app.command(serve)
app.command(sandbox)
app.command(demo)


def main() -> None:
    app()
