"""A page with Get support beside it, or over its right end where both would have too little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.style import style_of

if TYPE_CHECKING:
    from vpr_desktop.ui.widgets.support_dock import SupportDock

LEAST_PAGE = 460  # of the design's pixels: with less, a page beside the panel would be cut


class Beside(QWidget):
    """Holds the page, and the panel once it was asked for."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._dock: SupportDock | None = None
        page.setParent(self)
        style_of().changed.connect(self._place)

    @property
    def dock(self) -> SupportDock:
        """The panel, made when first asked for."""
        if self._dock is None:
            from vpr_desktop.ui.widgets.support_dock import SupportDock

            self._dock = SupportDock()
            self._dock.setParent(self)
            self._dock.opened.connect(self._place)
            self._dock.closed.connect(self._place)
        return self._dock

    def hides(self, widget: QWidget) -> bool:
        """Whether a control of the page lies behind the panel, where focus on it could not be seen."""
        dock = self._dock
        if dock is None or dock.isHidden() or not self._page.isAncestorOf(widget):
            return False
        return widget.mapTo(self, widget.rect().topLeft()).x() >= dock.x()

    def _place(self) -> None:
        dock = self._dock if self._dock is not None and not self._dock.isHidden() else None
        wide = dock.width() if dock is not None else 0
        covers = self.width() - wide < style_of().px(LEAST_PAGE)
        self._page.setGeometry(0, 0, self.width() - (0 if covers else wide), self.height())
        if dock is not None:
            dock.setGeometry(self.width() - wide, 0, wide, self.height())
            dock.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
