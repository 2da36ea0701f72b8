"""Draw which process is the parent of which, from what the processes report themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from labsupport.pictures.canvas import Drawing, shorten, text_width, wrap
from labsupport.pictures.picture import Picture

WIDTH = 800
MARGIN = 20
PITCH = 32
BOX = 24
GAP = 44
MOST_CHILDREN = 20
MOST_GENERATIONS = 6


@dataclass
class _Node:
    pid: int | None  # None: stands for processes that are not drawn
    name: str
    children: list[_Node] = field(default_factory=list)
    reported: bool = True


def process_tree(
    rows: Iterable[tuple[int, int | None, str]],
    *,
    alt: str,
    title: str = "",
    claim: str = "",
    unreported: str = "another process",
) -> Picture:
    """Return a picture of a family of processes.

    A row is (pid, pid of the parent or None, name), as each process can report it about itself.
    A parent that reported nothing is drawn (dashed, named ``unreported``) when several rows name
    it. The picture shows the numbers, the text form only the names; where the tree itself
    differs between machines or start methods, give a ``claim``: it then stands in the text form
    in place of the tree. Raises ValueError without rows, for two rows with one pid, for a row
    that is its own ancestor and for more than MOST_GENERATIONS generations.

    >>> process_tree([(10, 1, "main"), (11, 10, "worker 1"), (12, 10, "worker 2")], alt="a family")
    a family
      main
      ├─ worker 1
      └─ worker 2
    """
    roots = _family(list(rows), unreported)
    generations = max(depth for depth, _ in _walk(roots)) + 1
    if generations > MOST_GENERATIONS:
        raise ValueError(f"{generations} generations are too many: at most {MOST_GENERATIONS}")
    drawing = Drawing(WIDTH)
    y = float(MARGIN)
    for line in wrap(title, WIDTH - 2 * MARGIN, 14, bold=True):
        y += 15
        drawing.text(MARGIN, y, line, "ink head")
        y += 3
    for line in wrap(claim, WIDTH - 2 * MARGIN, 13):
        y += 14
        drawing.text(MARGIN, y, line, "muted claim")
        y += 3
    height = _draw(drawing, roots, y + 8, generations)
    lines = [title or alt]
    if claim:
        lines.append(f"  {claim}")
    else:
        for root in roots:
            lines += [f"  {line}" for line in _in_words(root)]
    return Picture(drawing.render(height + MARGIN, alt), alt=alt, text="\n".join(lines))


def _family(rows: list[tuple[int, int | None, str]], unreported: str) -> list[_Node]:
    if not rows:
        raise ValueError("a tree needs at least one row: (pid, pid of the parent, name)")
    nodes: dict[int, _Node] = {}
    for pid, _, name in rows:
        if pid in nodes:
            raise ValueError(f"{nodes[pid].name!r} and {name!r} both report the pid {pid}")
        nodes[pid] = _Node(pid, name)
    named = Counter(parent for _, parent, _ in rows)
    roots: list[_Node] = []
    for pid, parent, _ in rows:
        if parent is not None and parent not in nodes and named[parent] > 1:
            nodes[parent] = _Node(parent, unreported, reported=False)
            roots.append(nodes[parent])
        if parent in nodes:
            nodes[parent].children.append(nodes[pid])
        else:
            roots.append(nodes[pid])
    reached = {node.pid for _, node in _walk(roots)}
    for pid, _, name in rows:
        if pid not in reached:
            raise ValueError(f"{name!r} is its own ancestor: check the parents that were reported")
    for node in list(nodes.values()):
        hidden = len(node.children) - MOST_CHILDREN
        if hidden > 0:
            node.children[MOST_CHILDREN:] = [_Node(None, f"and {hidden} more")]
    return roots


def _walk(roots: list[_Node]) -> Iterator[tuple[int, _Node]]:
    """Yield (depth, node) for every node; without recursion, for there may be any depth."""
    waiting = [(0, root) for root in reversed(roots)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        waiting += [(depth + 1, child) for child in reversed(node.children)]


def _in_words(node: _Node) -> list[str]:
    lines = [node.name]
    for child in node.children:
        last = child is node.children[-1]
        first, *others = _in_words(child)
        lines.append(("└─ " if last else "├─ ") + first)
        lines += [("   " if last else "│  ") + line for line in others]
    return lines


def _draw(drawing: Drawing, roots: list[_Node], top: float, generations: int) -> float:
    """Draw the boxes from left to right, children centred on their parent; return the bottom."""
    widest = (WIDTH - 2 * MARGIN - GAP * (generations - 1)) / generations
    columns = [0.0] * generations
    for depth, node in _walk(roots):
        columns[depth] = min(widest, max(columns[depth], _wanted(node)))
    lefts = [MARGIN + sum(columns[:depth]) + GAP * depth for depth in range(generations)]
    bottom = top

    def place(node: _Node, depth: int) -> float:
        """Draw a node with all below it; return the y of its middle."""
        nonlocal bottom
        left, width = lefts[depth], columns[depth]
        middles = [place(child, depth + 1) for child in node.children]
        if not middles:
            bottom += PITCH
        y = (middles[0] + middles[-1]) / 2 if middles else bottom - PITCH / 2
        # Nearly level lines look like a mistake: the parent moves to the level of its child.
        y = next((middle for middle in middles if abs(middle - y) < PITCH / 4), y)
        for middle in middles:
            bend = lefts[depth + 1] - GAP / 2
            corners = [(left + width, y), (bend, y), (bend, middle), (lefts[depth + 1], middle)]
            drawing.path(corners, "link", closed=False)
        _box(drawing, node, left, y, width, "s0" if depth == 0 else "s2")
        return y

    for root in roots:
        place(root, 0)
    return bottom


def _wanted(node: _Node) -> float:
    number = text_width(f"  {node.pid}", 11) if node.pid is not None else 0
    return text_width(node.name) + number + 20


def _box(drawing: Drawing, node: _Node, left: float, y: float, width: float, css: str) -> None:
    if node.pid is None:
        drawing.text(left + 10, y + 4.2, shorten(node.name, width - 10), "muted")
        return
    drawing.rect(left, y - BOX / 2, width, BOX, css if node.reported else "dashed", 4)
    number = f"{node.pid}"
    room = width - 20 - text_width(number, 11) - 6
    tint = f" h{css[1:]}" if node.reported else ""
    drawing.text(left + 10, y + 4.2, shorten(node.name, room), f"ink{tint}")
    drawing.text(left + width - 8, y + 4, number, f"muted small end{tint}")
