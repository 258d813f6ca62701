"""CPU seconds a million customers by size as a small SVG: flat lines are linear growth."""

from __future__ import annotations

from html import escape

from benchmarks.scaling.runs import Measured, per_million, sizes
from benchmarks.scaling.steps import STEPS, WHOLE

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 760, 360, 50, 20, 230, 40
_COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d")


def plot(measured: Measured) -> str:
    """A line for each step, with its name at its end."""
    found = sizes(measured[WHOLE])
    series = {step: list(per_million(measured[step]).values()) for step in STEPS}
    most = max(max(values) for values in series.values()) or 1.0
    across = [_LEFT + place * (_WIDTH - _LEFT - _RIGHT) / max(len(found) - 1, 1) for place in range(len(found))]

    def height(value: float) -> float:
        return _TOP + (1 - value / most) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<text x="{x:.0f}" y="{_HEIGHT - 15}" text-anchor="middle">{rows / 1e6:g} M</text>'
        for x, rows in zip(across, found, strict=True)
    ]
    parts += [
        f'<text x="{_LEFT - 8}" y="{height(value) + 4:.0f}" text-anchor="end">{value:.0f} s</text>'
        f'<path d="M{_LEFT} {height(value):.1f}H{_WIDTH - _RIGHT}" stroke="#8884"/>'
        for value in (0.0, most / 2, most)
    ]
    ends = _apart([height(values[-1]) for values in series.values()])
    for colour, (step, values), end in zip(_COLOURS, series.items(), ends, strict=True):
        points = " ".join(f"{x:.1f},{height(value):.1f}" for x, value in zip(across, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{end + 4:.0f}" fill="{colour}">{escape(step)}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#888">\n{body}\n</svg>\n'
    )


def _apart(heights: list[float], least: float = 16.0) -> list[float]:
    """The same heights, so far apart that a line of text fits between two."""
    moved = dict.fromkeys(range(len(heights)), 0.0)
    last = -least
    for place in sorted(moved, key=lambda each: heights[each]):
        last = moved[place] = max(heights[place], last + least)
    return list(moved.values())
