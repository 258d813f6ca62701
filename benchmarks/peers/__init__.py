"""The peers' environments: made below ``.bench`` from the requirements in this folder, on first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent / ".bench"


def python_of(environment: str | None) -> str:
    """The interpreter of an environment; of this one where none is named."""
    if environment is None:
        return sys.executable
    home = ROOT / environment
    ready = home / ".ready"
    if not ready.exists():
        print(f"installing {environment} into {home.relative_to(ROOT.parent)}", file=sys.stderr)
        uv = [str(Path(sys.executable).with_name("uv"))]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)], check=True)
        install = ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(home / "bin" / "python")]
        subprocess.run([*uv, *install, "-r", str(HERE / f"{environment}.txt")], check=True)
        ready.touch()
    return str(home / "bin" / "python")
