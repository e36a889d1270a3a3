"""Projections: put together, and columns that nobody needs left out, down to the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from cep.planner import expressions as ex
from cep.planner.logical import (
    Aggregate,
    AsOf,
    ByTime,
    ClockedFilter,
    Delay,
    Expand,
    Filter,
    Interval,
    Join,
    Limit,
    Lookup,
    Match,
    Node,
    Over,
    Project,
    Scan,
    SetOperation,
    Sort,
    SortKey,
    TopN,
    Union,
    Values,
    Window,
    transform,
)
from cep.runtime.session import Session


def merge_projections(plan: Node, session: Session) -> Node:
    """Make one projection of two, unless that would compute something more than once."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Project):
            return None
        if not isinstance(node.input, Project):
            return _without_effect(node)
        inner = node.input
        uses = Counter(
            e.index for top in node.expressions for e in ex.walk(top) if isinstance(e, ex.Input)
        )
        for index, count in uses.items():
            computed = inner.expressions[index]
            plain = isinstance(computed, ex.Input | ex.Constant)
            if not plain and (count > 1 or not ex.is_deterministic(computed)):
                return None
        merged = tuple(
            ex.substitute(
                e, lambda i: inner.expressions[i.index] if isinstance(i, ex.Input) else None
            )
            for e in node.expressions
        )
        return replace(node, input=inner.input, expressions=merged)

    return transform(plan, change)


def _without_effect(node: Project) -> Node | None:
    """Return the input of a projection that changes nothing, not even a name."""
    same = len(node.expressions) == len(node.input.schema) and all(
        isinstance(e, ex.Input) and e.index == i for i, e in enumerate(node.expressions)
    )
    return node.input if same and node.names == node.input.schema.names else None


def prune_columns(plan: Node, session: Session) -> Node:
    """Leave out every column that is not needed above; a source then need not read it."""
    pruned, positions = _prune(plan, set(range(len(plan.schema))))
    assert all(positions[i] == i for i in positions)
    return pruned


_Pruned = tuple[Node, dict[int, int]]


def _prune(node: Node, needed: set[int]) -> _Pruned:
    """Return the node with at least its `needed` columns, and where each of them stands now."""
    return _PRUNERS[type(node)](node, needed)


def _kept(needed: Iterable[int]) -> dict[int, int]:
    return {old: new for new, old in enumerate(sorted(needed))}


def _scan(node: Scan, needed: set[int]) -> _Pruned:
    wanted = needed.union(*(ex.inputs(f) for f in node.filters))
    positions = _kept(wanted)
    columns = tuple(node.columns[i] for i in positions)
    filters = tuple(ex.moved(f, positions) for f in node.filters)
    return replace(node, columns=columns, filters=filters), positions


def _values(node: Values, needed: set[int]) -> _Pruned:
    return node, {i: i for i in range(len(node.fields))}


def _filter(node: Filter, needed: set[int]) -> _Pruned:
    below, positions = _prune(node.input, needed | ex.inputs(node.predicate))
    return Filter(below, ex.moved(node.predicate, positions)), positions


def _clocked_filter(node: ClockedFilter, needed: set[int]) -> _Pruned:
    read = [ex.inputs(e) for b in node.bounds for _, e in b.terms]
    below, at = _prune(node.input, needed.union(*read, ex.inputs(node.predicate)))
    bounds = tuple(
        replace(b, terms=tuple((sign, ex.moved(e, at)) for sign, e in b.terms)) for b in node.bounds
    )
    return ClockedFilter(below, ex.moved(node.predicate, at), bounds), at


def _project(node: Project, needed: set[int]) -> _Pruned:
    kept = _kept(needed)
    used = [node.expressions[i] for i in kept]
    below, positions = _prune(node.input, set().union(*(ex.inputs(e) for e in used)))
    expressions = tuple(ex.moved(e, positions) for e in used)
    return Project(below, expressions, tuple(node.names[i] for i in kept)), kept


