"""Blocks of parts that follow each other, so that many parts are named by few names."""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[int, int, int]
"""What parts are ordered by; its last is the part itself."""


@dataclass(slots=True, eq=False)
class _Tree:
    """A part, of level 0, or a block of two trees of the level below. `last` is its last part's."""

    name: int
    level: int
    last: Place
    left: _Tree | None = None
    right: _Tree | None = None
    opened: bool = False


@dataclass(slots=True)
class Changes:
    """Blocks made, (block, left, right) level by level, and blocks that nobody has any more."""

    made: list[list[tuple[int, int, int]]]
    gone: list[int]


class Forest:
    """Parts in order, named by about twice the logarithm of their number.

    Parts join at the end and leave at the front; two trees of one size that follow each other
    become a block of both (the base intervals of Arasu and Widom, Resource sharing in continuous
    sliding-window aggregates, VLDB 2004), and a block whose first part leaves falls into the two it
    was made of. What has fallen apart is not put together again, so a part is in one block of each
    level and joins and leaves at a constant number of steps in the mean. A part that joins before
    others takes the blocks behind it apart. Blocks have negative names, parts their ids.
    """

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._trees: list[_Tree] = []
        self._blocks = 0
        self._clear()

    def _clear(self) -> None:
        self._changes = Changes([[] for _ in range(self._highest)], [])

    def names(self) -> list[int]:
        """Return blocks and parts that together are all parts, in order."""
        return [tree.name for tree in self._trees]

    def changes(self) -> Changes:
        """Return what was made and what has gone since the last time."""
        changes = self._changes
        self._clear()
        return changes

    def join(self, place: Place) -> None:
        """Take a part in; O(1) in the mean where it is the last one."""
        some = [_Tree(place[2], 0, place)]
        while self._trees and self._trees[-1].last > place:
            _leaves(self._trees.pop(), some, self._changes.gone)
        some.sort(key=lambda tree: tree.last)
        for tree in some:
            tree.opened = False
            self._append(tree)

    def _append(self, tree: _Tree) -> None:
        while self._trees and tree.level < self._highest:
            left = self._trees[-1]
            if left.level != tree.level or left.opened:
                break
            self._trees.pop()
            self._blocks -= 1
            self._changes.made[tree.level].append((self._blocks, left.name, tree.name))
            tree = _Tree(self._blocks, tree.level + 1, tree.last, left, tree)
        self._trees.append(tree)

    def leave(self) -> None:
        """Let the first part go; O(1) in the mean."""
        tree = self._trees.pop(0)
        while tree.left is not None and tree.right is not None:
            self._changes.gone.append(tree.name)
            tree.right.opened = True
            self._trees.insert(0, tree.right)
            tree = tree.left


def _leaves(tree: _Tree, leaves: list[_Tree], gone: list[int]) -> None:
    """Add the parts of a tree to `leaves`, and the blocks that it was made of to `gone`."""
    if tree.left is None or tree.right is None:
        leaves.append(tree)
        return
    gone.append(tree.name)
    _leaves(tree.left, leaves, gone)
    _leaves(tree.right, leaves, gone)
