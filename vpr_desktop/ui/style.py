"""The look: one object that holds theme, text size and fonts, read by widgets each time they paint."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from vpr_desktop.ui.tokens import BODY, DARK, LIGHT, Tag, Tokens

FAMILY = "Source Sans Pro"
FACES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")  # the only weights in use: 400 and 600
NAME = "vpr-style"
LEAST_TEXT, MOST_TEXT = 100, 200


class Style(QObject):
    """Theme, text size and fonts of the whole application. Lives as a child of the application."""

    changed = Signal()

    def __init__(self, app: QApplication, theme: str = "system", text_percent: int = 100) -> None:
        super().__init__(app)
        self.setObjectName(NAME)
        self.theme = theme
        self.text_percent = text_percent
        self._fonts: dict[tuple[int, int], QFont] = {}
        load_fonts()
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        # Read through the signal only: asking the object again later finds it deleted.
        accessibility = hints.accessibility()
        self.high_contrast = accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast
        accessibility.contrastPreferenceChanged.connect(self._on_contrast_changed)
        self.apply()

    @property
    def tokens(self) -> Tokens:
        """The colours in force; with high contrast asked for, those of the system and no others."""
        if self.high_contrast:
            return system_tokens(cast("QApplication", self.parent()).palette())
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if self.theme == "dark" or (self.theme == "system" and system_dark) else LIGHT

    def px(self, size: float) -> int:
        """A size of the design at the text size in force."""
        return round(size * self.text_percent / 100)

    def font(self, size: int = BODY, weight: int = 400) -> QFont:
        """A font of the design: size in its pixels, weight 400 or 600."""
        key = (size, weight)
        if key not in self._fonts:
            font = QFont(FAMILY)
            font.setPointSizeF(size * 0.75 * self.text_percent / 100)
            font.setWeight(QFont.Weight.DemiBold if weight >= 600 else QFont.Weight.Normal)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            self._fonts[key] = font
        return self._fonts[key]

    def set_theme(self, theme: str) -> None:
        """Switches to system, light or dark at once."""
        self.theme = theme
        self.apply()

    def set_text_percent(self, percent: int) -> None:
        """Sets the text size, 100 to 200 per cent."""
        self.text_percent = max(LEAST_TEXT, min(MOST_TEXT, percent))
        self.apply()

    def apply(self) -> None:
        """Gives the application its font, palette and sheet, and tells whoever keeps sizes."""
        app = cast("QApplication", self.parent())
        self._fonts.clear()
        app.setFont(self.font())
        if self.high_contrast:
            app.setPalette(app.style().standardPalette())
            app.setStyleSheet("")
        else:
            app.setPalette(palette(self.tokens))
            app.setStyleSheet(sheet(self))
        self.changed.emit()

    def _on_contrast_changed(self, preference: Qt.ContrastPreference) -> None:
        """With high contrast asked for, the system's own colours rule."""
        self.high_contrast = preference == Qt.ContrastPreference.HighContrast
        self.apply()

    def _on_system_changed(self) -> None:
        self.apply()


def style_of(app: QObject | None = None) -> Style:
    """The one style of the running application."""
    found = (app or QApplication.instance() or QObject()).findChild(Style, NAME)
    assert isinstance(found, Style), "the application has no style yet"
    return found


def load_fonts() -> None:
    """Makes the bundled face known; a missing one falls back to the system's."""
    found = find_spec("font_source_sans_pro")  # only its place: importing it lists every file it has
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "files"
    for face in FACES:
        QFontDatabase.addApplicationFont(str(folder / face))


def palette(t: Tokens) -> QPalette:
    """The palette of a theme."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.page,
        QPalette.ColorRole.WindowText: t.text,
        QPalette.ColorRole.Base: t.surface,
        QPalette.ColorRole.AlternateBase: t.page,
        QPalette.ColorRole.Text: t.text,
        QPalette.ColorRole.Button: t.surface,
        QPalette.ColorRole.ButtonText: t.link,
        QPalette.ColorRole.Highlight: t.link,
        QPalette.ColorRole.HighlightedText: t.on_link,
        QPalette.ColorRole.Link: t.link,
        QPalette.ColorRole.PlaceholderText: t.second,
        QPalette.ColorRole.ToolTipBase: t.surface,
        QPalette.ColorRole.ToolTipText: t.text,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.second))
    return made


def system_tokens(p: QPalette) -> Tokens:
    """The system's own colours by meaning: what is told by a tint elsewhere is told by words, edges and marks here."""
    window, text = p.window().color().name(), p.windowText().color().name()
    base, words = p.base().color().name(), p.text().color().name()
    chosen, on_chosen = p.highlight().color().name(), p.highlightedText().color().name()
    dark = p.window().color().lightness() < p.windowText().color().lightness()
    return Tokens(
        dark=dark, page=window, surface=base, rail=window, text=words, second=words, link=p.link().color().name(),
        on_link=base, tint=base, header=window, header_button=window, hairline=text, option_edge=text,
        control_edge=text, primary=chosen, primary_edge=text, primary_rim=text, error=words, error_tint=base,
        success=words, success_tint=base, warning=base,
        tags=dict.fromkeys(LIGHT.tags, Tag(words, base)),
        on_header=text, on_primary=on_chosen, primary_hover=chosen, on_warning=words, needs_you=base,
        ring_inside=text, ring_outside=chosen,
    )  # fmt: skip


