"""The filter bar of the list: search, dates, ward, what happened, effect, status, and views of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy

from vpr_desktop.domain.choices import STATUS
from vpr_desktop.domain.choices_acts import ACT, ACT_CLASSES
from vpr_desktop.domain.choices_people import EFF
from vpr_desktop.services import saved_views
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.saved_views import SavedView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import TextField
from vpr_desktop.ui.widgets.filter_button import FilterButton
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.words import say

TYPING_MS = 250
PERIODS = {"": "All time", "366": "12 months", "92": "3 months", "30": "30 days"}
LEAST_SEARCH = 236  # with less room than this beside the filters, the search stands above them


class IncidentFilters(QFrame):
    """Turns what is chosen into a query. `changed` carries it."""

    changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.query = ListQuery()
        self._views: list[SavedView] = []
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self.search = TextField(say("Filter this list"), say("Filter this list  (Ctrl+F)"))
        self.dates = FilterButton(say("Dates"), list(PERIODS.items()), many=False)
        self.wards = FilterButton(say("Ward"), [(ward.id, ward.name) for ward in desk.ctx.wards.values()])
        self.acts = FilterButton(say("What happened"), [(code, ACT.label(code)) for code in ACT_CLASSES])
        self.effects = FilterButton(say("Effect"), [(code.code, code.label) for code in EFF])
        self.statuses = FilterButton(say("Status"), [(code.code, code.label) for code in STATUS])
        self.views = Button(say("My views"), "filter", icon="down")
        self.clear_button = Button(say("Clear filters"), "link")
        if len(desk.ctx.wards) < 2:
            self.wards.hide()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        buttons = (self.dates, self.wards, self.acts, self.effects, self.statuses, self.views)
        self._choices = Flow(*buttons)
        self._whole = column(self.search, gap=8)
        self._line = row(gap=8)
        self._line.addLayout(self._choices, 1)
        self._line.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._whole.addLayout(self._line, 1)
        self.setLayout(self._whole)
        self.fit()

    def _connect(self) -> None:
        self.search.textEdited.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._on_typed)
        self._typing.timeout.connect(self._on_typed)
        for button in (self.dates, self.wards, self.acts, self.effects, self.statuses):
            button.changed.connect(self._on_filter_changed)
        self.clear_button.clicked.connect(self.clear)
        self.views.clicked.connect(self._open_views)
        style_of().changed.connect(self.fit)

    def fit(self) -> None:
        """Search and filters in one line, or the search above them where there is little room."""
        stacked = self.width() < self._line.sizeHint().width() + style_of().px(LEAST_SEARCH)
        self._whole.setDirection(self._whole.Direction.TopToBottom if stacked else self._whole.Direction.LeftToRight)
        self.search.setMinimumWidth(0 if stacked else style_of().px(LEAST_SEARCH - 8))
        self.search.setMaximumWidth(16_777_215 if stacked else style_of().px(260))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def show_query(self, query: ListQuery) -> None:
        """Shows a query as chosen, such as after Back or from a saved view."""
        self.query = query
        if self.search.text() != query.text:
            self.search.setText(query.text)
        self.dates.set_codes([self._period(query)])
        for button, codes in (
            (self.wards, query.wards), (self.acts, query.acts), (self.effects, query.effects),
            (self.statuses, query.statuses),
        ):  # fmt: skip
            button.set_codes(codes)
        self.clear_button.setVisible(self.is_filtered())

    def _period(self, query: ListQuery) -> str:
        return next((days for days in PERIODS if days and query.since == self._since(days)), "")

    def is_filtered(self) -> bool:
        """Whether anything but everything is asked for."""
        q = self.query
        return q.view != "all" or bool(q.text.strip() or q.since or q.wards or q.acts or q.effects or q.statuses)

    def _since(self, days: str) -> str | None:
        today = self.desk.ctx.now().astimezone(self.desk.ctx.ward.zone).date()
        return (today - timedelta(days=int(days))).isoformat() if days else None

    def _on_typed(self) -> None:
        self._typing.stop()
        if self.search.text() != self.query.text:
            self.changed.emit(replace(self.query, text=self.search.text()))

    def _on_filter_changed(self) -> None:
        self.changed.emit(
            replace(
                self.query,
                since=self._since((self.dates.codes() or [""])[0]),
                wards=tuple(self.wards.codes()),
                acts=tuple(self.acts.codes()),
                effects=tuple(self.effects.codes()),
                statuses=tuple(self.statuses.codes()),
            )
        )

    def clear(self) -> None:
        """Asks for everything again."""
        self.changed.emit(ListQuery())

    # Views of one's own
    def load_views(self) -> None:
        """Reads the views of whoever works."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: saved_views.mine(ctx), self._show_views)

    def _show_views(self, views: list[SavedView]) -> None:
        self._views = views

    def menu(self) -> QMenu:
        """The own views, and keeping or removing one."""
        made = QMenu(self)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for view in self._views:
            made.addAction(view.name).triggered.connect(lambda _=False, view=view: self.changed.emit(view.query))
        if self._views:
            made.addSeparator()
        keep = made.addAction(say("Keep these filters as a view"))
        keep.setEnabled(self.is_filtered())
        keep.triggered.connect(self._on_keep_chosen)
        if self._views:
            gone = made.addMenu(say("Remove a view"))
            for view in self._views:
                gone.addAction(view.name).triggered.connect(lambda _=False, name=view.name: self._remove(name))
        return made

    def _open_views(self) -> None:
        self.menu().popup(self.views.mapToGlobal(self.views.rect().bottomLeft()))

    def _on_keep_chosen(self) -> None:
        from vpr_desktop.ui.dialogs.name_dialog import NameDialog

        NameDialog.ask(
            self, say("Keep these filters as a view"), say("Only you see your views."), say("Keep"), self.keep_view
        )

    def keep_view(self, name: str) -> None:
        """Keeps what is chosen under a name."""
        ctx, query = self.desk.ctx, self.query
        self.desk.run(self, lambda: saved_views.keep(ctx, name, query), lambda views: self._on_kept(views, name))

    def _on_kept(self, views: list[SavedView], name: str) -> None:
        self._views = views
        self.desk.status(say("Kept the view {name}", name=name))

    def _remove(self, name: str) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: saved_views.remove(ctx, name), self._show_views)
        self.desk.status(say("Removed the view {name}", name=name))