def _union(node: Union, needed: set[int]) -> _Pruned:
    kept = _kept(needed)
    branches = []
    for branch in node.branches:
        below, positions = _prune(branch, needed)
        branches.append(_exactly(below, [positions[i] for i in kept]))
    return Union(tuple(branches)), kept


def _set_operation(node: SetOperation, needed: set[int]) -> _Pruned:
    # Whole rows are compared, so every column is read.
    every = list(range(len(node.schema)))
    left, right = (
        _exactly(below, [positions[i] for i in every])
        for below, positions in (_prune(n, set(every)) for n in node.inputs())
    )
    return replace(node, left=left, right=right), {i: i for i in every}


def _exactly(node: Node, columns: list[int]) -> Node:
    """Return the node with just these columns, in this order."""
    if columns == list(range(len(node.schema))):
        return node
    fields = node.schema.fields
    expressions = tuple(ex.Input(fields[i].type, i, fields[i].name) for i in columns)
    return Project(node, expressions, tuple(fields[i].name for i in columns))


def _window(node: Window, needed: set[int]) -> _Pruned:
    width = len(node.input.schema)
    read = {i for i in {*needed, *node.carried} if i < width} | {node.time, *node.partition}
    below, positions = _prune(node.input, read)
    positions = dict(positions)
    for added in range(3):
        positions[width + added] = len(below.schema) + added
    partition = tuple(positions[i] for i in node.partition)
    pruned = replace(
        node,
        input=below,
        time=positions[node.time],
        partition=partition,
        carried=tuple(positions[c] for c in node.carried),
    )
    return pruned, positions


def _expand(node: Expand, needed: set[int]) -> _Pruned:
    # The number of the set and the keys stay, since they make the groups.
    width = 1 + len(node.keys)
    below, at = _prune(node.input, {i - width for i in needed if i >= width}.union(node.keys))
    positions = {i: i for i in range(width)}
    positions |= {width + old: width + new for old, new in at.items()}
    return replace(node, input=below, keys=tuple(at[k] for k in node.keys)), positions


def _aggregate(node: Aggregate, needed: set[int]) -> _Pruned:
    # Keys stay, since they make the groups; calls that nobody reads go, unless all would:
    # an aggregate without calls is DISTINCT and says its rows at other times.
    keys = len(node.keys)
    calls = [i for i in range(len(node.calls)) if keys + i in needed] or list(
        range(len(node.calls))
    )[:1]
    read = set(node.keys)
    for i in calls:
        call = node.calls[i]
        read |= set(call.arguments) | (set() if call.filter is None else {call.filter})
    if node.window is not None:
        read |= {node.window.start, node.window.end}
    read |= set(node.carried)
    below, at = _prune(node.input, read)
    kept = tuple(
        replace(
            node.calls[i],
            arguments=tuple(at[a] for a in node.calls[i].arguments),
            filter=None if node.calls[i].filter is None else at[node.calls[i].filter or 0],
        )
        for i in calls
    )
    window = node.window
    if window is not None:
        window = window.moved(at)
    positions = {i: i for i in range(keys)} | {keys + i: keys + n for n, i in enumerate(calls)}
    names = tuple(node.names[i] for i in positions)
    pruned = replace(
        node,
        input=below,
        keys=tuple(at[k] for k in node.keys),
        calls=kept,
        names=names,
        window=window,
        carried=tuple(at[c] for c in node.carried),
    )
    return pruned, positions


