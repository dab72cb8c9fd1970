"""The floor of a print: the same words and lines at the same places, drawn by reportlab in one loop."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from vpr_desktop.reports import page


def raw_drawing(job: Callable[[], Any]) -> Callable[[], bytes]:
    """Runs a print once, keeping each call that reaches the canvas. Returns what makes these calls again."""
    calls: list[list[tuple[str, tuple[Any, ...]]]] = [[]]
    names = ("setFont", "setFillGray", "setStrokeGray", "setLineWidth", "drawString", "line", "rect", "circle")

    class Noting(Canvas):  # type: ignore[misc]
        def showPage(self) -> None:
            calls.append([])
            super().showPage()

    for name in names:
        setattr(Noting, name, _noted(name, calls))
    held, page.Canvas = page.Canvas, Noting  # type: ignore[misc]
    try:
        job()
    finally:
        page.Canvas = held  # type: ignore[misc]

    def draw() -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1, lang="en-GB")
        for one in calls[:-1]:
            for name, what in one:
                getattr(canvas, name)(*what)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    return draw


def _noted(name: str, calls: list[list[tuple[str, tuple[Any, ...]]]]) -> Callable[..., Any]:
    def method(self: Any, *what: Any, **more: Any) -> Any:
        calls[-1].append((name, what))
        return getattr(Canvas, name)(self, *what, **more)

    return method
