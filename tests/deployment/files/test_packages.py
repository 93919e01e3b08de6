"""What a package index would serve: the source distribution, the wheel built from it, and what each extra installs.

Environments are clean and filled from the hash-checked requirements, because the libraries of this environment would
hide a dependency that `pyproject.toml` forgets.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from keydesk.server.serving import free_port
from tests.deployment.files.conftest import ROOT, run, the_module

pytestmark = pytest.mark.deployment_tools
HOST = "127.0.0.1"
_START_SECONDS = 120


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unpacked source distribution."""
    folder = tmp_path_factory.mktemp("source")
    _build("--sdist", ROOT, folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        packed.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build("--wheel", source, tmp_path_factory.mktemp("wheel"))


def _build(kind: str, source: Path, folder: Path) -> Path:
    """Build without isolation: requirements/dev.txt has pinned the build backend. A wheel is built without npm."""
    the_module("build")
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(folder), str(source)]
    path = os.environ["PATH"] if kind == "--sdist" else str(folder)
    ended = subprocess.run(  # noqa: S603 - our own package
        command, env={**os.environ, "PATH": path}, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return next(iter([*folder.glob("*.whl"), *folder.glob("*.tar.gz")]))


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        return packed.namelist()


def _environment(folder: Path, wheel: Path, requirements: str, extras: str) -> Path:
    """Create an environment with a wheel whose dependencies must be exactly in `requirements`. Returns its programs."""
    python = folder / "bin" / "python"
    install = ("pip", "install", "--python", python)
    run("uv", "venv", "--python", sys.executable, folder)
    run("uv", *install, "--require-hashes", "--requirement", ROOT / "requirements" / requirements)
    run("uv", *install, "--no-index", f"keydesk{extras} @ {wheel.as_uri()}")
    return folder / "bin"


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _environment(tmp_path_factory.mktemp("base"), wheel, "base.txt", "")


@pytest.fixture(scope="module")
def demo(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _environment(tmp_path_factory.mktemp("demo"), wheel, "server.txt", "[demo]")


def test_the_source_distribution_has_exactly_the_files_for_a_build(source: Path) -> None:
    assert {path.name for path in source.iterdir()} == {
        *("src", "LICENSE", "README.md", "CHANGELOG.md", "PKG-INFO", ".gitignore"),
        *("pyproject.toml", "hatch_build.py", "package.json", "package-lock.json"),
    }
    assert not list(source.rglob("*.png"))


def test_the_readme_and_its_images_work_on_a_package_index(source: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (source / "PKG-INFO").read_text())
    assert links
    assert all(link.startswith(("https://", "#")) for link in links), links
    assert any("/raw/" in link and link.endswith(".png") for link in links)


def test_the_wheel_has_the_libraries_of_the_portal(wheel: Path) -> None:
    names = _names(wheel)
    assert {"keydesk/web/static/vendor/htmx.js", "keydesk/web/static/vendor/echarts.js"} <= set(names)
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"keydesk", "keydesk_sandbox"}


def test_the_image_has_no_sandbox(source: Path, tmp_path: Path) -> None:
    assert "src/keydesk_sandbox" in (ROOT / ".dockerignore").read_text().splitlines()
    shutil.copytree(source, tmp_path / "source")
    shutil.rmtree(tmp_path / "source" / "src" / "keydesk_sandbox")
    names = _names(_build("--wheel", tmp_path / "source", tmp_path))
    assert "keydesk/app.py" in names
    assert not [name for name in names if "sandbox/" in name]


def _ends(folder: Path, *command: str) -> tuple[int, str]:
    """Run a program of an environment, which must not import this checkout."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [str(folder / command[0]), *command[1:]],
        env={},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_the_base_has_the_litellm_client_and_names_the_extras(base: Path) -> None:
    assert _ends(base, "python", "-c", "from keydesk.litellm import LiteLLM, LiteLLMConfig") == (0, "")
    assert _ends(base, "keydesk", "--help")[0] == 0
    version = _ends(base, "python", "-c", "from importlib.metadata import version; print(version('keydesk'))")
    assert _ends(base, "keydesk", "--version") == version
    for command, extra in (("serve", "server"), ("config", "server"), ("demo", "demo"), ("sandbox", "demo")):
        status, said = _ends(base, "keydesk", command)
        assert (status, said.count("\n")) == (2, 1)
        assert f"pip install 'keydesk[{extra}]'" in said


@contextmanager
def _running_demo(folder: Path) -> Iterator[str]:
    """Run `keydesk demo` and yield what it prints when it is ready."""
    ports = ("--port", str(free_port(HOST, 0)), "--gateway-port", str(free_port(HOST, 0)))
    command = [str(folder / "keydesk"), "demo", *ports]
    with subprocess.Popen(command, env={}, cwd=folder, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        deadline = threading.Timer(_START_SECONDS, process.kill)
        deadline.start()
        try:
            said = "".join(itertools.takewhile(lambda line: "/api/litellm/docs" not in line, lines))
            deadline.cancel()
            assert process.poll() is None, said
            yield said
        finally:
            process.terminate()


def test_the_demo_in_a_clean_environment_serves_pages_and_keys(demo: Path) -> None:
    with (
        _running_demo(demo) as said,
        httpx2.Client(timeout=60, follow_redirects=True, trust_env=False) as http,
    ):
        (desk,) = re.findall(r"Open (\S+)", said)
        (completions,) = re.findall(r"curl (\S+/v1/chat/completions)", said)
        page = http.get(desk)
        assert page.status_code == 200
        files = re.findall(r'<(?:link rel="stylesheet" href|script [^>]*src)="([^"]+)"', page.text)
        assert any(".css" in file for file in files)
        assert {http.get(urljoin(str(page.url), file)).status_code for file in files} == {200}
        token = _answer(http, f"{desk}/api/litellm/demo/sign-in", "", person="jane")["token"]
        made = _answer(http, f"{desk}/api/litellm/keys/generate", token, alias="laptop", max_budget=1)
        messages = [{"role": "user", "content": "Hello"}]
        assert _answer(http, completions, made["key"], model="gpt-4o-mini", messages=messages)["choices"]


def _answer(http: httpx2.Client, url: str, credential: str, **sent: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {credential}"} if credential else {}
    answer = http.post(url, json=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
