"""Clean columns for the peers: what their manuals ask the user to make before linking."""

from __future__ import annotations

import re
import unicodedata

from benchmarks.labelled import Labelled, Row

LEGAL_FORMS = """
    oy oyj ab oyab osakeyhtio aktiebolag tmi toiminimi ky kommandiittiyhtio hb handelsbolag as asa aksjeselskap
    allmennaksjeselskap aps gmbh ag aktiengesellschaft ug kg enk
""".split()
FORM = re.compile(rf"\b(?:{'|'.join(LEGAL_FORMS)})\b")
STREETS = {"gatan": "g", "vagen": "v", "strasse": "str", "strase": "str", "veien": "vn", "gate": "gt", "tie": "t"}
LETTERS = {ord("ø"): "o", ord("æ"): "ae", ord("ß"): "ss"}
"""Letters that do not come apart into a plain one and an accent."""
PUBLIC_HOSTS = frozenset("gmail.com outlook.com hotmail.com yahoo.com icloud.com live.com web.de gmx.de".split())
Text = str | None


def folded(value: Text) -> Text:
    """Small letters without accents, single spaces; nothing where nothing is said."""
    if value is None:
        return None
    plain = value.lower().translate(LETTERS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9@. -]", "", plain).split()) or None


def company(value: Text) -> Text:
    """The name without its legal form."""
    text = (folded(value) or "").replace(".", "")
    return " ".join(FORM.sub(" ", text).split()) or None


def digits(value: Text, last: int) -> Text:
    """The last digits, so that ``FI`` and ``+358`` in front do no harm."""
    return re.sub(r"\D", "", value or "")[-last:] or None


def org_number(value: Text) -> Text:
    """The digits; a Swedish VAT number's ``01`` at the end is cut."""
    found = re.sub(r"\D", "", value or "")
    return (found[:-2] if len(found) == 12 else found) or None


def street(value: Text) -> Text:
    """Common endings abbreviated in one way."""
    text = (folded(value) or "").replace(".", "")
    for long, short in STREETS.items():
        text = re.sub(rf"{long}\b", short, text)
    return text or None


def domain(value: Text) -> Text:
    """The host of a mail address, but no public one."""
    host = (folded(value) or "").rpartition("@")[2]
    return None if host in PUBLIC_HOSTS else host or None


def customers(rows: list[Row]) -> list[dict[str, Text]]:
    """The Nordic set's rows."""
    return [
        {
            "id": row["id"],
            "name": company(row["name"]),
            "org_number": org_number(row["org_number"]),
            "country": folded(row["country"]),
            "email": folded(row["email"]),
            "domain": domain(row["email"]),
            "phone": digits(row["phone"], 7),
            "street": street(row["street"]),
            "postal_code": digits(row["postal_code"], 5),
            "city": folded(row["city"]),
        }
        for row in rows
    ]


def persons(rows: list[Row]) -> list[dict[str, Text]]:
    """FEBRL4's rows, which are clean but for the order of address lines and the form of the date."""
    return [dict(row) for row in rows]


def cleaned(labelled: Labelled, side: str) -> list[dict[str, Text]]:
    """A side with clean columns."""
    rows = labelled.rows(side)
    return customers(rows) if labelled.name == "nordic" else persons(rows)
