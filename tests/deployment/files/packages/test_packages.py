"""What a package index would serve: the source distribution, the wheel built from it, and what each extra installs."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from tests.deployment.files.conftest import ROOT
from tests.deployment.files.packages.clean import PYTHONS, Environments, build, running_demo

pytestmark = pytest.mark.deployment_tools


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        return packed.namelist()


@pytest.fixture(scope="module", params=PYTHONS)
def base(request: pytest.FixtureRequest, environments: Environments) -> Path:
    return environments.base(request.param)


@pytest.fixture(scope="module", params=PYTHONS)
def demo(request: pytest.FixtureRequest, environments: Environments) -> Path:
    return environments.demo(request.param)


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
    names = _names(build("--wheel", tmp_path / "source", tmp_path))
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
    extras = {"serve": "server", "config": "server", "demo": "demo", "sandbox": "demo", "mcp": "mcp"}
    for command, extra in extras.items():
        status, said = _ends(base, "keydesk", command)
        assert (status, said.count("\n")) == (2, 1)
        assert f"pip install 'keydesk[{extra}]'" in said


def test_the_demo_in_a_clean_environment_serves_pages_and_keys(demo: Path) -> None:
    with (
        running_demo(demo) as running,
        httpx2.Client(timeout=60, follow_redirects=True, trust_env=False) as http,
    ):
        page = http.get(running.desk)
        assert page.status_code == 200
        files = re.findall(r'<(?:link rel="stylesheet" href|script [^>]*src)="([^"]+)"', page.text)
        assert any(".css" in file for file in files)
        assert {http.get(urljoin(str(page.url), file)).status_code for file in files} == {200}
        token = _answer(http, f"{running.desk}/api/litellm/demo/sign-in", "", person="jane")["token"]
        made = _answer(http, f"{running.desk}/api/litellm/keys/generate", token, alias="laptop", max_budget=1)
        messages = [{"role": "user", "content": "Hello"}]
        assert _answer(http, running.completions, made["key"], model="gpt-4o-mini", messages=messages)[
            "choices"
        ]


def _answer(http: httpx2.Client, url: str, credential: str, **sent: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {credential}"} if credential else {}
    answer = http.post(url, json=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
