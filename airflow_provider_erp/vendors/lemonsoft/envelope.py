"""The envelope around all lists of Lemonsoft."""

from __future__ import annotations

from typing import Any

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpProtocolError


class _Envelope(msgspec.Struct):
    """Source: recorded on products: an error may come with status 200; ``result_count`` is this page's."""

    results: list[msgspec.Raw] | None = None
    result_count: int | None = None
    has_next_page: bool | None = None
    has_errors: bool | None = None
    errors: list[Any] | None = None


_BARE = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ENVELOPE = msgspec.json.Decoder(_Envelope).decode


def rows_in(resource: str, body: bytes) -> tuple[list[msgspec.Raw], bool | None]:
    """The rows, and whether more follow; the swagger gives the answer as ``{}``: a bare array is read, too.

    Raises:
        ErpProtocolError: an error inside of status 200, or no list.
        ErpInconsistentRead: the envelope counts other rows than it has.
    """
    return (_BARE(body), None) if body.lstrip()[:1] == b"[" else _opened(resource, body)


def _opened(resource: str, body: bytes) -> tuple[list[msgspec.Raw], bool | None]:
    envelope = _ENVELOPE(body)
    if envelope.has_errors or envelope.errors:
        raise ErpProtocolError(
            f"lemonsoft {resource}: the server answers status 200 with has_errors {envelope.has_errors} and "
            f"{len(envelope.errors or ())} errors; check the filters and the rights of the user"
        )
    if envelope.results is None:
        keys = [key for key in msgspec.json.decode(body, type=dict[str, msgspec.Raw]) if key.isidentifier()][:10]
        raise ErpProtocolError(f"lemonsoft {resource}: expected a list under 'results', got an object with keys {keys}")
    if envelope.result_count not in (None, len(envelope.results)):
        raise ErpInconsistentRead(
            f"lemonsoft {resource}: a page announces {envelope.result_count} rows and has {len(envelope.results)}"
        )
    return envelope.results, envelope.has_next_page
