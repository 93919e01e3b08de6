"""Starts `keydesk` commands by forking a process that has imported them: a new Python takes two seconds for that.

`tests.support.peers.commands` runs this file. Each request on the socket consists of the arguments, the environment and
the folder of a command, and the descriptors of its standard output, its standard error and a socket. The process id of
the command is sent to that socket, and later how the command ended.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from typing import Any

import keydesk.app
import keydesk.cli.main

_MAX_BYTES = 1 << 20
_IMPORTED_LATER = ("alembic.command", "httpcore2", "truststore", "uvloop")
"""What commands import only when they need it."""


def serve(descriptor: int) -> None:
    """Start a command for each request, until the other end of the socket is closed."""
    commands = (module.name for module in pkgutil.iter_modules(keydesk.cli.__path__, "keydesk.cli."))
    for name in (*commands, *_IMPORTED_LATER):
        importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nothing waits for the processes that watch the commands
    with socket.socket(fileno=descriptor) as requests:
        while True:
            message, descriptors, _, _ = socket.recv_fds(requests, _MAX_BYTES, 3)
            if not message:
                return
            if os.fork() == 0:
                requests.close()
                _start(json.loads(message), *descriptors)
                sys.exit()
            for each in descriptors:
                os.close(each)


def _start(request: dict[str, Any], output: int, errors: int, watcher: int) -> None:
    """Fork the command. Report its exit status as `subprocess` does: a signal is a negative number."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if command == 0:
        os.close(watcher)
        _become(request, output, errors)
        keydesk.cli.main.main()
        return
    os.close(output)
    os.close(errors)
    with socket.socket(fileno=watcher) as reports:
        reports.sendall(f"{command}\n".encode())
        _, status = os.waitpid(command, 0)
        reports.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(request: dict[str, Any], output: int, errors: int) -> None:
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["keydesk", *request["arguments"]]


if __name__ == "__main__":
    serve(int(sys.argv[1]))