def _match(node: Match, needed: set[int]) -> _Pruned:
    # What is read of the input stays, and with all rows per match it is in the output too, in a
    # window only what is needed above. Measures that nobody reads go, unless nothing would be left.
    before, after = node.carried
    first = len(before) + len(node.measures)
    wanted = [i for i in range(len(node.measures)) if len(before) + i in needed]
    if not wanted and not before:
        wanted = [0]
    measures = [node.measures[i] for i in wanted]
    read = {after[i - first] for i in needed if i >= first}
    read |= set(before) if node.frame is None else needed.intersection(before)
    read |= {*node.partition, *(k.index for k in (*node.order, *node.ties)), *node.late}
    read = read.union(*(ex.inputs(e) for e in (*measures, *node.conditions) if e is not None))
    below, at = _prune(node.input, read)
    pruned = replace(
        node,
        input=below,
        partition=tuple(at[i] for i in node.partition),
        order=_keys(node.order, at),
        ties=_keys(node.ties, at),
        time=None if node.time is None else at[node.time],
        conditions=tuple(None if c is None else ex.moved(c, at) for c in node.conditions),
        measures=tuple(ex.moved(m, at) for m in measures),
        names=tuple(node.names[i] for i in wanted),
        late=tuple(at[i] for i in node.late),
        functions=frozenset(new for new, old in enumerate(wanted) if old in node.functions),
    )
    if node.frame is not None:
        added = {len(before) + old: len(below.schema) + new for new, old in enumerate(wanted)}
        return pruned, {i: at[i] for i in read if i in at} | added
    positions = {i: i for i in range(len(before))}
    positions |= {len(before) + old: len(before) + new for new, old in enumerate(wanted)}
    _, behind = pruned.carried
    places = {i: len(before) + len(wanted) + n for n, i in enumerate(behind)}
    positions |= {first + n: places[at[i]] for n, i in enumerate(after) if at.get(i) in places}
    return pruned, positions


def _over(node: Over, needed: set[int]) -> _Pruned:
    # As with an aggregate, calls that nobody reads go, unless all would: rows are refused by it.
    width = len(node.input.schema)
    calls = [i for i in range(len(node.calls)) if width + i in needed] or [0]
    read = {i for i in needed if i < width}.union(node.partition, node.carried)
    read |= {k.index for k in (*node.order, *node.ties)}
    for i in calls:
        read |= set(node.calls[i].columns())
    below, at = _prune(node.input, read)
    positions = {i: at[i] for i in read}
    positions |= {width + i: len(below.schema) + n for n, i in enumerate(calls)}
    pruned = replace(
        node,
        input=below,
        partition=tuple(at[k] for k in node.partition),
        order=_keys(node.order, at),
        ties=_keys(node.ties, at),
        calls=tuple(node.calls[i].moved(at) for i in calls),
        names=tuple(node.names[i] for i in calls),
        carried=tuple(at[c] for c in node.carried),
    )
    return pruned, positions


def _by_time(node: ByTime, needed: set[int]) -> _Pruned:
    below, positions = _prune(node.input, needed | {node.time})
    return replace(node, input=below, time=positions[node.time]), positions


def _join(node: Join, needed: set[int]) -> _Pruned:
    # What partners are found by is read, but not said.
    width = len(node.left.schema)
    kept = _kept(needed)
    said = [node.columns[i] for i in kept]
    if node.widens and all(i < width for i in said):
        below, at = _prune(node.left, set(said))
        return below, {i: at[node.columns[i]] for i in kept}
    read = {*said, *(() if node.residual is None else ex.inputs(node.residual))}
    here = {i for i in read if i < width} | {k.left for k in node.keys} | set(node.carried[0])
    there = {i - width for i in read if i >= width} | {k.right for k in node.keys}
    there |= set(node.carried[1])
    bound = node.bound
    if isinstance(bound, Interval):
        here.add(bound.left)
        there.add(bound.right)
    elif bound is not None:
        for columns, side in ((here, node.left), (there, node.right)):
            window = side.properties.window
            assert window is not None
            columns |= {window.start, window.end}
    left, at_left = _prune(node.left, here)
    right, at_right = _prune(node.right, there)
    if isinstance(bound, Interval):
        bound = replace(bound, left=at_left[bound.left], right=at_right[bound.right])
    moves = at_left | {width + i: len(left.schema) + at for i, at in at_right.items()}
    pruned = replace(
        node,
        left=left,
        right=right,
        keys=tuple(replace(k, left=at_left[k.left], right=at_right[k.right]) for k in node.keys),
        residual=None if node.residual is None else ex.moved(node.residual, moves),
        bound=bound,
        said=tuple(moves[i] for i in said),
        carried=_both(node.carried, at_left, at_right),
    )
    return pruned, kept


