"""The frame around every page: header, navigation rail, page, support dock and status bar. Signals only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QMenu, QSizePolicy, QStackedWidget, QWidget

from vpr_desktop.ui.icons import icon
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import HEADER, MENU_FROM, NARROW_BELOW, RAIL, RAIL_NARROW, STATUS_BAR
from vpr_desktop.ui.widgets.beside import Beside
from vpr_desktop.ui.widgets.busy_note import BusyNote
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Panel, clear, column, row
from vpr_desktop.ui.widgets.labels import IconLabel, TagLabel, Words
from vpr_desktop.ui.words import say

# Page, icon, words and shortcut of each place in the rail; a place without a page yet is not shown.
PLACES = (
    ("home", "home", "Home", "Ctrl+1"),
    ("incidents", "list", "Incidents", "Ctrl+2"),
    ("worklist", "heart", "Support", "Ctrl+3"),
    ("data", "sync", "Sync and data", "Ctrl+5"),
)


MOST_SHOWN = 999  # beside a place; all of it is said by the place itself


class Header(QFrame):
    """The blue bar: product, ward, find, who works, lock."""

    asked = Signal(str)
    ward_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", "header")
        self.title = Words("VPR Desktop", "title", tone="header", wrap=False)
        self.ward = Words("", "body", tone="header", wrap=False)
        self.ward_button = Button("", "header", icon="down")
        self.practice = TagLabel(say("Practice"), "yellow")
        self._wards: dict[str, str] = {}
        self.can_find = True
        self.menu = Button("", "header", icon="menu", name=say("Menu"))
        self.find_button = Button(say("Find"), "header", icon="search", hint="Ctrl+K", name=say("Find anything"))
        self.chip = Button("", "header", icon="dash", name=say("Sync: not set up"))
        self._chip_words = self._chip_number = ""
        self.who = Button("", "header", icon="user")
        self.lock = Button(say("Lock"), "header", icon="lock", hint="Ctrl+L", name=say("Lock and hide"))
        line = row(self.menu, self.title, self.ward, self.ward_button, self.practice, gap=10, margins=(20, 0, 12, 0))
        line.addStretch(1)
        for button in (self.find_button, self.chip, self.who, self.lock):
            line.addWidget(button)
        self.setLayout(line)
        self._connect()
        self.fit(NARROW_BELOW)

    def _connect(self) -> None:
        self.find_button.clicked.connect(lambda: self.asked.emit("find"))
        self.lock.clicked.connect(lambda: self.asked.emit("lock"))
        self.chip.clicked.connect(lambda: self.asked.emit("data"))
        self.who.clicked.connect(lambda: self.asked.emit("settings"))
        self.menu.clicked.connect(lambda: self.asked.emit("menu"))
        self.ward_button.clicked.connect(self._open_wards)

    def _open_wards(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for ward_id, name in self._wards.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self.ward.text())
            action.triggered.connect(lambda _=False, ward_id=ward_id: self.ward_chosen.emit(ward_id))
        menu.popup(self.ward_button.mapToGlobal(self.ward_button.rect().bottomLeft()))

    def fit(self, width: int) -> None:
        """Keeps only icons where there is little room."""
        look = style_of()
        self.setFixedHeight(look.px(HEADER))
        big = look.text_percent >= MENU_FROM
        tight = big or width < 900
        self.menu.setVisible(big)
        self.menu.setText(say("Menu") if big and width >= NARROW_BELOW else "")
        self.menu.updateGeometry()
        self.find_button.setVisible(self.can_find)
        self.title.setVisible(not big)
        for button, text, hint in ((self.find_button, say("Find"), "Ctrl+K"), (self.lock, say("Lock"), "Ctrl+L")):
            button.hint = "" if tight else hint
            button.setText("" if tight else text)
            button.updateGeometry()
        self.chip.setText(self._chip_number if tight else self._chip_words)
        self.chip.updateGeometry()
        self.who.setText("" if tight else self.who.accessibleName().removeprefix(say("Signed in: ")))
        self.who.updateGeometry()

    def show_chip(self, kind: str, icon: str, words: str, number: str, name: str) -> None:
        """Says how sending stands; where there is little room only icon and number are seen."""
        self._chip_words, self._chip_number = words, number
        self.chip.icon_name, self.chip.tone = icon, "needs_you" if kind == "needs_you" else ""
        self.chip.setAccessibleName(name)
        self.fit(self.window().width())
        self.chip.update()

    def show_session(self, ward: str, wards: dict[str, str], who: str, practice: bool) -> None:
        """Says which ward is shown and who works; several wards of a PC, by id and name, make the name a chooser."""
        self.ward.setText(ward)
        self.ward.setVisible(len(wards) < 2)
        self.ward_button.setVisible(len(wards) > 1)
        self.ward_button.set_words(ward, say("Ward shown: {ward}. Choose another.", ward=ward))
        self._wards = wards
        self.who.set_words(who, say("Signed in: ") + who)
        self.practice.setVisible(practice)


class Rail(QFrame):
    """The places of the app, as icons and words or icons alone."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", "rail")
        self.buttons: dict[str, Button] = {}
        self._words: dict[str, str] = {}
        self._line = column(gap=4, margins=(8, 12, 8, 12))
        self._add("log", "plus", say("Log an incident"), "tinted")
        self._line.addSpacing(style_of().px(6))
        for page, symbol, words, _keys in PLACES:
            self._add(page, symbol, say(words), "rail")
        self._line.addStretch(1)
        self._add("support", "phone", say("Get support"), "rail")
        self._add("settings", "gear", say("Settings"), "rail")
        self.setLayout(self._line)

    def _add(self, page: str, symbol: str, words: str, kind: str) -> None:
        button = Button(words, "tinted" if kind == "tinted" else "rail", icon=symbol)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda _=False, page=page: self.asked.emit(page))
        self.buttons[page] = button
        self._words[page] = words
        self._line.addWidget(button)

    def offer(self, pages: set[str]) -> None:
        """Shows only the places that open to whoever works."""
        for page in ("log", "incidents", "worklist"):
            self.buttons[page].setVisible(page in pages)

    def fit(self, narrow: bool) -> None:
        """Shows icons alone, or icons with words."""
        self.setFixedWidth(style_of().px(RAIL_NARROW if narrow else RAIL))
        for page, button in self.buttons.items():
            button.setText("" if narrow else self._words[page])
            button.setMinimumWidth(0)
            button.updateGeometry()

    def badge(self, page: str, count: int, words: str = "") -> None:
        """Shows how much waits at a place, or in other words what `words` says of it."""
        self.buttons[page].badge = (str(count) if count <= MOST_SHOWN else f"{MOST_SHOWN}+") if count else ""
        said = words or say("{count} waiting", count=count)
        self.buttons[page].setAccessibleDescription(said if count else "")
        self.buttons[page].update()

    def mark(self, page: str) -> None:
        """Marks the place that is open."""
        for name, button in self.buttons.items():
            button.current = name == page and button.kind == "rail"
            spoken = self._words[name]
            button.setAccessibleName(say("{place}, open now", place=spoken) if name == page else spoken)
            button.update()


