"""How a print begins on this PC: which copy, how large the preview, on which printer."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import print_defaults
from vpr_desktop.services.context import Context
from vpr_desktop.services.print_defaults import PrintDefaults
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Loaded, Section
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, SideField
from vpr_desktop.ui.words import say


class PrintingSection(Section):
    """Each takes effect with the next print. A full copy is never the first one."""

    icon = "print"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Printing"))
        copies = [Option("redacted", say("Redacted copy")), Option("anonymous", say("Anonymous copy"))]
        self.copy = ChoiceGroup(say("First copy"), copies)
        self.fit = ChoiceGroup(say("Preview"), [Option("page", say("Fit page")), Option("width", say("Fit width"))])
        self.printer, self._chosen = DropDown("", []), ""
        hint = say("Of an incident summary, where you may make it. A full copy always asks why.")
        self.body.addWidget(SideField(say("First copy"), self.copy, hint=hint))
        self.body.addWidget(SideField(say("Preview"), self.fit, hint=say("How large it is shown at first")))
        hint = say("The one that is chosen when you press Print")
        self.body.addWidget(SideField(say("Printer"), self.printer, hint=hint, wide=360))
        self.copy.answered.connect(lambda: self._keep(copy=self.copy.value()[0]))
        self.fit.answered.connect(lambda: self._keep(fit=self.fit.value()[0]))
        self.printer.activated.connect(lambda _: self._keep(printer=self.printer.code()))

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("print")

    def show_loaded(self, loaded: Loaded) -> None:
        self._show(loaded.printing)

    def _show(self, held: PrintDefaults) -> None:
        self._chosen = held.printer
        self.copy.set_value([held.copy])
        self.fit.set_value([held.fit])
        self.printer.set_code(self._chosen)

    def showEvent(self, event: QShowEvent) -> None:
        """Asks the system for its printers no earlier: those of a network may take a moment."""
        super().showEvent(event)
        self.printer.clear()
        self.printer.addItem(say("The PC's own choice"), "")
        for name in QPrinterInfo.availablePrinterNames():
            self.printer.addItem(name, name)
        self.printer.set_code(self._chosen)

    def _keep(self, **chosen: str) -> None:
        """Shown again as it is kept: what was read before it was chosen may have been shown over it meanwhile."""
        self._chosen, ctx = chosen.get("printer", self._chosen), self.desk.ctx

        def job() -> PrintDefaults:
            print_defaults.save(ctx, **chosen)
            return print_defaults.read(ctx)

        self.desk.run(self, job, self._show)

    def first_focus(self) -> QWidget:
        return self.copy.first_focus()
