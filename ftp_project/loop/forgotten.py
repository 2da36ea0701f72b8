"""Finds coroutines that were made and never run: somebody forgot a ``yield from``.

A coroutine here is a generator: calling its function does nothing yet, and when nobody iterates
over the result, nothing ever tells (Python warns only of ``async def``). The debug mode therefore
puts a wrapper around each function that is annotated to return ``Coro[…]``. The wrapper's result
stands for the coroutine until it is first used; one that dies unused is reported.
"""

# The mistake is silent in the worst way: ``close(sock)`` in place of ``yield from close(sock)``
# makes a generator, drops it, and the socket stays open. Nothing is raised, now or later. Python's
# own check (``coroutine was never awaited``) is part of ``async def`` objects and not of
# generators. A test over the syntax tree finds the mistake where the call's name tells; this finds
# it where it does not.

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Generator, Iterator
from types import FrameType, FunctionType, ModuleType
from typing import Any

from ftp_project.loop.traps import Coro

Report = Callable[[str], None]


class Unstarted:
    """Stands for a coroutine until ``yield from`` or a loop takes it; dies with a report else."""

    __slots__ = ("_coro", "_name", "_report", "_where")

    def __init__(self, coro: Coro[Any], name: str, where: str, report: Report) -> None:
        self._coro: Coro[Any] | None = coro
        self._name = name
        self._where = where
        self._report = report

    def __iter__(self) -> Generator[Any, Any, Any]:
        """Give the coroutine out, which is from now on somebody's to run."""
        coro, self._coro = self._coro, None
        if coro is None:
            raise RuntimeError(f"the coroutine {self._name} was taken already, {self._where}")
        return coro

    def close(self) -> None:
        """End a coroutine that is not wanted after all: that is no mistake."""
        if self._coro is not None:
            iter(self).close()

    def __del__(self) -> None:
        if self._coro is not None:
            self._report(
                f"coroutine {self._name!r} was never run, {self._where}: "
                "was `yield from` forgotten?"
            )


class Tracker:
    """Wraps the coroutine functions of a package; ``unwrap`` takes the wrappers away.

    ``report`` gets a sentence for each coroutine that was never run. Names that a module has
    before ``wrap_new_modules`` is called are covered; a reference kept elsewhere (in a table) is
    not.
    """

    def __init__(self, package: str, report: Report) -> None:
        self._package = package
        self._report = report
        self._wrappers: dict[FunctionType, Callable[..., Any]] = {}
        self._replaced: list[tuple[Any, str, FunctionType]] = []
        self._seen: set[str] = set()
        self._known_modules = 0

    def wrap_new_modules(self) -> None:
        """Wrap what has been imported since the last call; does nothing when nothing was."""
        number, skipped = len(sys.modules), False
        if number == self._known_modules:
            return
        for name, module in list(sys.modules.items()):
            inside = name == self._package or name.startswith(f"{self._package}.")
            if not inside or name in self._seen:
                continue
            if _is_loaded(module):
                self._seen.add(name)
                self._wrap_all(module)
            else:
                skipped = True
        if not skipped:
            self._known_modules = number

    def unwrap(self) -> None:
        """Put the functions back."""
        for place, name, function in self._replaced:
            setattr(place, name, function)
        self._replaced.clear()

    def _wrap_all(self, module: ModuleType) -> None:
        for place in (module, *_classes_of(module)):
            for name, value in list(vars(place).items()):
                if isinstance(value, FunctionType) and _is_coroutine_function(value):
                    self._replaced.append((place, name, value))
                    setattr(place, name, self._wrapper(value))

    def _wrapper(self, function: FunctionType) -> Callable[..., Any]:
        """Return the one wrapper of a function, which several modules may have imported."""
        if function not in self._wrappers:
            report = self._report

            @functools.wraps(function)
            def wrapper(*args: Any, **options: Any) -> Any:
                coro = function(*args, **options)
                if isinstance(coro, Unstarted):  # it hands on what another function has made
                    return coro
                return Unstarted(coro, function.__qualname__, _place(sys._getframe(1)), report)

            wrapper.wraps_coroutine = True  # type: ignore[attr-defined]
            self._wrappers[function] = wrapper
        return self._wrappers[function]


def _is_coroutine_function(function: FunctionType) -> bool:
    returned = str(function.__annotations__.get("return", ""))
    return returned.startswith("Coro[") and not hasattr(function, "wraps_coroutine")


def _is_loaded(module: ModuleType) -> bool:
    """Tell whether an import is over; another thread may be in the middle of it."""
    spec = getattr(module, "__spec__", None)
    return not getattr(spec, "_initializing", False)


def _classes_of(module: ModuleType) -> Iterator[type]:
    for value in list(vars(module).values()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield value


def _place(frame: FrameType) -> str:
    return f"made at {frame.f_code.co_filename}:{frame.f_lineno}"
