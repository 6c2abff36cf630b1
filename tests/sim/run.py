"""./run sim N [FIRST]: N seeds on all processors; prints how many went wrong, and their stories made short.

OPENBELL_SIM_WITHOUT=WORD,WORD leaves ingredients out (tests/sim/ingredients.def).
"""

import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import time

CHUNK = 250
STORIES = 8  # made short and printed; of each kind of fault one at first
WRONG = re.compile(r"^wrong: seed (\d+) \[(\w+)\] (.*)$", re.M)


def play(program, first, count, **more):
    environment = dict(os.environ, OPENBELL_SIM_SEEDS=f"{first}:{count}", **more)
    command = [program, "--gtest_filter=Sim.WhatIsHeldIsWhatWasAskedFor", "--gtest_brief=1"]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def chosen(wrong):
    """The seeds whose stories are worth reading first: one of each kind, then others."""
    kinds = collections.defaultdict(list)
    for seed, kind, _ in wrong:
        kinds[kind].append(seed)
    order = []
    for place in range(STORIES):
        order += [seeds[place] for seeds in kinds.values() if place < len(seeds)]
    return order[:STORIES]


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    begun = time.monotonic()
    wrong, played = [], 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        chunks = {
            pool.submit(play, program, at, min(CHUNK, first + count - at), OPENBELL_SIM_LIST="1"): min(CHUNK, first + count - at)
            for at in range(first, first + count, CHUNK)
        }
        for chunk in concurrent.futures.as_completed(chunks):
            found = WRONG.findall(chunk.result())
            wrong += [(int(seed), kind, text) for seed, kind, text in found]
            played += chunks[chunk]
            print(f"\r{played} seeds, {len(wrong)} wrong", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        wrong.sort()
        for seed, kind, text in wrong[:200]:
            print(f"seed {seed} [{kind}] {text}")
        for story in pool.map(lambda seed: play(program, seed, 1), chosen(wrong)):
            print("\n" + story)
    kinds = collections.Counter(kind for _, kind, _ in wrong)
    print(f"{count} seeds from {first} in {time.monotonic() - begun:.0f} s: {len(wrong)} wrong"
          + "".join(f", {kind} {number}" for kind, number in kinds.most_common()))
    sys.exit(1 if wrong else 0)


main()
