"""One phone number in the forms that people and systems write it in."""

from __future__ import annotations

_CALLING_CODES = {"FI": "358", "SE": "46", "NO": "47", "DE": "49"}


def _parts(phone: str) -> tuple[str, str]:
    code = next(code for code in _CALLING_CODES.values() if phone.startswith(f"+{code}"))
    return code, phone[1 + len(code) :]


def spaced(phone: str) -> str:
    """``+358 40 123 4567``; an empty number stays empty."""
    if not phone:
        return ""
    code, rest = _parts(phone)
    return f"+{code} {rest[:2]} {rest[2:5]} {rest[5:]}"


def national(phone: str, country: str) -> str:
    """``040-1234567``, or internationally where the number is not of the country. Norway has no leading zero."""
    if not phone:
        return ""
    code, rest = _parts(phone)
    if _CALLING_CODES[country] != code:
        return spaced(phone)
    return f"{rest[:3]} {rest[3:]}" if country == "NO" else f"0{rest[:2]}-{rest[2:]}"


def international(text: str, country: str) -> str:
    """E.164 of a number as a person may write it in a country; an empty text stays empty."""
    digits = "".join(filter(str.isdigit, text))
    if text.strip().startswith("+") or not digits:
        return f"+{digits}" if digits else ""
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{_CALLING_CODES.get(country, '')}{digits if country == 'NO' else digits.removeprefix('0')}"


def with_zeros(phone: str) -> str:
    """``00358401234567``; an empty number stays empty."""
    return phone.replace("+", "00")
