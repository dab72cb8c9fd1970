"""Beside the print preview: what the print is, print and save, what it may show, and what it does not."""

from __future__ import annotations

from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QSizePolicy

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services.printing import Pdf
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.frames import Card, Panel, hairline, row
from vpr_desktop.ui.widgets.labels import IconLabel, Words
from vpr_desktop.ui.words import say

COPIES = (Option("redacted", "Redacted copy"), Option("anonymous", "Anonymous copy"), Option("full", "Full copy"))
NOT_SHOWN = "Not shown: "
FOR = {
    "redacted": say("Safe for a meeting or a union rep."),
    "anonymous": say("For readers who should not know who was meant."),
    "full": say("Hand it to nobody else."),
}
FOR_KIND = {  # papers that are for one reader, whichever copy it is
    "slip": say("For the reporter alone."),
    "blank": say("For when the PC is down."),
    "handover": say("For the next shift."),
    "f2508": say("For health and safety, who report it."),
    "checklist": say("For the talk with this person. Show it to nobody else."),
    "referral": say("For occupational health, once the person has agreed."),
    "police": say("For the police."),
    "card": say("For the person to take home."),
    "you_said": say("For the wall."),
}


class PrintOptions(Card):
    """The card. The page listens to its controls."""

    def __init__(self) -> None:
        super().__init__("", margins=(20, 16, 20, 18))
        look = style_of()
        self.named = self.heading
        self.about = Words("", tone="second")
        self.print_button = Button(say("Print"), "primary", icon="print", hint="Ctrl+Enter")
        self.save_button = Button(say("Save as PDF"), icon="save")
        for button in (self.print_button, self.save_button):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.no_printer = Panel("info", say("No printer is set up on this PC. Save as PDF instead."))
        self.unread = Panel("warning", "")
        self.unread.hide()
        self.copies = ChoiceGroup(say("Which copy"), COPIES, columns=(1,))
        self.copies_label = Words(say("Which copy"), "strong")
        self.copies_label.setBuddy(self.copies)
        self.note = ChoiceGroup(
            say("Note"), [Option("note", say("Include note"))], many=True, digits=False, columns=(1,)
        )
        self.note_hint = Words(say("Read it in the preview first."), "hint", tone="second")
        self.hidden_title = Words(say("Not shown"), "strong")
        self.hidden = Words("", "hint", tone="second")
        collect = row(IconLabel("info", "second", 16), gap=8)
        collect.addWidget(Words(say("Collect it now, or use your printer's secure print."), "hint", tone="second"), 1)
        self.choice_line, self.hidden_line = hairline(), hairline()
        self.body.setSpacing(look.px(8))
        for widget in (
            self.named, self.about, self.unread, self.print_button, self.save_button, self.no_printer,
            self.choice_line, self.copies_label, self.copies, self.note, self.note_hint,
            self.hidden_line, self.hidden_title, self.hidden,
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.body.addLayout(collect)

    def show_print(self, pdf: Pdf, copy: str, kind: str) -> None:
        """Says what this print of a kind is, and offers the copies that this person may make of it."""
        chosen = next((one.label for one in COPIES if one.code == copy and pdf.copies), "")
        self.named.setText(say(chosen or pdf.title))
        self.setAccessibleName(self.named.text())
        pages = say("1 page.") if pdf.pages == 1 else say("{count} pages.", count=pdf.pages)
        holds = say("Holds personal data.") if pdf.copy == "full" else ""
        reader = FOR_KIND.get(kind) or FOR.get(pdf.copy, "")
        self.about.setText(" ".join(part for part in (pages, holds, reader) if part))
        self.no_printer.setVisible(not QPrinterInfo.availablePrinterNames())
        if self.copies.codes != list(pdf.copies):
            self.copies.set_options([one for one in COPIES if one.code in pdf.copies])
            self.copies.set_value([copy])
        has_choice = len(pdf.copies) > 1
        for widget in (self.copies, self.copies_label):
            widget.setVisible(has_choice)
        for widget in (self.note, self.note_hint):
            widget.setVisible(kind == "summary" and copy == "redacted")
        self.choice_line.setVisible(has_choice or not self.note.isHidden())
        told = pdf.hidden.removeprefix(NOT_SHOWN)
        self.hidden.setText(told[:1].upper() + told[1:])
        self.hidden.setVisible(bool(pdf.hidden))
        self.hidden_line.setVisible(bool(pdf.hidden))
        self.hidden_title.setVisible(pdf.hidden.startswith(NOT_SHOWN))
