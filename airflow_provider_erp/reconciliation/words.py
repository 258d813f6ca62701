"""What people call things: the kinds of break, the fields, one or several."""

from __future__ import annotations

_FIELDS = {
    "org_number": "organisation number",
    "vat_number": "VAT number",
    "email": "e-mail",
    "invoice_email": "invoice e-mail",
}


def field_words(field: str | None) -> str:
    """A field or key in words; nothing for none."""
    return _FIELDS.get(field, field.replace("_", " ")) if field else ""


def sentence_case(words: str) -> str:
    """The words with a capital in front, the systems' own names untouched."""
    return words[:1].upper() + words[1:]


def plural(number: int, one: str, several: str) -> str:
    """The number with the word that fits it; thousands are set apart by commas."""
    return f"{number:,} {one if number == 1 else several}"
