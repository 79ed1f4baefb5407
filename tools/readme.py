"""Writes the README's table of commands from the commands themselves."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.program import app

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- commands -->", "<!-- /commands -->"


def table() -> str:
    """The table of commands as Markdown."""
    rows = ["| command | what it does |", "|---|---|"]
    groups = [(f"{g.typer_instance.info.name} ", g.typer_instance) for g in app.registered_groups if g.typer_instance]
    for prefix, commands in [("", app), *groups]:
        for command in commands.registered_commands:
            assert command.callback is not None
            name = prefix + (command.name or command.callback.__name__)
            summary = (command.callback.__doc__ or "").strip().splitlines()[0]
            rows.append(f"| `throughcare {name}` | {summary} |")
    return "\n".join(rows)


def renewed(text: str) -> str:
    """The README's text with a fresh table."""
    head, rest = text.split(START)
    _, tail = rest.split(END)
    return f"{head}{START}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