def sheet(style: Style) -> str:
    """The one style sheet: cards, fields and tables by object name or class; nothing per widget."""
    t, px = style.tokens, style.px
    return f"""
    QFrame[card="true"] {{ background: {t.surface}; border: 1px solid {t.hairline}; border-radius: {px(8)}px; }}
    QFrame[panel="warning"] {{ background: {t.warning}; border: 1px solid {t.control_edge}; border-radius: {px(6)}px; }}
    QFrame[panel="error"] {{ background: {t.error_tint}; border: 2px solid {t.error}; border-radius: {px(6)}px; }}
    QFrame[panel="success"] {{ background: {t.success_tint}; border: 1px solid {t.success};
        border-radius: {px(6)}px; }}
    QFrame[panel="info"] {{ background: {t.tint}; border: 1px solid {t.hairline}; border-radius: {px(6)}px; }}
    QLabel[paper="true"] {{ border: 1px solid {t.hairline}; }}
    QFrame[bar="header"] {{ background: {t.header}; }}
    QFrame[bar="rail"] {{ background: {t.rail}; border-right: 1px solid {t.hairline}; }}
    QFrame[bar="status"] {{ background: {t.rail}; border-top: 1px solid {t.hairline}; }}
    QFrame[bar="foot"] {{ background: {t.surface}; border-top: 1px solid {t.hairline}; }}
    QFrame[bar="dock"] {{ background: {t.surface}; border-left: 1px solid {t.hairline}; }}
    QFrame[line="true"] {{ background: {t.hairline}; }}
    QLabel[tone="second"] {{ color: {t.second}; }}
    QLabel[tone="error"] {{ color: {t.error}; }}
    QLabel[tone="success"] {{ color: {t.success}; }}
    QLabel[tone="header"] {{ color: {t.on_header}; }}
    QLabel[tone="warning"] {{ color: {t.on_warning}; }}
    """ + _fields(style)


def _fields(style: Style) -> str:
    t, px = style.tokens, style.px
    return f"""
    QLineEdit, QPlainTextEdit, QComboBox {{ background: {t.surface}; color: {t.text};
        border: 2px solid {t.control_edge}; border-radius: {px(6)}px; padding: 0 {px(12)}px;
        selection-background-color: {t.link}; selection-color: {t.on_link};
        placeholder-text-color: {t.second}; }}
    QComboBox {{ padding-right: {px(2)}px; }}
    QComboBox::drop-down {{ border: 0; width: {px(36)}px; }}
    QComboBox::down-arrow {{ image: none; }}
    QPlainTextEdit {{ padding: {px(6)}px {px(8)}px; }}
    QLineEdit[error="true"], QPlainTextEdit[error="true"], QComboBox[error="true"] {{ border-color: {t.error}; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.control_edge};
        selection-background-color: {t.tint}; selection-color: {t.text}; outline: 0; }}
    QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] {{ background: transparent; border: 0; }}
    QTableView {{ background: {t.surface}; border: 0; gridline-color: transparent; outline: 0;
        selection-background-color: {t.tint}; selection-color: {t.text}; }}
    QListWidget {{ background: {t.surface}; border: 1px solid {t.hairline}; border-radius: {px(8)}px;
        padding: {px(6)}px; outline: 0; }}
    QListWidget::item {{ color: {t.text}; padding: {px(5)}px {px(10)}px; border-radius: {px(4)}px; }}
    QListWidget::item:selected {{ background: {t.tint}; color: {t.link}; }}
    QHeaderView {{ background: {t.surface}; }}
    QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(12)}px; margin: 0; }}
    QScrollBar::handle {{ background: {t.option_edge}; border-radius: {px(4)}px; margin: 2px;
        min-height: {px(40)}px; min-width: {px(40)}px; }}
    QScrollBar::handle:hover {{ background: {t.control_edge}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QMenu {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.control_edge}; padding: {px(4)}px;
        icon-size: {px(20)}px; }}
    QMenu::icon {{ padding-left: {px(12)}px; }}
    QMenu::item {{ padding: {px(8)}px {px(24)}px; border-radius: {px(4)}px; }}
    QMenu::item:selected {{ background: {t.tint}; color: {t.text}; }}
    QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.control_edge}; }}
    """
