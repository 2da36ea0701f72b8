"""Run small threads, written as generators, in an order that is given turn by turn."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from types import GeneratorType
from typing import Any

from labsupport.exhibits.interleavings.schedules import Schedule, Step

Thread = Callable[[Any], Generator[Any, Any, None]]
Condition = Callable[[Any], object]
LONGEST_VALUE = 40


class MisuseError(Exception):
    """The threads are not written as the explorer needs them; the message says what to do."""


class StepLock:
    """A lock for threads that are generators: ``with (yield lock):`` takes and releases it."""

    def __init__(self, name: str = "lock") -> None:
        self.name = name
        self._holder: Turns | None = None
        self._just_taken = False

    def release(self) -> None:
        """Let the lock go that was taken by ``yield lock`` without ``with``.

        Raises:
            RuntimeError: nobody holds it.
        """
        if self.is_free():
            raise RuntimeError(f"nobody holds {self.name}, so it cannot be released")
        self._holder = None

    def is_free(self) -> bool:
        """Tell whether nobody holds it; a thread of an earlier schedule does not count."""
        return self._holder is None or self._holder.abandoned

    def _take(self, thread: Turns) -> None:
        self._holder = thread
        self._just_taken = True

    def __enter__(self) -> StepLock:
        if not self._just_taken:
            raise MisuseError("write `with (yield lock):`; without yield a thread cannot wait here")
        self._just_taken = False
        return self

    def __exit__(self, *error: object) -> None:
        self._holder = None

    def __repr__(self) -> str:
        return f"StepLock({self.name!r})"


class Turns:
    """One thread in one schedule: what it has asked for, and how it goes on."""

    def __init__(self, name: str, thread: Thread, state: object) -> None:
        self.name = name
        self.over = False
        self.abandoned = False
        self.has_taken = False  # a lock, in its last turn
        self.wants: Any = None
        self._state = state
        generator = thread(state)
        if not isinstance(generator, GeneratorType):
            raise TypeError(
                f"thread {name} is no generator function: put a yield before every step that "
                "other threads can see"
            )
        self._generator = generator
        self._advance(None)

    def _advance(self, value: object) -> None:
        try:
            self.wants = self._generator.send(value)
        except StopIteration:
            self.over = True

    def take_turn(self) -> None:
        """Do the step that was asked for, up to the next ``yield``."""
        self.has_taken = isinstance(self.wants, StepLock)
        if isinstance(self.wants, StepLock):
            self.wants._take(self)
        self._advance(self.wants)

    def is_ready(self) -> bool:
        """Tell whether it could go on now."""
        if isinstance(self.wants, StepLock):
            return self.wants.is_free()
        return bool(self.wants()) if callable(self.wants) else True

    @property
    def label(self) -> str:
        """What it does next, in words."""
        if isinstance(self.wants, StepLock):
            return f"take {self.wants.name}"
        if callable(self.wants):
            return f"see {getattr(self.wants, '__name__', 'that')}"
        return "step" if self.wants is None else str(self.wants)

    @property
    def waits_for(self) -> str:
        """The same, when it cannot go on."""
        return self.label.partition(" ")[2]

    def values(self) -> dict[str, str]:
        """Return its local variables as text, also those of a generator that it yields from."""
        local: dict[str, object] = {}
        generator: object = self._generator
        while isinstance(generator, GeneratorType):
            local |= {} if generator.gi_frame is None else generator.gi_frame.f_locals
            generator = generator.gi_yieldfrom
        return _as_text({key: value for key, value in local.items() if value is not self._state})

    def abandon(self) -> None:
        """End it wherever it stands."""
        with contextlib.suppress(Exception):  # from its finally blocks: nobody waits for them
            self._generator.close()
        self.abandoned = True


def _is_means(value: object) -> bool:
    """Tell whether it is a lock, a function, or a collection of such: nothing that changes."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        return bool(value) and all(map(_is_means, value))
    return isinstance(value, StepLock) or callable(value)


def _as_text(values: Mapping[Any, object]) -> dict[str, str]:
    """Return values as short text, without locks and functions."""
    found = {}
    for key, value in values.items():
        if not _is_means(value):
            text = repr(value)
            found[str(key)] = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
    return found


class Run:
    """One schedule, carried out step by step."""

    def __init__(self, state: Any, threads: Mapping[str, Thread], always: Condition | None) -> None:
        self._state = state
        self._always = always
        self._failure = ""
        self._steps: list[Step] = []
        self._locks: dict[int, StepLock] = {}
        self._threads = {name: Turns(name, thread, state) for name, thread in threads.items()}

    def ready(self) -> list[str]:
        """Return who could go on, the one that ran last first; nobody after a failure."""
        if self._failure:
            return []
        ready = [name for name, thread in self._threads.items() if self._can_run(thread)]
        last = self._steps[-1].thread if self._steps else ""
        return sorted(ready, key=lambda name: name != last)

    def _can_run(self, thread: Turns) -> bool:
        return not thread.over and thread.is_ready()

    def step(self, name: str) -> None:
        """Let one thread do its next step."""
        thread = self._threads[name]
        label, shared, local = thread.label, _shared(self._state), thread.values()
        waiting = self._waiting()
        if isinstance(thread.wants, StepLock):
            self._locks[id(thread.wants)] = thread.wants
        try:
            thread.take_turn()
        except MisuseError:
            raise
        except Exception as error:
            self._failure = f"{name} raises {type(error).__name__}: {error}"
            thread.over = True
        now = _shared(self._state)
        changes = _changes(local, thread.values()) | _changes(shared, now)
        if not changes and not thread.has_taken:  # the same value may have been written again
            changes = now
        self._steps.append(Step(name, label, _said(changes), waiting))
        if not self._failure and self._always is not None and not self._always(self._state):
            self._failure = f"The rule is broken: {self._described()}"

    def _waiting(self) -> dict[str, str]:
        return {
            name: thread.waits_for
            for name, thread in self._threads.items()
            if not thread.over and not thread.is_ready()
        }

    def end(self, is_right: Condition | None) -> Schedule:
        """Return what has happened, when nobody can go on."""
        waiting = {} if self._failure else self._waiting()
        if waiting:
            self._failure = f"Nobody can go on: {self._in_words(waiting)}"
        elif not self._failure and is_right is not None and not is_right(self._state):
            self._failure = f"The end is wrong: {self._described()}"
        for thread in self._threads.values():
            thread.abandon()
        return Schedule(tuple(self._steps), self._failure, waiting)

    def _described(self) -> str:
        return _said(_shared(self._state))

    def _in_words(self, waiting: Mapping[str, str]) -> str:
        parts = []
        for name, wanted in waiting.items():
            held = [lock.name for lock in self._locks.values() if self._holds(name, lock)]
            holds = f"holds {' and '.join(held)} and " if held else ""
            parts.append(f"{name} {holds}waits for {wanted}")
        return "; ".join(parts)

    def _holds(self, name: str, lock: StepLock) -> bool:
        return lock._holder is self._threads[name]


def _shared(state: object) -> dict[str, str]:
    parts = state if isinstance(state, Mapping) else getattr(state, "__dict__", {"state": state})
    return _as_text(parts)


def _said(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in values.items())


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in after.items() if before.get(key) != value}
