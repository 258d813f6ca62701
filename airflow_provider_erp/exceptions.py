"""The errors of this package, ordered by what the run should do about them.

A message says where, what was asked, what was expected, what came and what to
do. It never holds a token, a body, a name or an e-mail address.
"""

from __future__ import annotations


class ErpError(Exception):
    """Root of every error that this package raises on purpose.

    Attributes:
        status: HTTP status of the refused answer, where there was one.
        request_id: the vendor's own id of the request, for their support.
    """

    def __init__(self, message: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class ErpConfigError(ErpError, ValueError):
    """A connection's field is missing or contradicts another: fail now, a person must mend it."""


class ErpUnavailable(ErpError):
    """The server was not to be had within the retry budget: retry the task, after ``retry_after`` seconds if set.

    ``reason`` is the part of the message that says what happened.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, request_id=request_id)
        self.reason = reason
        self.retry_after = retry_after


class ErpInconsistentRead(ErpError):
    """What was read cannot be one complete list: retry the task."""


class ErpAuthError(ErpError):
    """The credentials were refused: fail now, a person must act."""


class ErpProtocolError(ErpError):
    """The server answered in a way that its document does not describe: fail now, a person must look."""


class ErpRejected(ErpError):
    """The server refused one record that was written: report the record, go on or stop by policy."""


class OutcomeUnknown(ErpError):
    """A write was sent and its answer was lost: stop, and look before writing again."""


class StillUnderWay(OutcomeUnknown):
    """The server took a write and was not finished in time: that it is not found proves nothing, a person must look."""


class UnreadableRecord(ErpError):
    """One record cannot be translated: count it and keep it with its reason; where not one can be, the fetch fails."""
