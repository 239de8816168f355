# Made by `make stubs` from the Rust bindings; do not edit.
from typing import Any, Final, SupportsIndex

__all__ = ["__version__", "_probe", "parse_amount"]

__version__: Final[str]

def _probe(steps: SupportsIndex, *, fault: str = "", threads: SupportsIndex | None = None, progress: Any | None = None) -> int:
    """
    Waits through `steps` blocks of one millisecond, then returns how many were done, or fails as
    `fault` says.
    """

def parse_amount(text: str) -> float | None:
    """
    The number that a text such as `"40m"`, `"5亿"` or `"30%"` stands for; None when it is none.
    """
