"""Import of another system's export: a few incidents are one transaction, and nothing rejected is lost.

A run that is stopped or cut short leaves whole incidents, and is finished by the next one: what is here already
counts as duplicate. Rules: domain reference, section C6.

A dry run leaves nothing but its audit entry, so it counts no report as here that is closed to whoever runs it: asked
for one minute, kind and place after the other it would tell them all. The import itself does count it, as no report may
be here twice, and what it did take over stays to be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.derived import HARMED
from vpr_desktop.domain.fields import encode
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.rules import problems
from vpr_desktop.services import import_file, import_mapping, import_rows, new_incident
from vpr_desktop.services.context import Context
from vpr_desktop.services.import_file import Row, Table
from vpr_desktop.services.import_mapping import Mapping, plain
from vpr_desktop.services.import_rows import Found, Rejected
from vpr_desktop.storage import duplicates, queries, unsent
from vpr_desktop.storage.unit import UnitOfWork

RECENT_DAYS = 7  # support starts for what happened at most so many local dates before the import
RIDDOR_DAYS = range(8, 16)
MOST_WARNINGS = 20
GROUPS_A_STEP = 20  # incidents in one transaction: the disk is waited for once, a save in the window not for long
GROUPS_A_RUN = 40  # where nobody else waits; few enough that their worklist is brought up to date at once
Progress = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Done:
    """What an import came to. `cancelled` where it was stopped: what was imported before stays."""

    read: int
    imported: int
    rejected: int
    duplicates: int
    warnings: tuple[str, ...]
    rejected_file: Path | None = None
    cancelled: bool = False
    changes: Changes = Changes()


@dataclass(slots=True)
class Import:
    """An import under way. It goes on by `step`, so that other work gets its turn between two steps."""

    ctx: Context
    table: Table
    mapping: Mapping
    dry_run: bool
    wards: dict[str, tuple[str, ZoneInfo]] = field(default_factory=dict)
    groups: list[list[Row]] = field(default_factory=list)
    taken: int = 0
    done: int = 0
    known: dict[tuple[str, str, str], str] = field(default_factory=dict)
    seen: set[tuple[Any, ...]] = field(default_factory=set)
    imported: int = 0
    duplicates: int = 0
    differing: int = 0
    injured: int = 0
    rejected: list[tuple[Row, str]] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    written: list[Change] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Rows in all."""
        return len(self.table.rows)

    @property
    def is_over(self) -> bool:
        """Whether every row was looked at."""
        return self.taken >= len(self.groups)


def run(
    ctx: Context,
    file: Path,
    mapping_file: Path,
    *,
    dry_run: bool = False,
    progress: Progress = lambda _done, _of: True,
) -> Done:
    """Takes over the incidents of a file. Raises NotAllowed, NotFound, ProblemsFound before anything is saved.

    `progress` is told rows done and rows in all; once it answers False the import stops.
    """
    job = begin(ctx, file, mapping_file, dry_run=dry_run)
    cancelled = False
    while not job.is_over and not cancelled:
        cancelled = not progress(job.done, job.total)
        if not cancelled:
            step(job, GROUPS_A_RUN)
    progress(job.done, job.total)
    return finish(job, cancelled=cancelled)


def begin(ctx: Context, file: Path, mapping_file: Path, *, dry_run: bool = False) -> Import:
    """Reads a file and its mapping. Raises NotAllowed, NotFound, ProblemsFound; nothing is saved yet."""
    ctx.require("import")
    mapping = import_mapping.load(mapping_file)
    job = Import(ctx, import_file.read(file, mapping), mapping, dry_run, _wards(ctx), known=_known_keys(ctx))
    job.groups = list(_groups(job))
    return job


def step(job: Import, groups: int = GROUPS_A_STEP) -> None:
    """Takes the next few incidents: all of them are saved, or none."""
    few = job.groups[job.taken : job.taken + groups]
    before = job.imported
    if job.dry_run:
        for group in few:
            _take(job, group, None)
    else:
        with job.ctx.unit() as unit:
            for group in few:
                _take(job, group, unit)
            if job.imported > before:
                unit.commit("import rows", f"{job.imported - before}")
    job.done += sum(map(len, few))
    job.taken += len(few)


