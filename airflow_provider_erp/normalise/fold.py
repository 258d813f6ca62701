"""One text for all spellings of the same characters: the ground of every normaliser."""

from __future__ import annotations

import re
import unicodedata
from unicodedata import is_normalized

_SIMPLE = "".join(c for c in map(chr, range(0x180)) if c.isprintable() and c != "İ" and is_normalized("NFKC", c))
_ONE_STEP = re.compile(f"[{re.escape(_SIMPLE)}]*")
"""Texts of Latin letters, but those that NFKC writes otherwise, and the dotted I: they fold in one step."""
_OTHER_ASCII = {code: None for code in range(128) if not chr(code).isalnum()}
_DOTTED_I = "i\u0307"


def fold(text: str) -> str:
    """The text in NFKC, case-folded, without control and format characters, white space as single blanks.

    Turkish ``İ`` folds to ``i`` and ``ß`` to ``ss``. Folding twice changes
    nothing more, which one pass of Unicode's own steps does not promise.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split()) if " " in text else text.lower()
    if _ONE_STEP.fullmatch(text):
        return " ".join(text.casefold().split())
    folded = _fold_once(text)
    while folded != text:
        text, folded = folded, _fold_once(folded)
    return folded


def tidy(text: str) -> str:
    """The text as it is meant: in NFKC, so that digits of any width are the same, without invisible characters and
    blanks around; capitals stay.
    """
    return " ".join(unicodedata.normalize("NFKC", "".join(map(_visible, text))).split())


def compact(text: str) -> str:
    """Letters and digits only, in capitals: identifiers and codes."""
    if text.isascii():
        return (text if text.isalnum() else text.translate(_OTHER_ASCII)).upper()
    return "".join(filter(str.isalnum, fold(text))).upper()


def _fold_once(text: str) -> str:
    visible = text if text.isprintable() else "".join(map(_visible, text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(folded.replace(_DOTTED_I, "i").split())


def _visible(character: str) -> str:
    """A blank for any white space, nothing for a control or format character."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf"} else character
