"""The demonstration: a practice PC with its history, in a window to try, or headless with pictures and PDFs.

Drives the real window over a real encrypted file; nothing here is drawn for show.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from vpr_desktop import demo_support, demo_sync
from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.services import (
    closing,
    drafts,
    exports,
    incidents,
    listing,
    lockscreen,
    maintenance,
    practice,
    printing,
    sessions,
    sheets,
    support,
    ward_sheets,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log

OUT = "demo-out"
SIZES = {"": (1366, 704), "-small": (1024, 640)}
LOOKS = (("light", 100, ""), ("dark", 100, ""), ("light", 200, ""), ("light", 100, "-small"))


def main() -> int:
    """Makes the practice PC and opens the app, or does the whole job without a window."""
    parser = argparse.ArgumentParser(prog="demo", description="VPR Desktop with practice data.")
    parser.add_argument("--headless", action="store_true", help="no window: pictures and PDFs instead")
    parser.add_argument("--out", default=OUT, help="folder for what the demo makes")
    options = parser.parse_args()
    out = Path(options.out)
    home, second = out / "practice-pc", out / "practice-pc-2"
    say("Making a practice PC: two wards, four people, fourteen months of made-up history ...")
    if options.headless or not _is_practice(home):
        _clear(home)
        practice.fill(home, SystemClock(), told=say)
    names = ", ".join(user_id for user_id, _, _ in practice.USERS)
    say(f"Sign in as {names} with the passphrase: {practice.PASSPHRASE}")
    server = _two_pcs(out, home, second, again=options.headless)
    try:
        if options.headless:
            demo_sync.run((home, second), server, SystemClock(), say)
            return headless(out, home)
        return _windows(home, second)
    finally:
        server.stop()


def _two_pcs(out: Path, home: Path, second: Path, *, again: bool) -> demo_sync.Server:
    """A second PC of the ward and a local server, which runs; both PCs are joined to it."""
    if again or not _is_practice(second):
        _clear(second)
        demo_sync.second_pc(second, SystemClock())
    folder = out / "practice-server"
    shutil.rmtree(folder, ignore_errors=True)
    server = demo_sync.Server(folder)
    server.make(practice.WARDS)
    server.start()
    say(f"A server runs on this PC alone: {server.url}")
    for pc in (home, second):
        demo_sync.join(pc, server, SystemClock(), say)
    return server


def _windows(home: Path, second: Path) -> int:
    """Both PCs side by side; what one sends the other shows."""
    from vpr_desktop.ui.start import open_window

    say("Opening two windows, one for each PC of the ward. Close both to end the demo.")
    other = subprocess.Popen([sys.executable, "-m", "vpr_desktop", "--home", str(second)])
    code = open_window(home)
    other.wait()
    return code


def say(text: str) -> None:
    """One step, told as it is done."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _is_practice(home: Path) -> bool:
    try:
        held = json.loads((home / "lockscreen.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return held.get("practice") is True


def _clear(home: Path) -> None:
    """Removes an earlier practice PC, and nothing that is none."""
    if _is_practice(home):
        shutil.rmtree(home)
    elif home.exists() and any(home.iterdir()):
        raise SystemExit(f"{home} holds something else. Choose another folder with --out.")


def headless(out: Path, home: Path) -> int:
    """Logs, finishes, amends, prints, exports, backs up and checks; then takes pictures of every screen."""
    ctx = sessions.unlock(home, "amanager", practice.PASSPHRASE, SystemClock())
    reference = _work(ctx, out)
    sessions.lock(ctx)
    say(f"Locked. {reference} lies in the encrypted file {home / 'vault.db'}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    shots = pictures(home, out, say)
    say(f"Done. {shots} pictures and the PDFs are in {out}")
    return 0


def _work(ctx: Context, out: Path) -> str:
    out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    made = log(
        ctx,
        {
            "occurred_at": ctx.now() - timedelta(minutes=25), "time_known": "approx", "location": "COR",
            "act_types": ["PHY", "THR"], "affected": "ONE", "perp_relation": "PAT", "effect": "MIN",
            "support_offered": "NYT",
            "description": "A patient who wanted to leave hit the nurse's arm and threatened to come back.",
        },
    )  # fmt: skip
    say(f"Logged {made.reference} in {1000 * (time.perf_counter() - began):.0f} ms, checks and disk included")
    seen = incidents.view(ctx, made.id)
    edit = incidents.Edit("incident", made.id, {"factors": ["C02", "O01"], "immediate_actions": ["DEE", "SEC"]})
    seen = incidents.save(ctx, seen, [edit])
    edit = incidents.Edit("incident", made.id, {"effect": "TRE"})
    incidents.save(ctx, seen, [edit], "The nurse was seen in the emergency department.")
    say("Added what led up to it, and changed the effect with a reason; both versions are in the history")
    demo_support.run(ctx, made.id, say)
    for copy, reason in (("redacted", ""), ("anonymous", ""), ("full", "For the practice file")):
        _print(ctx, printing.summary(ctx, made.id, copy, reason), out / f"incident-summary-{copy}.pdf")
    _print(ctx, printing.blank_form(ctx), out / "blank-form.pdf")
    _print(ctx, printing.handover_sheet(ctx), out / "handover-sheet.pdf")
    _print(ctx, printing.receipt_slip(ctx, made.id), out / "receipt-slip.pdf")
    person = seen.parts["people"][0].id
    _print(ctx, sheets.f2508(ctx, made.id, person), out / "f2508-sheet.pdf")
    _print(ctx, sheets.checklist(ctx, made.id, person), out / "checklist.pdf")
    _print(ctx, sheets.referral(ctx, made.id, person), out / "referral.pdf")
    _print(ctx, sheets.police(ctx, made.id), out / "police-summary.pdf")
    _print(ctx, ward_sheets.support_card(ctx), out / "support-card.pdf")
    _print(ctx, ward_sheets.you_said(ctx), out / "you-said-we-did.pdf")
    missing = closing.standing(ctx, made.id).missing
    say(f"{made.reference} cannot be closed yet: {missing[0].words} {len(missing)} things are missing")
    _print(ctx, printing.register(ctx, ListQuery(limit=60)), out / "list-of-incidents.pdf")
    count = exports.write_csv(ctx, out / "incidents.csv", ListQuery())
    say(f"Exported {count} incidents as a redacted CSV")
    found = listing.search(ctx, "emergency department")
    say(f"Found {len(found)} incidents with the words 'emergency department'")
    backup = maintenance.backup(ctx, out / "practice.vprbackup")
    report = maintenance.verify(ctx)
    say(f"Backed up {backup.ops} changes; verify: {'everything holds' if report.ok else report.problems[0]}")
    for draft in drafts.mine(ctx)[1:]:
        drafts.discard(ctx, draft.id)
    return made.reference


def _print(ctx: Context, pdf: printing.Pdf, path: Path) -> None:
    printing.save(ctx, pdf, str(path))
    say(f"Printed {path.name}: {pdf.pages} page{'s' if pdf.pages > 1 else ''}")


# Pictures
def pictures(home: Path, out: Path, told: Callable[[str], None]) -> int:
    """Every screen of the real window, light and dark, at 200 % text and at the smallest size. Returns how many."""
    from vpr_desktop.ui.app import application, make_window

    app = application()
    fresh = out / "first-run"
    shutil.rmtree(fresh, ignore_errors=True)
    window = make_window(app, fresh)
    window.show()
    count = _first_run(window, out)
    window.close()
    window = make_window(app, home)
    window.show()
    rest(window)
    count += _locked(window, out)
    window.unlock("amanager", practice.PASSPHRASE)
    rest(window)
    for theme, percent, size in LOOKS:
        _look(window, theme, percent, size)
        count += _tour(window, out, _suffix(theme, percent, size))
        told(f"Pictures in {theme}, {percent} % text, {'x'.join(map(str, SIZES[size]))}")
    window.lock()
    rest(window)
    window.lane.stop()
    shutil.rmtree(fresh, ignore_errors=True)
    return count


def _suffix(theme: str, percent: int, size: str) -> str:
    return f"{theme}{'' if percent == 100 else f'-{percent}'}{size}"


def _look(window: Any, theme: str, percent: int, size: str) -> None:
    from vpr_desktop.ui.style import style_of

    style_of().set_theme(theme)
    style_of().set_text_percent(percent)
    if not window.facts.needs_first_run:
        lockscreen.save_preferences(window.home, theme=theme, text_percent=percent)
    window.resize(*SIZES[size])
    rest(window)


def _first_run(window: Any, out: Path) -> int:
    count = 0
    for theme, percent, size in LOOKS:
        _look(window, theme, percent, size)
        for step in range(3):
            window.first_run.show_step(step)
            count += _shot(window, out, f"s00-first-run-{step + 1}-{_suffix(theme, percent, size)}")
    return count


def _locked(window: Any, out: Path) -> int:
    count = 0
    for theme, percent, size in LOOKS:
        _look(window, theme, percent, size)
        count += _shot(window, out, f"s01-lock-{_suffix(theme, percent, size)}")
    return count


def _tour(window: Any, out: Path, suffix: str) -> int:
    """Home, list, record, a task, history, print preview, handover, data, settings, support, quick log."""
    newest = listing.page(window.ctx, ListQuery(limit=1))[0].id
    stops: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("s02-home", "home", {}),
        ("s05-incidents", "incidents", {}),
        ("s04-record", "record", {"incident_id": newest}),
        ("s04-history", "record", {"incident_id": newest, "history": True}),
        ("s04-task", "task", {"incident_id": newest, "task": "before"}),
        ("s04-task-injury", "task", {"incident_id": newest, "task": "injury"}),
        ("s04-close", "close", {"incident_id": newest}),
        ("s04-riddor", "riddor", {"incident_id": newest}),
        ("s06-support", "worklist", {}),
        ("s07-support-plan", "plan", {"plan_id": support.plan_ids(window.ctx, newest)[0]}),
        ("s09-print-preview", "print", {"incident_id": newest}),
        ("s02-handover", "handover", {}),
        ("s10-data", "data", {}),
        ("s11-settings", "settings", {}),
        ("s03-quick-log", "log", {}),
    )
    count = 0
    for name, page, arguments in stops:
        window.go(page, **arguments)
        count += _shot(window, out, f"{name}-{suffix}")
    form = window.page().form
    form.put({"answers": {"location": "DAY", "act_types": ["PHY", "THR"], "affected": "ONE"}, "when_choice": "now"})
    form.changed.emit()
    window.page().save()
    count += _shot(window, out, f"s03-quick-log-missing-{suffix}")
    window.page().form.clear()
    window.page()._dirty = False
    window.go("home")
    window.open_support()
    count += _shot(window, out, f"s12-support-{suffix}")
    window.open_support()
    return count


def _shot(window: Any, out: Path, name: str) -> int:
    rest(window)
    if not window.grab().save(str(out / f"{name}.png")):
        raise SystemExit(f"The picture {name} could not be written to {out}")
    return 1


def rest(window: Any, seconds: float = 30.0) -> None:
    """Lets the store lane and the events that wait come to rest."""
    from PySide6.QtCore import QEvent, QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    loop, end, poll = QEventLoop(), QTimer(), QTimer()
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(int(seconds * 1000))
    poll.timeout.connect(lambda: None if window.lane.busy else loop.quit())
    poll.start(5)
    loop.exec()
    if not end.isActive():
        raise TimeoutError("the lane did not come to rest")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for _ in range(4):  # boxes inside boxes settle one after the other
        QApplication.processEvents()
    if window.lane.busy:
        rest(window, seconds)


if __name__ == "__main__":
    raise SystemExit(main())