def finish(job: Import, *, cancelled: bool = False) -> Done:
    """Writes the rejected rows beside their file and says what came of the import."""
    path = import_file.write_rejected(job.table, job.rejected) if job.rejected else None
    with job.ctx.unit() as unit:
        unit.commit("try import" if job.dry_run else "import", f"{job.imported} of {job.total}")
    changes = Changes() if job.dry_run else Changes(tuple(job.written), "import")
    warnings = tuple(_warnings(job))
    return Done(job.total, job.imported, len(job.rejected), job.duplicates, warnings, path, cancelled, changes)


def _known_keys(ctx: Context) -> dict[tuple[str, str, str], str]:
    """What was imported before, by ward, source and number; numbers typed by hand stand under no source."""
    return {
        (ward, plain(source or ""), plain(number)): incident_id
        for incident_id, ward, source, number in duplicates.system_references(ctx.store.db)
    }


def _groups(job: Import) -> Iterable[list[Row]]:
    """The rows of one incident together: each row alone, unless the mapping says that a row is a person."""
    column = job.mapping.columns.get("reference")
    if job.mapping.rows != "person" or column is None:
        return ([row] for row in job.table.rows)
    groups: dict[str, list[Row]] = {}
    ward = plain(job.mapping.columns.get("ward", ""))
    for row in job.table.rows:
        reference = plain(row.cells.get(plain(column), ""))
        key = f"{reference}\n{plain(row.cells.get(ward, ''))}" if reference else f"\n{row.line}"
        groups.setdefault(key, []).append(row)
    return groups.values()


def _take(job: Import, rows: list[Row], unit: UnitOfWork | None) -> None:
    """Reads the rows of one incident and saves it, or rejects all of them: no incident is taken in half.

    Without a unit of work nothing is saved.
    """
    found: list[Found] = []
    refused: dict[int, str] = {}
    for row in rows:
        try:
            found.append(import_rows.read(row, job.mapping, job.wards, job.ctx.ward_id, job.ctx.now()))
        except Rejected as error:
            refused[row.line] = str(error)
    if not refused:
        if _is_duplicate(job, found[0]):
            job.duplicates += len(found)
            return
        wrong = _save(job, found, unit)
        if wrong:
            refused = {row.line: wrong for row in rows}
    for row in rows if refused else ():
        job.rejected.append((row, refused.get(row.line, "Another row of this incident was rejected.")))


def _wards(ctx: Context) -> dict[str, tuple[str, ZoneInfo]]:
    by_name: dict[str, tuple[str, ZoneInfo]] = {}
    for facts in ctx.wards.values():
        by_name |= dict.fromkeys((facts.id, plain(facts.name), plain(facts.code)), (facts.id, facts.zone))
    return by_name


def _is_duplicate(job: Import, found: Found) -> bool:
    if found.reference:
        return _is_known(job, found)
    at = encode(fields_of(Incident)["occurred_at"], found.incident["occurred_at"])
    acts, place = found.incident["act_types"], found.incident["location"]
    words = _words(found.incident.get("description"))
    key = (found.ward_id, at, tuple(sorted(acts)), place, words)
    if key in job.seen:
        return True
    job.seen.add(key)
    held = duplicates.same_event(job.ctx.store.db, found.ward_id, str(at), acts, place)
    if job.dry_run:
        held = [one for one in held if _opens(job, one)]
    return any(_words(job.ctx.reader().get(Incident, one).description) == words for one in held)


def _is_known(job: Import, found: Found) -> bool:
    number = plain(found.reference)
    key = (found.ward_id, plain(job.mapping.source), number)
    held = job.known.get(key, job.known.get((found.ward_id, "", number)))
    if held is None or (held and job.dry_run and not _opens(job, held)):
        job.known[key] = ""
        return False
    if held and _words(job.ctx.reader().get(Incident, held).description) != _words(found.incident.get("description")):
        job.differing += _opens(job, held)
    return True


