# Made by `make stubs` from the Rust bindings; do not edit.
from typing import Any, Final, SupportsIndex

__all__ = ["__version__", "_probe"]

__version__: Final[str]

def _probe(steps: SupportsIndex, *, fault: str = "", progress: Any | None = None) -> int:
    """
    Waits `steps` times one millisecond, then returns the number of steps or fails as `fault` says.
    """
