"""Prints a script by which a shell completes commands, flags, and the choices and keys of overrides.

    source <(.venv/bin/sluice completion bash)         for this shell; in ~/.bashrc for all
    source <(.venv/bin/sluice completion zsh)          the same in zsh
    .venv/bin/sluice completion fish | source          the same in fish

The words are those of this version: make the script again after an update.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from experiments.compose.overrides import MEMBER_GROUPS, compose_document
from experiments.compose.tree import CONFIGS, groups
from experiments.program.commands import COMMANDS
from experiments.refusal import Refusal, nearest, shown
from experiments.terminal.command_line import DONE, PROGRAM, REFUSED, usage
from experiments.terminal.streams import as_command

SHELLS = ("bash", "zsh", "fish")
STUDY_KEYS = ("seed=", "months=", "out=", "archive=", "study_file=", "study.replicates=", "report.draw=")
# Groups of settings that belong to one command alone, under its own name.
OWN_GROUPS = ("sensitivity", "frontier", "reverse_stress", "static_stress", "difference_in_differences")

BASH = """\
_{program}() {{
    local line=${{COMP_LINE:0:COMP_POINT}} words
    local word=${{line##*[[:space:]]}}
    case ${{COMP_WORDS[1]}} in
{cases}
    *) words="" ;;
    esac
    if (( COMP_CWORD == 1 )); then words="{commands}"; fi
    COMPREPLY=( $(compgen -W "$words" -- "$word") )
    if (( ${{#COMPREPLY[@]}} == 0 )) && [[ $word != *=* || $word == out=* || $word == study_file=* ]]; then
        COMPREPLY=( $(compgen -f -- "${{word#*=}}") )
    elif [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=( "${{COMPREPLY[@]#"${{word%"${{word##*=}}"}}"}}" )
    fi
    if [[ ${{#COMPREPLY[@]}} == 1 && ${{COMPREPLY[0]}} == *= ]]; then compopt -o nospace; fi
}}
complete -F _{program} {program}
"""
ZSH = """\
#compdef {program}
_{program}() {{
    local -a given
    if (( CURRENT == 2 )); then compadd -- {commands}; return; fi
    case $words[2] in
{cases}
    esac
    compadd -S '' -- $given || _files
}}
compdef _{program} {program}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the script for the shell that was named."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in texts):
        print(usage(__doc__))
        return DONE
    try:
        print(script(texts), end="")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    return DONE


def script(texts: Sequence[str]) -> str:
    """Return the script for the shell named; refuse another."""
    if len(texts) != 1 or texts[0] not in SHELLS:
        text = " ".join(texts)
        raise Refusal(f"completion: name one shell; {nearest(text, SHELLS)}; was {shown(text)}")
    words = {name: " ".join(words_of(name)) for name in COMMANDS}
    if texts[0] == "fish":
        return "".join(_fish(words))
    commands = " ".join(COMMANDS)
    if texts[0] == "bash":
        cases = "\n".join(f'    {name}) words="{found}" ;;' for name, found in words.items())
        return BASH.format(program=PROGRAM, cases=cases, commands=commands)
    cases = "\n".join(f"    {name}) given=({' '.join(map(_zsh, found.split()))}) ;;" for name, found in words.items())
    return ZSH.format(program=PROGRAM, cases=cases, commands=commands)


def _zsh(word: str) -> str:
    return f"'{word}'"


def _fish(words: dict[str, str]) -> Iterator[str]:
    for name, command in COMMANDS.items():
        yield f'complete -c {PROGRAM} -f -n __fish_use_subcommand -a {name} -d "{command.words}"\n'
    for name, found in words.items():
        yield f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {name}' -a \"{found}\"\n"


def words_of(name: str) -> Iterator[str]:
    """Yield what may follow a command: its flags and, where it takes overrides, choices of files and keys."""
    command, own = COMMANDS[name], name.replace("-", "_")
    yield from ("--help", *command.flags)
    if name == "completion":
        yield from SHELLS
    if not command.takes_overrides:
        return
    yield from STUDY_KEYS
    for group, options in groups().items():
        if group in OWN_GROUPS and group != own:
            continue
        yield from (f"{group}=[{option}]" if group in MEMBER_GROUPS else f"{group}={option}" for option in options)
    for group in MEMBER_GROUPS:
        for path in sorted((CONFIGS / group).glob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            yield from _keys(text.partition("\n")[0].removeprefix("# @package "), yaml.safe_load(text))
    for section, values in compose_document(()).items():
        if section not in MEMBER_GROUPS and section not in ("study", "report"):
            yield from _keys(section, values)


def _keys(path: str, values: Any) -> Iterator[str]:
    if isinstance(values, dict):
        for key, inside in values.items():
            if key in ("kind", "id"):
                continue
            yield from _keys(f"{path}.{key}", inside)
    elif "." in path:
        yield f"{path}="


if __name__ == "__main__":
    sys.exit(as_command(main))
