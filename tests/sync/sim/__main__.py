"""python -m tests.sync.sim NUMBER: one history again, with all that happened in it, made as short as still fails."""

from __future__ import annotations

import sys

from tests.sync.sim.world import FATES, HISTORY, WAYS, World, failure


def shortest(seed: int) -> tuple[int, frozenset[str]]:
    """The fewest things that still fail, and the kinds of things that are not needed for it."""
    length = next(n for n in range(1, HISTORY + 1) if failure(seed, length=n)) if failure(seed) else HISTORY
    without: frozenset[str] = frozenset()
    for way in (*WAYS, *FATES, "killed", "endpoint ends"):
        if failure(seed, length=length, without=without | {way}):
            without |= {way}
    return length, without


def main(arguments: list[str]) -> int:
    seed = int(arguments[0])
    told = failure(seed)
    length, without = shortest(seed) if told else (HISTORY, frozenset())
    world = World(seed, length, without)
    failed = world.outcome()
    sys.stdout.writelines(" ".join(map(str, one)) + "\n" for one in world.trace)
    sys.stdout.write(f"{length} things, none of: {sorted(without)}\n{failed or 'All held.'}\n")
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
