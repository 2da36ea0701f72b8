"""Pieces of lessons for the tests of the authoring tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[[str, str], Path]


def code(*lines: str, tags: str = "") -> str:
    """Return the fence of a code cell."""
    head = f":tags: [{tags}]\n\n" if tags else ""
    return "```{code-cell} ipython3\n" + head + "\n".join(lines) + "\n```\n"


GOOD = f"""\
# Pool your workers

*In 40 minutes you will hand tasks to workers.*

| Time | Needs | Lessons |
|---|---|---|
| 40 minutes | lesson 02 | [index](00_start_here.ipynb) |

+++

## You will be able to

- predict how many tasks run at once
- explain why join comes last
- stop a pool

{code("%load_ext labsupport", "from labsupport import check, quiz")}
## Keep the workers

> **Myth:** A worker leaves after its task.

**Predict.** How many processes are there?

{code("%%module work", "def task(i):", "    return i")}
**Explain.** The workers stay.

{code("print(task(2))")}
**Predict.** And now?

{code("print(task(3))")}
**Change one thing.** Use three workers.

{code("task(4)")}
**Predict.** What is printed? [See there](00_start_here.ipynb#top).

{code("task(5)")}
## Exercises

### Exercise 1: Count

Count them.

{code("%%module counting", "def count():", "    return 0")}
{code("check.count(count)", '# hint("count")', '# solution("count")')}
### Exercise 2: Add

Add them.

{code("%%module adding", "def add():", "    return 0")}
{code("check.add(add)", '# hint("add")', '# solution("add")')}
## Quiz

{code('quiz("05", q1="?")')}
## What we found

- Five run at once.
- Workers leave when told.
- A pool stops.

## Terms

- **pool**: some workers

## Further reading

- [Pools](https://docs.python.org/3/library/multiprocessing.html)
- [fork(2)](https://man7.org/linux/man-pages/man2/fork.2.html)
"""
