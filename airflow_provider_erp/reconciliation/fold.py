"""One text for all spellings of the same characters: the ground of every normaliser."""

from __future__ import annotations

import unicodedata

_DOTTED_I = "i\u0307"


def fold(text: str) -> str:
    """The text in NFKC, case-folded, without control and format characters, white space as single blanks.

    Turkish ``İ`` folds to ``i`` and ``ß`` to ``ss``. Folding twice changes
    nothing more, which one pass of Unicode's own steps does not promise.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = _fold_once(text)
    while folded != text:
        text, folded = folded, _fold_once(folded)
    return folded


def compact(text: str) -> str:
    """Letters and digits only, in capitals: identifiers and codes."""
    folded = fold(text)
    while (shouted := "".join(filter(str.isalnum, folded)).upper()) != folded:
        folded = shouted
    return shouted


def _fold_once(text: str) -> str:
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or _is_visible(c))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(folded.replace(_DOTTED_I, "i").split())


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf"}
