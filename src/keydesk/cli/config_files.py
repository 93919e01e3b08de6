"""The option `--config` of all commands on the server. It needs no extra."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

ConfigFiles = Annotated[
    list[Path] | None, Parameter(name="--config", env_var="KEYDESK_CONFIG", negative_iterable="")
]
"""Configuration files. Later files override earlier ones. The variable separates them by colons."""
