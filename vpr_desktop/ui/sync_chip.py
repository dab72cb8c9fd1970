"""What the chip in the header says: six states, each with an icon and words. The time is that of the last success."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vpr_desktop.domain.days import MONTHS, show_day
from vpr_desktop.services.sending import Status
from vpr_desktop.sync.engine import SLOW, STOPS
from vpr_desktop.ui.words import say

UNREACHED = frozenset({"no-connection", "no-answer", "proxy", "not-the-endpoint"})  # no word of the server's
NEEDS_IT = (STOPS | SLOW) - {"device-waiting"}
ICONS = {
    "not_set_up": "dash", "all_sent": "tick", "waiting": "up", "sending": "sync", "offline": "circle",
    "needs_you": "warning",
}  # fmt: skip


LONG = timedelta(hours=24)
WEEK = timedelta(days=6)  # from then on the name of a day could be that of a later one


@dataclass(frozen=True, slots=True)
class Chip:
    """One state: its kind, its words, the number that stays where there is little room, and what a reader says."""

    kind: str
    words: str
    number: str
    name: str

    @property
    def icon(self) -> str:
        """The icon of the state."""
        return ICONS[self.kind]


def chip_of(status: Status, sending: tuple[int, int] | None, now: datetime, zone: ZoneInfo) -> Chip:
    """The chip for how things stand. `sending`: which of how many goes just now, if any."""
    if not status.enrolled:
        return Chip("not_set_up", say("Not set up"), "", say("Sync: not set up"))
    last = _last(status, now, zone)
    needs = status.needs_you + (status.why in NEEDS_IT)
    waiting = status.waiting
    if needs:
        words = say("{count} needs you", count=needs) if needs == 1 else say("{count} need you", count=needs)
        return Chip("needs_you", words, str(needs), _name(words, last))
    if sending is not None:
        words = say("Sending {one} of {all}", one=sending[0], all=sending[1])
        return Chip("sending", words, str(waiting), _name(words, last))
    if status.tries:
        words = say("Offline, {count} waiting", count=waiting) if waiting else say("Offline")
        return Chip("offline", words, str(waiting or ""), _name(words, last))
    if waiting:
        words = say("{count} waiting", count=waiting)
        return Chip("waiting", words, str(waiting), _name(words, last))
    words = say("All sent {time}", time=_time(status.last_success, now, zone)) if status.last_success else say("Joined")
    return Chip("all_sent", words, "", say("Sync: {words}", words=words[:1].lower() + words[1:]))


def _last(status: Status, now: datetime, zone: ZoneInfo) -> str:
    if status.last_success is None:
        return say("nothing sent yet")
    return say("last sent {time}", time=_time(status.last_success, now, zone))


def _name(words: str, last: str) -> str:
    return say("Sync: {words}, {last}", words=words[:1].lower() + words[1:], last=last)


def counts(status: Status) -> str:
    """What a reader says of the number beside Sync and data, which is of all that is listed there."""
    one, many, waiting = say("1 needs you"), say("{count} need you"), say("{count} waiting")
    said = [(one if status.needs_you == 1 else many).format(count=status.needs_you)] if status.needs_you else []
    return ", ".join([*said, *([waiting.format(count=status.waiting)] if status.waiting else [])])


def _time(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """The hour of today, else the day; with its year where that is another, as after a clock was set right."""
    assert at is not None
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    if local.year != now.astimezone(zone).year:
        return show_day(local.date())
    return f"{local.day:02d}-{MONTHS[local.month - 1].capitalize()}"


def stands(kind: str, status: Status, now: datetime, zone: ZoneInfo) -> str:
    """How sending stands, as whole sentences for Sync and data."""
    if kind == "not_set_up":
        return say("Not set up. Every report is safe in the encrypted file of this PC.")
    waiting = status.waiting
    said = []
    if status.tries and status.failing_since is not None:
        since = say("Offline since {time}.") if status.why in UNREACHED else say("Sending has not worked since {time}.")
        said.append(since.format(time=_time(status.failing_since, now, zone)))
    if waiting:
        one, many = say("1 waits to be sent. It is safe on this PC."), say("{count} wait to be sent, safe on this PC.")
        said.append(one if waiting == 1 else many.format(count=waiting))
    elif status.needs_you == status.conflicts:  # else the server did not take something
        said.append(say("Nothing waits to be sent.") if status.tries else say("Everything is sent."))
    if status.needs_you:
        one, many = say("1 needs you."), say("{count} need you.")
        said.append(one if status.needs_you == 1 else many.format(count=status.needs_you))
    if status.last_success is not None:
        said.append(say("Last sent {time}.", time=_time(status.last_success, now, zone)))
    return " ".join(said)


def waited_long(status: Status, now: datetime, zone: ZoneInfo) -> str:
    """What to say where something has waited for more than a day; else nothing.

    What was saved while the clock of the PC was ahead has waited for nobody knows how long: that is told at once.
    """
    if status.oldest is None or abs(now - status.oldest) < LONG:
        return ""
    safe = say("It is safe on this PC.") if status.waiting == 1 else say("They are safe on this PC.")
    return f"{_since(status.oldest, status.waiting, now, zone)} {safe} {say('Tell IT if this PC should be online.')}"


def _since(oldest: datetime, waiting: int, now: datetime, zone: ZoneInfo) -> str:
    if oldest > now:
        count = say("1 report waits to be sent.") if waiting == 1 else say("{count} wait to be sent.", count=waiting)
        return f"{count} {say('Since when is not known: the clock was ahead then.')}"
    since = oldest.astimezone(zone)
    day = show_day(since.date()) if now - oldest > WEEK else f"{since:%A}"
    if waiting == 1:
        return say("1 report has waited since {day}.", day=day)
    return say("{count} wait to be sent, the first since {day}.", count=waiting, day=day)
