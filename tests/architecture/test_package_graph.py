"""The packages of Keydesk import each other without a cycle."""

from graphlib import CycleError, TopologicalSorter

import grimp


def test_no_two_packages_import_each_other() -> None:
    graph = grimp.build_graph("keydesk")
    packages = {child.split(".")[1] for child in graph.find_children("keydesk")}
    imported: dict[str, set[str]] = {package: set() for package in packages}
    for module in graph.modules:
        importer = _package(module)
        for name in graph.find_modules_directly_imported_by(module):
            if importer and _package(name) not in {None, importer}:
                imported[importer].add(_package(name) or "")
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        raise AssertionError(f"these packages form an import cycle: {' -> '.join(error.args[1])}") from None
    assert imported["app"] >= {"container", "api", "web"}


def _package(module: str) -> str | None:
    """Return the first name below `keydesk`, or None for the root itself."""
    return module.split(".")[1] if "." in module else None
