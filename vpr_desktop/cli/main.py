"""The command line `vpr`: the same services, rights and audit as the window. Never imports Qt."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace

from vpr_desktop import logs
from vpr_desktop.cli.arguments import parser
from vpr_desktop.settings import home_folder

OPTIONS = {"home": None, "user": None, "passphrase_file": None, "json": False}
FAULT = "Something went wrong inside VPR Desktop ({kind}). What was saved before is safe. Tell IT what you did."


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code; never shows a traceback."""
    options = _read(arguments)
    from vpr_desktop.cli.output import complain, tell
    from vpr_desktop.services.sessions import as_known

    logs.start(home_folder(options.home))
    module, function = options.run.split(":")
    logs.note("command", name=function)
    try:
        code = getattr(importlib.import_module(f"vpr_desktop.cli.{module}"), function)(options)
        return int(code or 0)
    except KeyboardInterrupt:
        tell("Stopped. What was done before stays.")
        return 3
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        known = as_known(error)
        if known is None:
            logs.fault(error)
            tell(FAULT.format(kind=type(error).__name__))
            return 1
        complain(known)
        return known.exit_code


def _read(arguments: list[str] | None) -> Namespace:
    """What was typed. Of what nobody knows a first option alone is told, as a word after it may be a passphrase."""
    reading = parser()
    read, unknown = reading.parse_known_args(arguments)
    if unknown:
        first = unknown[0].split("=")[0]
        reading.error(f"unrecognized arguments: {first if first.startswith('--') else len(unknown)}")
    return Namespace(**{**OPTIONS, **vars(read)})


if __name__ == "__main__":
    raise SystemExit(main())
