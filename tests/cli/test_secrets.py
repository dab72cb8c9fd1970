"""No secret is an argument, which everybody on the machine can read while a command runs: it comes from a file."""

from __future__ import annotations

from tests.test_docs import commands
from vpr_desktop.cli.arguments import parser

SECRET = ("passphrase", "password", "secret", "recovery", "private", "token")


def test_every_option_that_names_a_secret_takes_a_file() -> None:
    found = set()
    for name, one in commands(parser()):
        for action in one._actions:
            for word in (*action.option_strings, action.dest if not action.option_strings else ""):
                if any(secret in word for secret in SECRET):
                    assert word.endswith("-file"), f"{name} {word}"
                    found.add(word)
    assert found == {"--passphrase-file", "--new-passphrase-file", "--recovery-code-file"}