def _beside(node: AsOf | Lookup, needed: set[int]) -> _Pruned:
    width = len(node.left.schema)
    read = set(needed) if node.residual is None else needed | ex.inputs(node.residual)
    here = {i for i in read if i < width} | {a for a, _ in node.keys}
    there = {i - width for i in read if i >= width} | {b for _, b in node.keys}
    if isinstance(node, AsOf):
        here |= {node.times[0], *node.carried[0]}
        there |= {node.times[1], *node.carried[1]}
    left, at_left = _prune(node.left, here)
    right, at_right = _prune(node.right, there)
    positions = at_left | {width + i: len(left.schema) + at for i, at in at_right.items()}
    pruned: AsOf | Lookup = replace(
        node,
        left=left,
        right=right,
        keys=tuple((at_left[a], at_right[b]) for a, b in node.keys),
        residual=None if node.residual is None else ex.moved(node.residual, positions),
    )
    if isinstance(pruned, AsOf):
        pruned = replace(
            pruned,
            times=(at_left[pruned.times[0]], at_right[pruned.times[1]]),
            carried=_both(pruned.carried, at_left, at_right),
        )
    return pruned, positions


def _both(
    columns: tuple[tuple[int, ...], tuple[int, ...]],
    at_left: dict[int, int],
    at_right: dict[int, int],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where columns of both inputs stand now."""
    left, right = columns
    return tuple(at_left[i] for i in left), tuple(at_right[i] for i in right)


def _sort(node: Sort, needed: set[int]) -> _Pruned:
    read = needed.union((k.index for k in (*node.keys, *node.ties)), node.carried)
    below, at = _prune(node.input, read)
    pruned = replace(
        node,
        input=below,
        keys=_keys(node.keys, at),
        ties=_keys(node.ties, at),
        carried=tuple(at[c] for c in node.carried),
    )
    return pruned, at


def _keys(keys: tuple[SortKey, ...], at: dict[int, int]) -> tuple[SortKey, ...]:
    return tuple(replace(k, index=at[k.index]) for k in keys)


def _top_n(node: TopN, needed: set[int]) -> _Pruned:
    width = len(node.input.schema)
    read = {i for i in needed if i < width}.union(node.partition, node.carried)
    below, at = _prune(node.input, read | {k.index for k in (*node.keys, *node.ties)})
    pruned = replace(
        node,
        input=below,
        partition=tuple(at[i] for i in node.partition),
        keys=_keys(node.keys, at),
        ties=_keys(node.ties, at),
        name=node.name if width in needed else None,
        carried=tuple(at[c] for c in node.carried),
    )
    return pruned, {**at, width: len(below.schema)} if width in needed else at


def _limit(node: Limit, needed: set[int]) -> _Pruned:
    below, positions = _prune(node.input, needed)
    return replace(node, input=below), positions


def _delay(node: Delay, needed: set[int]) -> _Pruned:
    below, positions = _prune(node.input, needed)
    return replace(node, input=below), positions


_PRUNERS: dict[type[Node], Callable[..., _Pruned]] = {
    Scan: _scan,
    Values: _values,
    Filter: _filter,
    ClockedFilter: _clocked_filter,
    Project: _project,
    Union: _union,
    SetOperation: _set_operation,
    Window: _window,
    Expand: _expand,
    Aggregate: _aggregate,
    ByTime: _by_time,
    Join: _join,
    AsOf: _beside,
    Lookup: _beside,
    Match: _match,
    Over: _over,
    Sort: _sort,
    TopN: _top_n,
    Limit: _limit,
    Delay: _delay,
}
