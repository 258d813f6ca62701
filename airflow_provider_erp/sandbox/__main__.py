"""Command line: serve the sandbox until it is interrupted, or print its connections."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from airflow_provider_erp.sandbox.connections import export_lines
from airflow_provider_erp.sandbox.faults import KINDS, VENDORS, Fault
from airflow_provider_erp.sandbox.server import HOST, running_sandbox

_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_LAST_PORT = 65_535


def read_fault(text: str) -> Fault:
    """Read ``VENDOR:KIND[:COUNT]``.

    Raises:
        argparse.ArgumentTypeError: the text is not of that form, or a word in it is unknown.
    """
    vendor, _, rest = text.partition(":")
    kind, _, count = rest.partition(":")
    try:
        return Fault(vendor, kind, int(count or "1"))
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"expected VENDOR:KIND[:COUNT], got {text!r}: {exc}") from exc


def read_port(text: str) -> int:
    """Read a port.

    Raises:
        argparse.ArgumentTypeError: the text is no port.
    """
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m airflow_provider_erp.sandbox", description=__doc__)
    parser.add_argument("--port", type=read_port, default=8079, help="0 takes a free port (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same data (default: %(default)s)")
    parser.add_argument("--customers", type=int, default=500, help="size of the population (default: %(default)s)")
    parser.add_argument(
        "--fault",
        type=read_fault,
        action="append",
        default=[],
        metavar="VENDOR:KIND[:COUNT]",
        help=f"arm a fault; vendors: {', '.join(VENDORS)}; kinds: {', '.join(KINDS)}",
    )
    parser.add_argument("--print-connections", action="store_true", help="print the export lines for the port, and end")
    return parser


def wait_for_signal() -> None:
    """Return when the process is interrupted or asked to end."""
    signal.sigwait(_SIGNALS)


def main(arguments: Sequence[str] | None = None, wait: Callable[[], None] = wait_for_signal) -> int:
    """Run the command line and answer its exit status; ``wait`` returns when the sandbox should end."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.print_connections:
        if not options.port:
            parser.error("--print-connections needs the port of a running sandbox, not 0")
        return _say(*export_lines(f"http://{HOST}:{options.port}"))
    with ExitStack() as stack:
        stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS))
        try:
            sandbox = stack.enter_context(
                running_sandbox(seed=options.seed, customers=options.customers, port=options.port)
            )
        except (OSError, ValueError) as exc:
            parser.error(f"port {options.port}, {options.customers} customers: {exc}")
        for fault in options.fault:
            sandbox.board.arm(fault)
        places = [f"{each['conn_type']:<10} {each['host']}" for each in sandbox.connections().values()]
        _say(*places, f"truth      {sandbox.url}/truth", f"faults     {sandbox.url}/faults", *export_lines(sandbox.url))
        wait()
    return 0


def _say(*lines: str) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
