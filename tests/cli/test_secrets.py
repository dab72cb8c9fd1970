"""No secret is an argument, which everybody on the machine can read while a command runs: it comes from a file."""

from __future__ import annotations

import pytest

from tests.test_docs import commands
from vpr_desktop.cli.arguments import parser
from vpr_desktop.cli.main import main

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


@pytest.mark.parametrize("secret", [["--passphrase", "correct horse"], ["--passphrase=correct horse"]])
@pytest.mark.parametrize("typed", [["list"], ["users", "list"], ["central", "wards", "list"], ["support", "list"]])
def test_a_secret_typed_as_an_argument_by_mistake_is_not_repeated(
    typed: list[str], secret: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*typed, *secret])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "--passphrase" in said.err
    assert "horse" not in said.out + said.err


@pytest.mark.parametrize(
    "typed",
    [
        ["--passphrase", "correct horse", "list"],
        ["correct 'horse' \"battery\""],
        ["users", "correct horse"],
        ["list", "--passphrase", "--correct-horse"],
        ["list", "-correct-horse"],
        ["list", "--json=correct horse"],
        ["list", "--limit", "correct horse"],
        ["list", "correct horse"],
    ],
)
def test_no_word_that_could_not_be_read_is_repeated(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert "error: " in said.err
    assert "horse" not in said.out + said.err