class StatusBar(QFrame):
    """The last action, and its Undo. `left` tells that Undo goes with focus on it."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", "status")
        self.tick = IconLabel("tick", "success", 16)
        self.words = Words("", "hint", tone="second", wrap=False)
        self.undo = Button(say("Undo"), "link", name=say("Undo the last action"))
        self.right = Words("", "hint", tone="second", wrap=False)
        line = row(self.tick, self.words, self.undo, gap=8, margins=(20, 0, 20, 0))
        line.addStretch(1)
        line.addWidget(self.right)
        self.setLayout(line)
        self._undo: Callable[[], None] | None = None
        self.ends = QTimer(self, singleShot=True)
        self.ends.timeout.connect(self._take_undo)
        self.undo.clicked.connect(self._on_undo_clicked)
        self.show_text("", None)

    def show_text(self, text: str, undo: Callable[[], None] | None, seconds: int = 0) -> None:
        """Says what was done; its Undo goes by itself after so many seconds, or with 0 stays until the next act."""
        self.words.setText(text)
        self.tick.setVisible(bool(text))
        self._undo = undo
        self.ends.stop()
        self._offer(undo is not None)
        if undo is not None and seconds:
            self.ends.start(seconds * 1000)

    def _take_undo(self) -> Callable[[], None] | None:
        """Takes away what could be undone, and its button."""
        undo, self._undo = self._undo, None
        self.ends.stop()
        self._offer(False)
        return undo

    def _offer(self, shown: bool) -> None:
        if self.undo.hasFocus() and not shown:
            self.left.emit()  # before it goes, or focus goes anywhere
        self.undo.setVisible(shown)

    def _on_undo_clicked(self) -> None:
        undo = self._take_undo()
        if undo is not None:
            undo()

    def trigger_undo(self) -> bool:
        """Undoes the last action where it can be undone."""
        if self._undo is None:
            return False
        self._on_undo_clicked()
        return True


class Shell(QWidget):
    """The whole frame. `asked` names the place somebody wants to go to."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.header, self.rail, self.status = Header(), Rail(), StatusBar()
        self.pages = QStackedWidget()
        self.banner = QWidget()
        self._banner_line = column(margins=(24, 8, 24, 0))
        self.banner.setLayout(self._banner_line)
        self.banner.hide()
        self.locks_soon = QWidget()  # above the banner: what that says stays, and the warning is seen whatever it says
        self._locks_soon = Panel("warning", "", icon="lock")
        self.locks_soon.setLayout(column(self._locks_soon, margins=(24, 8, 24, 0)))
        self.locks_soon.hide()
        self.leads_to = ""  # the place that the banner opens
        centre = QWidget()
        self.busy = BusyNote()
        over = QGridLayout()  # the note lies over the page, so that nothing moves when it comes and goes
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.busy, 0, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        over.addWidget(self.pages, 0, 0)
        middle_line = column(self.locks_soon, self.banner, gap=0)
        middle_line.addLayout(over, 1)
        centre.setLayout(middle_line)
        middle = row(self.rail, gap=0)
        self.beside = Beside(centre)
        self.dock = self.beside.dock
        middle.addWidget(self.beside, 1)
        whole = column(self.header, gap=0)
        whole.addLayout(middle, 1)
        whole.addWidget(self.status)
        self.setLayout(whole)
        self.header.asked.connect(self._on_asked)
        self.rail.asked.connect(self._on_asked)
        self.status.left.connect(self._to_page)
        self._icons_only = False
        style_of().changed.connect(self.fit)
        self.fit()

    def _on_asked(self, place: str) -> None:
        if place == "menu":
            self._open_menu()
        else:
            self.asked.emit(place)

    def _to_page(self) -> None:
        """Moves focus to where it was on the page."""
        from vpr_desktop.ui import panes

        there = panes.target(self.pages.currentWidget() or self.pages)
        if there is not None:
            there.setFocus()

    def _open_menu(self) -> None:
        menu, look = QMenu(self), style_of()
        for page, button in self.rail.buttons.items():
            if button.isHidden():
                continue
            words = self.rail._words[page]
            if button.badge:
                words = say("{place}, {count}", place=words, count=button.accessibleDescription())
            action = menu.addAction(icon(button.icon_name, look.tokens.link, look.px(20)), words)
            action.triggered.connect(lambda _=False, page=page: self.asked.emit(page))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.header.menu.mapToGlobal(self.header.menu.rect().bottomLeft()))

    def offer(self, pages: set[str]) -> None:
        """Shows only the places that open to whoever works."""
        self.rail.offer(pages)
        self.header.can_find = "incidents" in pages
        self.header.fit(self.width())

    def show_page(self, name: str, page: QWidget, icons_only: bool) -> None:
        """Puts a page in the middle; `icons_only` keeps the rail small for it."""
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self._icons_only = icons_only
        self.rail.mark(name)
        self.fit()

    def tell(self, kind: str, text: str, place: str = "") -> None:
        """Says something above the page until it is closed, with a button that opens the place where more is said."""
        panel = Panel(kind, text)
        for page, _, words, keys in PLACES:
            if page == place:
                way = Button(say("Open {place}", place=say(words)), hint=keys)
                way.clicked.connect(lambda: self.asked.emit(place))
                panel.line.addWidget(way)
        panel.add_close().clicked.connect(lambda: self.show_banner(None))
        self.show_banner(panel)
        self.leads_to = place

    def warn(self, text: str) -> None:
        """Says above all else that the PC locks soon; without words takes that back."""
        self._locks_soon.set_words(text)
        self.locks_soon.setVisible(bool(text))

    def show_banner(self, widget: QWidget | None) -> None:
        """Shows something above the page, or nothing; focus on what goes is on the page again."""
        self.leads_to = ""
        focused = QApplication.focusWidget()
        if focused is not None and self.banner.isAncestorOf(focused):
            self._to_page()
        clear(self._banner_line)
        if widget is not None:
            self._banner_line.addWidget(widget)
        self.banner.setVisible(widget is not None)

    def fit(self) -> None:
        """Chooses between rail, icons and menu by width and text size."""
        look = style_of()
        big = look.text_percent >= MENU_FROM
        self.rail.setVisible(not big)
        self.status.setVisible(not big)
        self.status.setFixedHeight(look.px(STATUS_BAR))
        self.rail.fit(self._icons_only or self.width() < NARROW_BELOW)
        self.header.fit(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
