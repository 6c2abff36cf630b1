"""The corpus: configurations, and routes given as commands, with the differences that we expect."""

import re
from dataclasses import dataclass
from pathlib import Path

from contestant import REPOSITORY, Case

FOLDER = Path(__file__).with_name("corpus")
DIFFERENCES = REPOSITORY / "docs" / "exabgp-differences.md"


@dataclass(frozen=True)
class Command:
    line: str
    differs: str = ""  # the key of the explanation


def configurations():
    paths = sorted(FOLDER.glob("*.conf"))
    return [Case.read(path) for path in paths if not path.stem.startswith("session-")]


def routes():
    """{session: [Command]} of routes.txt."""
    sessions, commands, differs = {}, None, ""
    for line in (FOLDER / "routes.txt").read_text().splitlines():
        if line.startswith("session "):
            commands = sessions.setdefault(line.split()[1], [])
        elif line.startswith("differs: "):
            differs = line.split()[1]
        elif commands is not None and line and not line.startswith("# What"):
            commands.append(Command(line, differs))
            differs = ""
    return sessions


def keys():
    """The keys of all expected differences."""
    found = {case.differs for case in configurations()}
    found |= {command.differs for commands in routes().values() for command in commands}
    return found - {""}


def explained():
    """The keys that the documentation explains: anchors of docs/exabgp-differences.md."""
    return set(re.findall(r'<a id="([a-z0-9-]+)"></a>', DIFFERENCES.read_text()))
