"""The `keydesk` command: the list of what it can do. Each command's module is loaded when it is called."""

from cyclopts import App

app = App(name="keydesk", help="The self-service key desk of a LiteLLM gateway.", version_flags=["--version"])
app.command("keydesk.cli.serve:serve")
app.command("keydesk.cli.sandbox:sandbox")
app.command("keydesk.cli.demo:demo")
app.command("keydesk.cli.config:config", name="config")
app.command("keydesk.cli.doctor:doctor", name="doctor")
app.command("keydesk.cli.accounts:accounts", name="accounts")
app.command("keydesk.cli.keys:keys", name="keys")
app.command("keydesk.cli.audit:audit", name="audit")
app.command("keydesk.cli.usage:usage", name="usage")


def main() -> None:
    app()
