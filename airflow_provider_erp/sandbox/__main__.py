"""Serves the four systems until it is stopped, or prints the connections to a sandbox that runs."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from airflow_provider_erp.sandbox.connections import export_lines
from airflow_provider_erp.sandbox.control import PLACES
from airflow_provider_erp.sandbox.faults.board import KINDS, Fault
from airflow_provider_erp.sandbox.faults.targets import VENDORS
from airflow_provider_erp.sandbox.server import HOST, Sandbox, running_sandbox

_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_LAST_PORT = 65_535
_FAULT = "VENDOR:KIND[:COUNT[:AFTER]]"
_DESCRIPTION = "Serve Visma PX, Visma.net ERP, Lemonsoft and Fynn on this machine, with invented customers."


def _kinds() -> str:
    """One line for each kind of fault, with its vendors where not all can be hit."""
    lines = []
    for kind in KINDS.values():
        only = "" if kind.vendors == VENDORS else f" ({', '.join(kind.vendors)})"
        lines.append(f"    {kind.name:<16} {kind.words}{only}")
    return "\n".join(lines)


_EPILOG = f"""
faults:
  vendors: {", ".join(VENDORS)}
  --fault lemonsoft:429:2      hits the next two data requests to Lemonsoft
  --fault fynn:empty_page:1:3  hits one data request to Fynn after three that pass
  kinds:
{_kinds()}

connections for Airflow, while a sandbox runs on port 8079:
  eval "$(python -m airflow_provider_erp.sandbox --port 8079 --print-connections)"
"""


def read_fault(text: str) -> Fault:
    """The fault that ``VENDOR:KIND[:COUNT[:AFTER]]`` describes.

    Raises:
        argparse.ArgumentTypeError: the text is not of that form, or a word in it is unknown.
    """
    vendor, _, rest = text.partition(":")
    kind, _, numbers = rest.partition(":")
    count, _, after = numbers.partition(":")
    try:
        return Fault(vendor, kind, int(count or "1"), int(after or "0"))
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"expected {_FAULT}, got {text!r}: {exc}") from exc


def read_port(text: str) -> int:
    """The port that the text names.

    Raises:
        argparse.ArgumentTypeError: the text is no port.
    """
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m airflow_provider_erp.sandbox",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=read_port, default=8079, help="0 takes a free port (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same data (default: %(default)s)")
    parser.add_argument("--customers", type=int, default=500, help="how many to invent (default: %(default)s)")
    parser.add_argument("--day", type=int, default=0, help="how many days later it is (default: %(default)s)")
    parser.add_argument(
        "--fault",
        type=read_fault,
        action="append",
        default=[],
        metavar=_FAULT,
        help="what data requests meet, see below; may be repeated",
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer (default: %(default)s)")
    parser.add_argument("--print-connections", action="store_true", help="print the connections for the port, and end")
    return parser


def wait_for_signal() -> None:
    """Returns when the process is interrupted or asked to end."""
    signal.sigwait(_SIGNALS)


def main(arguments: Sequence[str] | None = None, wait: Callable[[], None] = wait_for_signal) -> int:
    """The exit status of the command line; ``wait`` returns when the sandbox should end."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.print_connections:
        if not options.port:
            parser.error("--print-connections needs the port of a running sandbox, not 0")
        _print_lines(*export_lines(f"http://{HOST}:{options.port}"))
        return 0
    with ExitStack() as stack:
        stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS))
        try:
            running = running_sandbox(
                seed=options.seed,
                customers=options.customers,
                day=options.day,
                port=options.port,
                latency_seconds=options.latency,
            )
            sandbox = stack.enter_context(running)
        except OSError as exc:
            parser.error(f"port {options.port} cannot be had ({exc.strerror}); choose another with --port")
        except ValueError as exc:
            parser.error(str(exc))
        for fault in options.fault:
            sandbox.board.arm(fault)
        _print_lines(*_welcome(sandbox))
        wait()
    return 0


def _welcome(sandbox: Sandbox) -> list[str]:
    """What a user needs to know: how to stop, where everything is, and the connections to paste."""
    places = {each["conn_type"]: each["host"] for each in sandbox.connections().values()}
    places |= {name: f"{sandbox.url}/{name}" for name in PLACES}
    contents = f"{sandbox.world.customers} customers (seed {sandbox.world.seed}, day {sandbox.world.day})"
    return [
        f"A sandbox of four ERP systems with {contents} runs here; Ctrl+C stops it.",
        "",
        *(f"  {name:<10} {url}" for name, url in places.items()),
        "",
        "Connections for Airflow, to paste into another shell:",
        "",
        *export_lines(sandbox.url),
    ]


def _print_lines(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
