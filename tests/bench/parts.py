"""The parts of the bench: each measures its bars beside their floors and returns them."""

from __future__ import annotations

import csv
import json
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench import made
from tests.bench.drawn import raw_drawing
from tests.bench.everyday import everyday
from tests.bench.many import many
from tests.bench.measure import Bar, child, in_turn, timed
from tests.bench.saving import Twin
from tests.bench.wire import wire
from tests.bench.worklist import worklists
from vpr_desktop.services import home, imports, listing, printing, sessions
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.storage import outbox, unsent

WORDS = ("nurse", "visiting", "x1f4", "shouted arm", "CED-2611")
IMPORT_ROWS, IMPORT_STOP = 20_000, 1_000
WAITING = 20  # changes that wait on a PC that sends, in a file of many years


def start(_: Path) -> list[Bar]:
    """First paint of the lock screen against an empty window, whole processes in turn."""
    folder = made.ward(10_000)
    jobs = {"empty": lambda: child("empty")["ms"], "app": lambda: child("paint", folder)["ms"]}
    in_turn(jobs, 1)  # so that both are in the page cache
    found = in_turn(jobs, 11)
    return [Bar("first paint of the lock screen", found["app"], found["empty"], 1.6 * found["empty"])]


def unlock(tmp: Path) -> list[Bar]:
    """Unlock to Home in the real window, and the memory it then holds, at 10,000 and at 100,000."""
    bars = []
    for count, more in ((10_000, 400), (100_000, 600)):
        folder = made.copy(count, tmp / f"unlock{count}")
        runs = [(child("desk", folder), child("empty")["mb"]) for _ in range(3)]
        took = statistics.median(run["took"]["unlock"][0] for run, _ in runs)
        kdf = statistics.median(run["kdf"] for run, _ in runs)
        bars.append(Bar(f"unlock to Home, {count:,} incidents", took, kdf, kdf + more, note="floor: key alone"))
        if count == 10_000:
            held, empty = (statistics.median(values) for values in zip(*((r["mb"], e) for r, e in runs), strict=True))
            bars.append(Bar("memory at Home, 10,000 incidents", held, empty, empty + 120, "MB", "floor: empty window"))
        shutil.rmtree(folder)
    return bars


def lists(tmp: Path) -> list[Bar]:
    """The list's first page and search at 100,000, beside the barest SQL that finds as many rows.

    Then what is asked on a PC that sends: nearly all was sent, and a few changes wait.
    """
    ctx = made.unlocked(made.copy(100_000, tmp / "lists"))
    lead = replace(ctx, user=replace(ctx.user, user_id="blead", role="support_lead"))
    raw = "SELECT * FROM incident ORDER BY occurred_at DESC LIMIT 100"
    db = ctx.store.db
    hits = "SELECT rowid FROM incident_fts WHERE incident_fts MATCH ? ORDER BY rowid DESC LIMIT 50"
    jobs: dict[str, Callable[[], float]] = {
        "raw": lambda: timed(lambda: db.execute(raw).fetchall()),
        "page": lambda: timed(lambda: listing.page(ctx, ListQuery(limit=100))),
        "raw search": lambda: timed(lambda: db.execute(hits, ("nurse",)).fetchall()),
        "home": lambda: timed(lambda: home.home(ctx)),
        "lead": lambda: timed(lambda: home.home(lead)),
    }
    jobs |= {word: lambda word=word: timed(lambda: listing.search(ctx, word)) for word in WORDS}  # type: ignore[misc]
    found = in_turn(jobs, 9)
    db.execute("DELETE FROM outbox WHERE op <= (SELECT max(op) FROM outbox) - ?", (WAITING,))
    db.execute("UPDATE op SET seq = 1 WHERE n = 1")
    sending = {
        "waits": lambda: timed(lambda: (unsent.listed(db), outbox.needs_you(db))),
        "not sent": lambda: timed(lambda: listing.page(ctx, ListQuery(view="not_sent"))),
        "handover": lambda: timed(lambda: home.handover(ctx)),
    }
    found |= in_turn(sending, 5)
    sessions.lock(ctx)
    worst = max(WORDS, key=lambda word: found[word])
    return [
        Bar("list, first page of 100 at 100,000", found["page"], found["raw"], 50, note="floor: raw SQL"),
        Bar("search at 100,000, slowest word", found[worst], found["raw search"], 30, note=f"'{worst}', raw hits"),
        Bar("what Home reads at 100,000", found["home"], None, None),
        Bar("what Home reads for a lead", found["lead"], found["home"], 5 * found["home"], note="floor: a manager's"),
        Bar("what waits to be sent at 100,000", found["waits"], None, 30, note=f"after each save; {WAITING} wait"),
        Bar("list of what was not sent", found["not sent"], None, 50),
        Bar("what the handover reads at 100,000", found["handover"], None, None),
    ]  # fmt: skip


