"""Checks that there is a directory of people. `backstage` checks the catalog."""

from keydesk.doctor.finding import Finding, ok, warning
from keydesk.settings import Settings


def check_directory(settings: Settings) -> Finding:
    directory = settings.directory
    sources = {
        "Backstage's catalog": directory.backstage is not None,
        f"{len(directory.people)} people in the configuration": bool(directory.people),
        "the people file": directory.people_file is not None,
        "the claims of tokens": directory.claims,
    }
    used = [name for name, is_used in sources.items() if is_used]
    if used:
        return ok("directory", f"people come from {', '.join(used)}")
    return warning("directory", "is empty", "Set directory.backstage, people, peopleFile or claims.")
