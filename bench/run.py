#!/usr/bin/env python3
"""Measure the speaker beside others, on this machine, in one go.

    bench/run.py BUILD [--quick] [--only NAME,NAME] [--repeats N] [--minutes N] [--json FILE]

BUILD is a build directory with the benchmark programs and the speaker (OPENBELL_BIN names another
speaker). Nothing is built and nothing outside a temporary directory is written, except FILE.
"""

import argparse
import json
import sys
from pathlib import Path

from scenarios import SCENARIOS, Bench, machine

PROGRAMS = ("bench_floor", "bench_sink", "bench_source", "bench_feeder", "bench_driver",
            "bench_watcher", "bench_victim", "bench_stalls")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the routes, once")
    parser.add_argument("--only", default=",".join(SCENARIOS), help="of " + ", ".join(SCENARIOS))
    parser.add_argument("--repeats", type=int, help="take medians of so many runs (3)")
    parser.add_argument("--minutes", type=float, help="wait so long for false alarms (1)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - SCENARIOS.keys():
        parser.error(f"no such scenario: {', '.join(unknown)}")
    options.build = options.build.resolve()
    missing = [name for name in PROGRAMS if not (options.build / "bench" / name).exists()]
    if missing:
        parser.error(f"{options.build} lacks {', '.join(missing)}: build them first (./run build)")
    return options


def show(title, rows):
    """Rows that follow each other with the same columns share a heading; `details` are text."""
    width = max(len(name) for name, _ in rows)
    print(f"\n{title}")
    heading = None
    for name, row in rows:
        if "failed" in row:
            print(f"{name:{width}}  failed: {row['failed'].splitlines()[0]}")
            continue
        columns = [column for column in row if column != "details"]
        if columns != heading:
            print(" " * width + "".join(f"{column:>15}" for column in columns))
            heading = columns
        print(f"{name:{width}}" + "".join(f"{row[key]:15.2f}" for key in columns), flush=True)
        for line in row.get("details", ()):
            print(f"  {line}")


def main():
    options = arguments()
    bench = Bench(
        options.build,
        0.1 if options.quick else 1.0,
        options.repeats or (1 if options.quick else 3),
        options.minutes or (0.1 if options.quick else 1.0),
    )
    results = {"machine": machine(), "scenarios": {}}
    print(results["machine"])
    for name in options.only:
        rows = list(SCENARIOS[name](bench))
        show(f"{name}: {SCENARIOS[name].__doc__.splitlines()[0]}", rows)
        results["scenarios"][name] = dict(rows)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    failed = any("failed" in row for rows in results["scenarios"].values() for row in rows.values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