def save(tmp: Path) -> list[Bar]:
    """One full save against the same rows by raw SQL and the same anchor, on two equal files in turn."""
    bars = []
    for count in (10_000, 100_000):
        twin = Twin(made.copy(count, tmp / "a"), made.copy(count, tmp / "b"))
        for _ in range(5):
            twin.saved(), twin.raw()
        found = in_turn({"save": twin.saved, "raw": twin.raw}, 60)
        bars.append(
            Bar(f"one save at {count:,}", found["save"], found["raw"], 2 * found["raw"], note="floor: its rows raw")
        )  # fmt: skip
        twin.close()
        shutil.rmtree(tmp / "a"), shutil.rmtree(tmp / "b")
    return bars


def prints(tmp: Path) -> list[Bar]:
    """A summary and a register of 1,000 against the same words and lines drawn by reportlab alone."""
    ctx = made.unlocked(made.copy(10_000, tmp / "prints"))
    newest = listing.page(ctx, ListQuery(limit=1))[0].id
    jobs: dict[str, tuple[Callable[[], Any], float]] = {
        "summary": (lambda: printing.summary(ctx, newest), 2.0),
        "register of 1,000": (lambda: printing.register(ctx, ListQuery(since=_since(ctx, 1000))), 2.5),
    }
    bars = []
    for name, (job, times) in jobs.items():
        draw = raw_drawing(job)
        found = in_turn({"ours": lambda job=job: timed(job), "raw": lambda draw=draw: timed(draw)}, 9)  # type: ignore[misc]
        bars.append(Bar(f"{name}, PDF", found["ours"], found["raw"], times * found["raw"], note="floor: reportlab"))
    sessions.lock(ctx)
    return bars


def _since(ctx: Any, wanted: int) -> str:
    """The day from which on there are about so many incidents."""
    days = [
        row[0]
        for row in ctx.store.db.execute("SELECT local_day FROM incident ORDER BY local_day DESC LIMIT ?", (wanted,))
    ]
    return str(days[-1])


def window(tmp: Path) -> list[Bar]:
    """The real window over 100,000 incidents: pages, scrolling, find, save, print, and the worst event of each."""
    said = child("desk", made.copy(100_000, tmp / "window"), "all")
    took = {name: statistics.median(values) for name, values in said["took"].items()}
    pages = {name: value for name, value in took.items() if name.startswith("page ")}
    slow = max(pages, key=lambda name: pages[name])
    bars = [
        Bar("scroll a page at 100,000", took["scroll"], None, 50),
        Bar("switch of page, the slowest", pages[slow], None, 100, note=slow),
        Bar("find at 100,000", took["find"], None, 200),
        Bar("save, from key to shown", took["save"], None, 300),
        Bar("preview of a summary", took["print summary"], None, None),
        Bar("preview of a long list", took["print list"], None, None),
    ]
    for doing in ("listing 100,000", "saving", "printing", "pages", "unlocking"):
        worst, what = said["worst"].get(doing, (0.0, ""))
        limit = 50 if doing in ("listing 100,000", "saving", "printing") else None
        bars.append(Bar(f"longest event while {doing}", worst, None, limit, note=what))
    return bars


def imported(tmp: Path) -> list[Bar]:
    """Import of a whole file into 10,000 incidents, and how soon one of the same size stops when told to."""
    ctx = made.unlocked(made.copy(10_000, tmp / "import"))
    file, mapping = tmp / "old.csv", tmp / "mapping.json"
    with open(file, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("ID", "Date", "Time", "What", "Harm", "Text"))
        writer.writerows(
            (f"W{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025", "14:05", "Assault", "Low", f"Text {i}")
            for i in range(IMPORT_ROWS)
        )
    rules = {
        "version": 1, "name": "Bench", "source": "Old system",
        "columns": {"reference": "ID", "date": "Date", "time": "Time"},
        "fields": {
            "act_types": {"column": "What", "values": {"Assault": ["PHY"]}},
            "effect": {"column": "Harm", "values": {"Low": "MIN"}}, "description": "Text",
        },
    }  # fmt: skip
    mapping.write_text(json.dumps(rules))
    told: list[float] = []

    def progress(done: int, _of: int) -> bool:
        told.append(time.perf_counter())
        return done < IMPORT_STOP

    imports.run(ctx, file, mapping, progress=progress)
    stopping = (time.perf_counter() - told[-1]) * 1000
    took = timed(lambda: imports.run(ctx, file, mapping))
    held = ctx.store.db.execute("SELECT count(*) FROM incident WHERE import_source = 'Old system'").fetchone()[0]
    assert held == IMPORT_ROWS, "not every row was taken"
    sessions.lock(ctx)
    name = f"import of {IMPORT_ROWS:,} rows"
    return [
        Bar(name, took / 1000, None, IMPORT_ROWS * 6 / 1000, "s", note=f"{took / IMPORT_ROWS:.1f} ms a row"),
        Bar("import, stop once told", stopping, None, 1000),
    ]


PARTS: dict[str, Callable[[Path], list[Bar]]] = {
    "start": start, "unlock": unlock, "lists": lists, "save": save, "prints": prints, "window": window,
    "import": imported, "wire": wire, "everyday": everyday, "many": many,
    "worklist": worklists,
}  # fmt: skip
