"""The handbook: its pages at the left, with a search, and the page that is open. Works offline, holds no record."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFont, QImage, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.services import handbook
from vpr_desktop.services.handbook import FIRST, HelpPage
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import TextField
from vpr_desktop.ui.widgets.frames import Card, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

LIST = 300


class Reader(QTextBrowser):
    """The text of a page. `followed` names the page whose link was chosen; nothing outside the handbook opens."""

    followed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else widths and pictures chase it
        self.setTabChangesFocus(True)
        self._text = ""
        self._drawn_for = -1
        self.anchorClicked.connect(lambda url: self.followed.emit(url.fileName().removesuffix(".md")))

    def show_text(self, text: str) -> None:
        """Shows a page from its start."""
        self._text = text
        self._draw()

    def _draw(self) -> None:
        self._drawn_for = self.viewport().width()
        self.clear()  # also lets go of pictures made for another width
        self.document().setDefaultFont(style_of().font())
        self.setMarkdown(self._text)
        self._lighten()

    def _lighten(self) -> None:
        """Bold as 600, the heaviest face there is: a heavier one would be smeared from it."""
        cursor, semibold = QTextCursor(self.document()), QTextCharFormat()
        semibold.setFontWeight(QFont.Weight.DemiBold)
        bold, block = [], self.document().begin()
        while block.isValid():
            pieces = block.begin()
            while not pieces.atEnd():
                piece = pieces.fragment()
                if piece.charFormat().fontWeight() > QFont.Weight.DemiBold:
                    bold.append((piece.position(), piece.position() + piece.length()))
                pieces += 1
            block = block.next()
        for start, end in bold:
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(semibold)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.viewport().width() != self._drawn_for:
            where = self.verticalScrollBar().value()
            self._draw()
            self.verticalScrollBar().setValue(where)

    def loadResource(self, _kind: int, name: QUrl | str) -> Any:
        """A picture of the handbook, as wide as the text at most."""
        path = handbook.folder() / (name.toString() if isinstance(name, QUrl) else name)
        if path.suffix != ".png" or path.parent != handbook.folder() / "images":
            return None
        picture = QImage(str(path))
        room = max(200, self.viewport().width() - 16)
        wide = picture.width() > room
        return picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation) if wide else picture


class HandbookPage(QWidget):
    """Pages at the left, text at the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("handbook")
        self._held: list[HelpPage] = handbook.pages()
        self._name = FIRST
        self.back = Button(say("Back"), "link", icon="back")
        self.search = TextField(say("Search the handbook"), say("Search the handbook"))
        self.list = QListWidget()
        self.list.setAccessibleName(say("Handbook pages"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = Words(say("No page has these words. Try fewer."), tone="second")
        self.none.hide()
        self.reader = Reader()
        self._build()
        self._connect()
        self._show_list()

    def _build(self) -> None:
        left = column(self.search, self.none, gap=8)
        left.addWidget(self.list, 1)
        self.side = QWidget()
        self.side.setLayout(left)
        card = Card()
        card.body.addWidget(self.reader, 1)
        split = row(self.side, gap=16)
        split.addWidget(card, 1)
        whole = column(self.back, Heading(say("Handbook")), gap=8, margins=(24, 12, 24, 12))
        whole.addLayout(split, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self.desk.back)
        self.search.textChanged.connect(lambda _: self._show_list())
        self.search.returnPressed.connect(self._on_search_entered)
        self.list.currentItemChanged.connect(self._on_row_chosen)
        self.reader.followed.connect(self._on_followed)
        style_of().changed.connect(self._fit)

    def opened(self, topic: str = "", **_: Any) -> None:
        """Opens a page by name, or the one that was open."""
        self.search.clear()
        self._choose(topic or self._name)
        self._fit()

    def _show_list(self) -> None:
        found = handbook.search(self._held, self.search.text())
        self.list.blockSignals(True)
        self.list.clear()
        for page in found:
            item = QListWidgetItem(page.title)
            item.setData(Qt.ItemDataRole.UserRole, page.name)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.none.setVisible(not found)
        self._mark()

    def _choose(self, name: str) -> None:
        page = next((one for one in self._held if one.name == name), self._held[0])
        self._name = page.name
        self._mark()
        self._draw()

    def _mark(self) -> None:
        """Marks the open page in the list, where it is listed."""
        self.list.blockSignals(True)
        for place in range(self.list.count()):
            if self.list.item(place).data(Qt.ItemDataRole.UserRole) == self._name:
                self.list.setCurrentRow(place)
        self.list.blockSignals(False)

    def _draw(self) -> None:
        page = next(one for one in self._held if one.name == self._name)
        self.reader.show_text(page.text)
        self.reader.setAccessibleName(say("Handbook: {title}", title=page.title))

    def _on_row_chosen(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item is not None:
            self._name = item.data(Qt.ItemDataRole.UserRole)
            self._draw()

    def _on_search_entered(self) -> None:
        if self.list.count():
            self._choose(self.list.item(0).data(Qt.ItemDataRole.UserRole))
            self.reader.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_followed(self, name: str) -> None:
        self.desk.go("handbook", topic=name)

    def filter_this(self) -> None:
        """Ctrl+F: search the handbook."""
        self.search.setFocus()
        self.search.selectAll()

    def refreshed(self, changes: Changes) -> None:
        """No record shows here."""

    def draft(self) -> None:
        """Nothing is typed here that has to be kept."""

    def place(self) -> dict[str, Any]:
        """Which page."""
        return {"topic": self._name}

    def first_focus(self) -> QWidget:
        """The list, on the open page."""
        return self.list

    def _fit(self) -> None:
        look = style_of()
        self.side.setFixedWidth(min(look.px(LIST), max(220, self.width() * 3 // 8)))
        self.list.setFont(look.font())
        self.list.setSpacing(look.px(3))
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
