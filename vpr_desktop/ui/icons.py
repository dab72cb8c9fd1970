"""Line icons in the palette's colours: drawn from SVG files at the size and sharpness asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from vpr_desktop.settings import resource


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """One icon as a picture; `size` in logical pixels, `ratio` of the screen."""
    drawn = QPixmap(round(size * ratio), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def paint_icon(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draws an icon into a square."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(rect.topLeft(), pixmap(name, colour, round(rect.width()), ratio))


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """An icon for menus and actions."""
    screen = QApplication.primaryScreen()
    return QIcon(pixmap(name, colour, size, screen.devicePixelRatio() if screen else 1.0))
