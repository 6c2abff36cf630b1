"""A helper that never reads its standard input: announces COUNT host routes, then waits.

million.py COUNT
"""

import sys
import time


def main():
    count = int(sys.argv[1])
    for start in range(0, count, 1000):
        lines = []
        for number in range(start, min(start + 1000, count)):
            address = f"20.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            lines.append(f"announce route {address}/32 next-hop 10.0.0.1\n")
        sys.stdout.write("".join(lines))
    sys.stdout.flush()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
