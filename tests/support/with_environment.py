"""A call in a process whose parent has other settings: a fork server keeps those that it began with."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any


def with_environment(settings: Mapping[str, str], call: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """The call with these settings in place."""
    os.environ.update(settings)
    call(*arguments, **named)
