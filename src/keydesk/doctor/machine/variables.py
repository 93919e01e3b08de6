"""How a person changes variables in the shell of this system: PowerShell on Windows, else a POSIX shell."""

import sys


def how_to_set(**values: str) -> str:
    """Return the command that sets variables. A value that begins with `$` is that of another variable."""
    if sys.platform == "win32":
        return "; ".join(f'$env:{name} = "{_of_powershell(value)}"' for name, value in values.items())
    return "export " + " ".join(f'{name}="{value}"' for name, value in values.items())


def how_to_unset(name: str) -> str:
    return f"Remove-Item Env:{name}" if sys.platform == "win32" else f"unset {name}"


def _of_powershell(value: str) -> str:
    return value.replace("$", "$env:")
