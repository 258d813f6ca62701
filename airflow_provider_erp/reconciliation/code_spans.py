"""Any text as a code span of Markdown, in which neither HTML nor Markdown counts."""

from __future__ import annotations

import re


def code_span(value: str) -> str:
    """The text, fit for a cell of a table.

    Characters that cannot be seen are written as their code: a line break, or
    one that turns the direction of writing, would show another value. GitHub's
    tables split at a pipe even within code, unless a backslash is before it.
    """
    text = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in value)
    text = re.sub(r"(\\*)\|", r"\1\1\\|", text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padded = text.strip() and (text[0] in "` " or text[-1] in "` ")
    return f"{fence} {text} {fence}" if padded else f"{fence}{text}{fence}"