def _opens(job: Import, incident_id: str) -> bool:
    """Whether what an incident holds is open to whoever imports."""
    db = job.ctx.store.db
    numbers = list(unsent.numbers_of(db, [incident_id]).values())
    return any(row["visible"] for row in queries.rows(db, numbers, job.ctx.viewer))


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _save(job: Import, found: list[Found], unit: UnitOfWork | None) -> str:
    """Saves one incident. Returns why it cannot be saved, or nothing."""
    record = _record(job, found[0])
    wrong = [p.message for p in problems(record, "log", now=job.ctx.now()) if p.field != "support_offered"]
    if len(found) > len(new_incident.LETTERS):
        wrong.append(f"More than {len(new_incident.LETTERS)} people in one incident cannot be taken over.")
    if wrong:
        return " ".join(wrong)
    for one in found:
        job.unmapped.update(one.unmapped)
    job.injured += _is_late_injury(job, found)
    job.imported += 1
    if unit is not None:
        _write(job, record, found, unit)
    return ""


def _record(job: Import, found: Found) -> Incident:
    ctx = job.ctx
    record = Incident(ward_id=found.ward_id, **found.incident)
    record.local_system_ref = found.reference or record.local_system_ref
    record.imported_at, record.import_source = ctx.now(), job.mapping.source
    record.reported_by, record.reported_at = ctx.user.user_id, found.reported_at
    record.status = found.status or ("in_review" if _is_recent(ctx, found) else "closed")
    record.restricted = new_incident.is_sexual(record.act_types) or None
    new_incident.mark(ctx, record)
    return record


def _days_ago(ctx: Context, found: Found) -> int:
    zone = found.zone
    at: datetime = found.incident["occurred_at"]
    return (ctx.now().astimezone(zone).date() - at.astimezone(zone).date()) // timedelta(days=1)


def _is_recent(ctx: Context, found: Found) -> bool:
    return _days_ago(ctx, found) <= RECENT_DAYS


def _is_late_injury(job: Import, found: list[Found]) -> bool:
    """Whether somebody was hurt so long ago that a RIDDOR report may fall due in the old system (domain C6)."""
    hurt = any(
        one.incident["effect"] in HARMED or one.person.get("physical_harm") in ("1", "2", "3", "4") for one in found
    )
    return hurt and _days_ago(job.ctx, found[0]) in RIDDOR_DAYS


def _write(job: Import, record: Incident, found: list[Found], unit: UnitOfWork) -> None:
    ctx = job.ctx.with_ward(record.ward_id)
    people = [{**one.person, **({"injuries": [one.injury]} if one.injury else {})} for one in found]
    parts = {"people": people, "alleged": [found[0].alleged] if found[0].alleged else []}
    reason = f"Import of {job.table.path.name} with {job.mapping.name}"
    recent = _is_recent(ctx, found[0])
    record.reference = new_incident.next_reference(ctx, unit)
    new_incident.write(ctx, unit, record, parts, reason=reason, with_plans=recent)
    unit.note("import incident", record.id)
    job.written.append(Change("incident", record.id))


def _warnings(job: Import) -> Iterable[str]:
    if job.table.encoding == "cp1252":
        yield "The file was read as Windows-1252. Look at letters with accents in a few imported records."
    if job.injured:
        yield f"{job.injured} injured 8 to 15 days ago. Check RIDDOR in the old system."
    if job.differing:
        yield f"{job.differing} duplicates have another text here than in the file. Nothing was changed."
    for words, count in job.unmapped.most_common(MOST_WARNINGS):
        yield f"The mapping has no code for {words} ({count} rows). It was left out."
    if len(job.unmapped) > MOST_WARNINGS:
        yield f"There are {len(job.unmapped) - MOST_WARNINGS} further words without a code."
