"""How much goes in one request: less after one that did not come through, and never more than is refused. Pure."""

from __future__ import annotations

from vpr_desktop.sync.events import Job

MOST = 4**7  # lines; more than fit into any request
LESS = 4  # a request that did not come through is followed by one of a fourth; a cycle without fault, by the reverse
LEAST = 32  # lines; no page is smaller, and after a cycle no less is kept to: what failed may have been a small batch


def lines(job: Job) -> int:
    """How many lines go with their bytes."""
    low, high = job.span or (0, sum(batch.lines for batch in job.batches))
    return high - low


def cut(job: Job, most: int, offering: bool) -> tuple[Job, ...]:
    """The same in requests of at most so many lines with their bytes: small batches together, a larger one by spans."""
    made: list[Job] = []
    for batch in job.batches:
        if batch.lines > most:
            made += [Job((batch,), (low, min(low + most, batch.lines))) for low in range(0, batch.lines, most)]
            made += [Job((batch,), (0, 0))] if offering else []
        elif made and made[-1].span is None and lines(made[-1]) + batch.lines <= most:
            made[-1] = Job((*made[-1].batches, batch))
        else:
            made.append(Job((batch,)))
    return tuple(made)


def halves(job: Job, offering: bool) -> tuple[Job, ...]:
    """The same in two requests: batches first, then the lines that go with their bytes; nothing of a single line."""
    if len(job.batches) > 1:
        half = len(job.batches) // 2
        return Job(job.batches[:half]), Job(job.batches[half:])
    low, high = job.span or (0, job.batches[0].lines)
    if high - low == 1:
        return ()
    middle = (low + high) // 2
    done = (Job(job.batches, (0, 0)),) if offering and job.span is None else ()
    return Job(job.batches, (low, middle)), Job(job.batches, (middle, high)), *done
