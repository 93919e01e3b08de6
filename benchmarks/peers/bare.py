"""A bare Starlette route for every response, with the settings of Keydesk's own server: the bytes without any work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.processes import Running, free_port, python, running


@contextmanager
def bare(folder: Path, answers: Mapping[str, bytes]) -> Iterator[Running]:
    """Serve the responses at the paths of their names during the block."""
    folder.mkdir()
    for name, content in answers.items():
        (folder / name).write_bytes(content)
    port = free_port()
    command = python("benchmarks.programs.bare_starlette", str(port), str(folder))
    with running(command, port, f"/{name}") as program:
        yield program
