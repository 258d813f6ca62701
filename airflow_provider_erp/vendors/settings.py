"""A connection's fields, read once, checked, and free of Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.protocol.urls import is_loopback

MAX_BODY_BYTES = 256 * 1024 * 1024
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a connection says; ``extra`` holds its further fields, null and empty text meaning absent."""

    conn_type: str
    conn_id: str
    base_url: str
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def error(self, what: str) -> ErpConfigError:
        """An error that says which connection has to be mended."""
        return ErpConfigError(f"{self.conn_type}: connection {self.conn_id!r}: {what}")

    def text(self, name: str, default: str | None = None) -> str | None:
        """A text field; numbers count as their text."""
        value = self._value(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._wrong(name, "a text", value)
        return str(value).strip()

    def required(self, name: str, why: str) -> str:
        """A text field that must be there; ``why`` tells where it is to be had."""
        value = self.text(name)
        if value is None:
            raise self.error(f"the extra field {name!r} is not set; {why}")
        return value

    def number(self, name: str, default: float, least: float) -> float:
        """A number of at least ``least``, given as a number or as its text."""
        value = self._value(name)
        if value is None:
            return default
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not least <= number < float("inf"):
            raise self._wrong(name, f"a number of at least {least:g}", value)
        return number

    @property
    def max_body_bytes(self) -> int:
        """The longest answer, or single record of a dump, that is taken into memory."""
        return int(self.number("max_body_bytes", MAX_BODY_BYTES, 1024))

    def flag(self, name: str, *, default: bool) -> bool:
        """A truth value, given as one or as true/false, 1/0, yes/no, on/off."""
        value = self._value(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise self._wrong(name, "true or false", value)

    def mapping(self, name: str) -> dict[str, str]:
        """An object of texts; empty when absent."""
        value = self._structure(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise self._wrong(name, "an object of texts", value)
        return value

    def whole_numbers(self, name: str) -> frozenset[int]:
        """A list of whole numbers; empty when absent."""
        value = self._structure(name)
        if value is None:
            return frozenset()
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            raise self._wrong(name, "a list of whole numbers", value)
        return frozenset(value)

    def timezone(self, default: str | None = None) -> ZoneInfo | None:
        """The zone of the server's local stamps, None when not known."""
        name = self.text("timezone", default)
        try:
            return None if name is None else ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise self._wrong("timezone", "an IANA zone such as Europe/Helsinki", name) from exc

    def safe_url(self, url: str, where: str) -> str:
        """The address, when credentials may be sent there.

        Raises:
            ErpConfigError: no http or https address, a user or a query in it, or http to another machine.
        """
        try:
            parts = urlsplit(url)
            complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            complete = False
        if not complete:
            raise self.error(f"{where} is no address such as https://erp.example.com")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise self.error(f"{where} must hold neither a user nor a query; use the connection's own fields")
        if (
            parts.scheme == "http"
            and not is_loopback(parts.hostname or "")
            and not self.flag("allow_http", default=False)
        ):
            raise self.error(f"{where} is http, which sends credentials unencrypted; use https, or set allow_http")
        return url

    def _structure(self, name: str) -> Any:
        """The field's value; a text counts as JSON, for a connection that is written as a URI has texts only."""
        value = self._value(name)
        try:
            return msgspec.json.decode(value) if isinstance(value, str) else value
        except msgspec.DecodeError:
            return value

    def _value(self, name: str) -> Any:
        value = self.extra.get(name)
        return None if isinstance(value, str) and not value.strip() else value

    def _wrong(self, name: str, expected: str, value: object) -> ErpConfigError:
        return self.error(f"the extra field {name!r} must be {expected}, got a {type(value).__name__}")


def base_url(host: str, port: int | None, schema: str | None = None) -> str:
    """The connection's host as an address without a final slash; empty when it cannot be one.

    A path in the host is kept, the port added where the host names none. The
    schema is http or https for a bare host, and else the path that Airflow
    puts there when it reads a connection from a URI.
    """
    scheme, path = (schema, "") if schema in ("http", "https") else ("https", schema or "")
    try:
        parts = urlsplit(host.strip() if "://" in host else f"{scheme}://{host.strip()}")
    except ValueError:
        return ""
    bare = parts.netloc.rpartition("@")[2]
    has_port = ":" in bare.rpartition("]")[2]
    netloc = parts.netloc if port is None or has_port else f"{parts.netloc}:{port}"
    folders = [folder.strip("/") for folder in (parts.path, path) if folder.strip("/")]
    return urlunsplit((parts.scheme, netloc, "/".join(folders), parts.query, parts.fragment))
