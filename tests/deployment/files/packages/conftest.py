"""The source distribution, the wheel built from it, and clean environments with the wheel."""

import tarfile
from pathlib import Path

import pytest

from tests.deployment.files.conftest import ROOT
from tests.deployment.files.packages.clean import Environments, build


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unpacked source distribution."""
    folder = tmp_path_factory.mktemp("source")
    build("--sdist", ROOT, folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        packed.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("--wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def environments(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environments:
    return Environments(wheel, tmp_path_factory)
