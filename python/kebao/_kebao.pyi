# Made by `make stubs` from the Rust bindings; do not edit.
from typing import Any, Final, SupportsIndex

__all__ = ["__version__", "_probe"]

__version__: Final[str]

def _probe(steps: SupportsIndex, *, fault: str = "", threads: SupportsIndex | None = None, progress: Any | None = None) -> int:
    """
    Waits through `steps` blocks of one millisecond, then returns how many were done, or fails as
    `fault` says.
    """
