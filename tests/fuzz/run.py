#!/usr/bin/env python3
"""Runs every fuzz driver of a build with its seed corpus: run.py BUILD [SECONDS each] [DRIVER...].

One line a driver; ends with 1 when one of them found something, and says where the input is.
What a run learns is thrown away, unless OPENBELL_FUZZ_CORPUS names a directory to keep it in.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

DRIVERS = ("message", "attributes", "families", "configuration", "command", "claims", "session",
           "bfd")
HERE = pathlib.Path(__file__).resolve().parent
SEEDS = {"configuration": [HERE.parent / "golden" / "config"]}


def run(build: pathlib.Path, driver: str, seconds: int, learned: pathlib.Path) -> bool:
    program = build / "tests" / "fuzz" / f"fuzz_{driver}"
    learned.mkdir(parents=True, exist_ok=True)
    findings = build / "findings"
    findings.mkdir(exist_ok=True)
    command = [program, learned, HERE / "corpus" / driver, *SEEDS.get(driver, []),
               f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=8192",
               "-print_final_stats=1", f"-artifact_prefix={findings}/{driver}-"]
    words = HERE / "corpus" / f"{driver}.dict"
    if words.exists():
        command.append(f"-dict={words}")
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", check=False)
    executed = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    runs = executed.group(1) if executed else "?"
    print(f"{driver:14} {'ok' if done.returncode == 0 else 'FOUND'}  {runs} inputs, "
          f"{coverage[-1] if coverage else '?'} edges", flush=True)
    if done.returncode != 0:
        print(done.stderr[-6000:], file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(sys.argv[1])
    rest = sys.argv[2:]
    seconds = int(rest.pop(0)) if rest and rest[0].isdigit() else 20
    chosen = rest or DRIVERS
    with tempfile.TemporaryDirectory() as scratch:
        keep = pathlib.Path(os.environ.get("OPENBELL_FUZZ_CORPUS", scratch))
        results = [run(build, driver, seconds, keep / driver) for driver in chosen]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
