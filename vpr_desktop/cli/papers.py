"""Commands that read or write papers and files: print, export, import, dictionary."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from vpr_desktop.cli import given
from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.cli.records import query_of
from vpr_desktop.cli.session import signed_in
from vpr_desktop.services import dictionary as dictionary_service
from vpr_desktop.services import exports, imports, incidents, printing, sheets, ward_sheets
from vpr_desktop.services.context import Context
from vpr_desktop.services.printing import Pdf

TOLD_EACH = 1000  # rows


def print_(options: Namespace) -> None:
    """Makes the incident summary, or another sheet about the incident, as PDF."""
    with signed_in(options) as ctx:
        incident_id = incidents.find(ctx, options.reference)
        pdf = _sheet(ctx, incident_id, options)
        printing.save(ctx, pdf, options.out)
    result(options, {"file": options.out, "pages": pdf.pages}, [f"{options.out}: {pdf.pages} page(s)"])


def paper(options: Namespace) -> None:
    """Makes a paper of the ward: the blank form, the support card, the handover, or what was changed this month."""
    made = {
        "form": printing.blank_form, "card": ward_sheets.support_card, "handover": printing.handover_sheet,
        "you-said": ward_sheets.you_said,
    }  # fmt: skip
    with signed_in(options) as ctx:
        pdf: Pdf = made[options.paper](ctx)
        printing.save(ctx, pdf, options.out)
    result(options, {"file": options.out, "pages": pdf.pages}, [f"{options.out}: {pdf.pages} page(s)"])


def _sheet(ctx: Context, incident_id: str, options: Namespace) -> Pdf:
    if options.sheet == "summary":
        return printing.summary(ctx, incident_id, options.copy, options.reason)
    if options.sheet == "slip":
        return printing.receipt_slip(ctx, incident_id)
    if options.sheet == "police":
        return sheets.police(ctx, incident_id, options.copy, options.reason)
    people = incidents.view(ctx, incident_id).parts.get("people", [])
    held = {str(one.values.get("letter") or ""): one.id for one in people}
    person_id = given.person(held, options.person, "nobody that you may see")
    if options.sheet == "checklist":
        return sheets.checklist(ctx, incident_id, person_id)
    made = sheets.referral if options.sheet == "referral" else sheets.f2508
    return made(ctx, incident_id, person_id, options.copy, options.reason)


def export(options: Namespace) -> None:
    """Writes a list of incidents as CSV."""
    query = query_of(options)
    with signed_in(options) as ctx:
        count = exports.write_csv(ctx, options.out, query, options.copy, options.reason)
    result(options, {"rows": count, "file": options.out}, [f"{options.out}: {count} incidents"])


def import_(options: Namespace) -> int:
    """Takes over incidents from another system's export."""
    with signed_in(options) as ctx:
        done = imports.run(
            ctx, Path(options.file), Path(options.mapping), dry_run=options.dry_run, progress=_Progress()
        )
    document = {
        "read": done.read, "imported": done.imported, "rejected": done.rejected, "duplicates": done.duplicates,
        "warnings": list(done.warnings),
    }  # fmt: skip
    for warning in done.warnings:
        tell(warning)
    lines = table(("read", "imported", "rejected", "duplicates"), [list(document.values())[:4]])
    if done.rejected_file:
        lines.append(f"Rejected rows with their reasons: {done.rejected_file}")
    result(options, document, lines)
    return 3 if done.read and not (done.imported or done.duplicates or done.rejected < done.read) else 0


class _Progress:
    """Tells how far it is, once for each thousand rows; an import from the command line is stopped with Ctrl+C."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, done: int, of: int) -> bool:
        if done // TOLD_EACH > self._told:
            self._told = done // TOLD_EACH
            tell(f"{done:,} of {of:,} rows")
        return True


def dictionary(options: Namespace) -> None:
    """Lists every field and code."""
    if options.out:
        count = dictionary_service.write_csv(options.out)
        result(options, {"rows": count, "file": options.out}, [f"{options.out}: {count} fields"])
        return
    found = dictionary_service.rows()
    rows = [(row["entity"], row["name"], row["kind"], row["required_at"], row["label"]) for row in found]
    result(options, found, table(("entity", "name", "kind", "required at", "label"), rows))
