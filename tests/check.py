#!/usr/bin/env python3
"""Checks that need no build: format, floors (who may include whom), system calls only where they belong, sizes.

Exit status 0 when everything holds. `--fix` formats the files in place.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"

def read_floors():
    """Who may include whom, as src/CMakeLists.txt says it; a folder may always include itself, main/ everything."""
    rows = re.findall(r"^openbell_floor\(([a-z_ ]+)\)", (SOURCE / "CMakeLists.txt").read_text(), re.M)
    floors = {row.split()[0]: set(row.split()[1:]) for row in rows}
    return floors | {"main": set(floors)}


FLOORS = read_floors()
# Folders that may know an operating system.
OUTSIDE = {"healthcheck", "io", "main"}
# Where memory of large tables comes from: no program is without it, and none behaves otherwise for it.
MEMORY = SOURCE / "base" / "table_memory.cc"
SYSTEM = re.compile(
    r'#include <(sys/|unistd\.h|fcntl\.h|netinet/|arpa/|poll\.h|signal\.h|csignal|time\.h|thread|fstream|filesystem)'
    r"|::now\(|\bgetenv\b"
)
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 800
RATCHET = ROOT / "tests" / "check_ratchet.json"


def sources():
    for folder in ("src", "tests", "bench"):
        for suffix in ("*.cc", "*.h"):
            yield from sorted((ROOT / folder).rglob(suffix))


def check_format(fix):
    files = [str(path) for path in sources()]
    mode = ["-i"] if fix else ["--dry-run", "--Werror"]
    result = subprocess.run(["clang-format-19", *mode, *files], capture_output=True, text=True)
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", result.stderr, re.M)))
    return [f"{pathlib.Path(path).relative_to(ROOT)}: not formatted (./run check --fix)" for path in bad]


def check_floors():
    complaints = []
    for path in sorted(SOURCE.rglob("*.cc")) + sorted(SOURCE.rglob("*.h")):
        folder = path.relative_to(SOURCE).parts[0]
        test = path.name.endswith("_test.cc")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.relative_to(ROOT)}:{number}"
            included = re.match(r'#include "([a-z_]+)/', line)
            if included and included[1] in FLOORS and included[1] != folder and included[1] not in FLOORS[folder]:
                complaints.append(f"{where}: {folder}/ may not include {included[1]}/")
            if folder not in OUTSIDE and not test and path != MEMORY and SYSTEM.search(line):
                complaints.append(f"{where}: the operating system is only for {', '.join(sorted(OUTSIDE))}")
    return complaints


def function_lengths(path):
    """Lengths of functions by a rule that the format guarantees: a body opens at the end of a line and closes at its indentation."""
    start = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if start is None:
            opened = re.match(r"^( {0,4})(?! |:|//|namespace|class|struct|enum|union|extern|#|\})(.*\)[^;=]*)\{$", line)
            if opened and not re.match(r"^ *(if|for|while|switch|do|else|return)\b", line):
                # A constructor's list of members stands deeper than the brace that closes its body.
                start = (number, opened[1][:-4] if opened[2].startswith(": ") else opened[1])
        elif line.startswith(start[1] + "}"):
            yield start[0], number - start[0] + 1
            start = None


def check_sizes():
    """What is above the limits is counted; the counts may only fall."""
    long_functions, long_files = [], []
    for path in sorted(SOURCE.rglob("*.cc")) + sorted(SOURCE.rglob("*.h")):
        lines = len(path.read_text().splitlines())
        if lines > FILE_LINES_MAX:
            long_files.append(f"{path.relative_to(ROOT)}: {lines} lines")
        if not path.name.endswith("_test.cc"):
            for number, length in function_lengths(path):
                if length > FUNCTION_LINES_MAX:
                    long_functions.append(f"{path.relative_to(ROOT)}:{number}: function of {length} lines")
    allowed = json.loads(RATCHET.read_text())
    complaints = []
    for kind, found in (("long_functions", long_functions), ("long_files", long_files)):
        if len(found) > allowed[kind]:
            complaints += [f"{kind}: {len(found)}, allowed {allowed[kind]}", *found]
        elif len(found) < allowed[kind]:
            complaints.append(f"{kind}: only {len(found)} left, lower the number in {RATCHET.relative_to(ROOT)}")
    return complaints


def check_rfc_table():
    """docs/rfc/README.md is written from the sources."""
    result = subprocess.run([sys.executable, ROOT / "docs/rfc/update.py", "--check"], capture_output=True, text=True)
    return [] if result.returncode == 0 else [(result.stdout + result.stderr).strip()]


def main():
    complaints = check_format("--fix" in sys.argv[1:]) + check_floors() + check_sizes() + check_rfc_table()
    for complaint in complaints:
        print(complaint)
    print(f"check: {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
