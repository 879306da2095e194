"""Tasks that contradict one another, or make one another needless, are settled here; nothing is dropped without a reason."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dbarchitect.model.catalog import ForeignKey, Index, Table
from dbarchitect.model.names import QualifiedName, SubjectKind
from dbarchitect.model.snapshot import Snapshot
from dbarchitect.model.task import Settled, Task
from dbarchitect.sql.columns import RENAMED_ASIDE
from dbarchitect.sql.effects import (
    ColumnRetyped,
    Effect,
    IndexCreated,
    IndexDropped,
    IndexRebuilt,
    KeyAdded,
    ReplicaIdentitySet,
    TableAnalyzed,
    TableVacuumed,
    effects,
)


def task_effects(task: Task) -> tuple[Effect, ...]:
    """What a task's statements do, in their order."""
    return tuple(effect for step in task.change.steps for effect in effects(task.lead.engine, step.sql))


@dataclass(slots=True)
class _Board:
    """The tasks still standing by their lead's key, best first, and what was settled on the way."""

    standing: dict[str, Task]
    settled: list[Settled] = field(default_factory=list)

    def absorb(self, winner: str, loser: str, reason: str) -> None:
        """The winner takes the loser's findings; the loser is gone."""
        gone = self.standing.pop(loser)
        self.standing[winner] = Task((*self.standing[winner].findings, *gone.findings))
        self.settled += [Settled(f, reason, winner) for f in gone.findings]

    def withhold(self, key: str, reason: str) -> None:
        """The task is not proposed."""
        self.settled += [Settled(f, reason) for f in self.standing.pop(key).findings]

    def tasks(self) -> list[tuple[str, Task]]:
        """A copy to walk along while tasks go; ask `key in standing` before using one."""
        return list(self.standing.items())


def settle(snapshot: Snapshot, tasks: Iterable[Task]) -> tuple[list[Task], tuple[Settled, ...]]:
    """The tasks that can all be done together, best first, and what became of the others."""
    ordered = sorted(tasks, key=lambda t: (-t.score, t.lead.key))
    board = _Board({task.lead.key: task for task in ordered})
    _retired(board, snapshot)
    _superseded(board)
    _references_change_with_their_key(board)
    _one_type_for_a_column(board)
    _primary_key_is_the_replica_identity(board)
    _rebuilt_instead_of_created(board, snapshot)
    _longest_new_index(board)
    _analyzed_by_a_vacuum(board)
    _dropped_instead_of_mended(board, snapshot)
    _drops(board, snapshot)
    return list(board.standing.values()), _final(board)


def _final(board: _Board) -> tuple[Settled, ...]:
    """`into` follows winners that were absorbed later themselves."""
    holder = {f.key: task.lead.key for task in board.standing.values() for f in task.findings}
    return tuple(replace(s, into=holder.get(s.into, s.into)) if s.into else s for s in board.settled)


def _retired(board: _Board, snapshot: Snapshot) -> None:
    """A table that is to be dropped gets the one task that takes it out of use."""
    aside = "the table was renamed aside; drop it once nobody has missed it"
    reasons = {t.name: aside for t in snapshot.catalog.tables if t.name.name.startswith(RENAMED_ASIDE)}
    retiring = {key: f.retires for key, task in board.tasks() for f in task.findings if f.retires}
    reasons |= dict.fromkeys(retiring.values(), "the table is to be renamed aside first; what is then dropped needs no mending")
    for key, task in board.tasks():
        tables = {f.subject.table_name for f in task.findings}
        table = next(iter(tables))
        if key not in retiring and len(tables) == 1 and table in reasons:
            board.withhold(key, reasons[table])


def _superseded(board: _Board) -> None:
    by_subject: dict[str, list[str]] = defaultdict(list)
    for key, task in board.tasks():
        by_subject[task.lead.subject.key].append(key)
    for winner, task in board.tasks():
        named = dict.fromkeys(key for finding in task.findings for key in finding.supersedes)
        for loser in [key for subject in named for key in by_subject[subject]]:
            if loser != winner and winner in board.standing and loser in board.standing:
                board.absorb(winner, loser, "its subject is settled by that change")


def _retyped(task: Task) -> list[tuple[QualifiedName, str]]:
    return [(e.table, e.column) for e in task_effects(task) if isinstance(e, ColumnRetyped)]


def _references_change_with_their_key(board: _Board) -> None:
    """A referencing column with the problem of the key that it points at is part of that task when its change covers both."""
    columns = {task.lead.subject: key for key, task in board.tasks() if task.lead.subject.kind is SubjectKind.COLUMN}
    for winner, task in board.tasks():
        for subject in task.lead.also:
            loser = columns.get(subject)
            if loser in (None, winner) or loser not in board.standing or winner not in board.standing:
                continue
            same = board.standing[loser].lead.check == task.lead.check
            if same and (subject.table_name, subject.name) in _retyped(task):
                board.absorb(winner, loser, "that change gives the referencing column the same type")


def _one_type_for_a_column(board: _Board) -> None:
    """The change of the most columns comes first, so that no column is left out; among equals the one that is worth most."""
    held: dict[tuple[QualifiedName, str], str] = {}
    for key, columns in sorted(((k, _retyped(t)) for k, t in board.tasks()), key=lambda pair: -len(pair[1])):
        winner = next((held[c] for c in columns if c in held), None)
        if winner is not None:
            board.absorb(winner, key, "another change of the same column's type is worth more; both types cannot be set")
        else:
            held.update(dict.fromkeys(columns, key))


def _primary_key_is_the_replica_identity(board: _Board) -> None:
    keyed = {e.table: key for key, task in board.tasks() for e in task_effects(task) if isinstance(e, KeyAdded) and e.primary}
    for key, task in board.tasks():
        own = task_effects(task)
        table = own[0].table if len(own) == 1 and isinstance(own[0], ReplicaIdentitySet) else None
        if table in keyed and keyed[table] != key:
            board.absorb(keyed[table], key, "the new primary key is the replica identity")


def _created(task: Task) -> IndexCreated | None:
    """The one thing that the task does, when that is to create an index."""
    own = task_effects(task)
    return own[0] if len(own) == 1 and isinstance(own[0], IndexCreated) else None


def _leads(columns: tuple[str, ...], new: IndexCreated) -> bool:
    """True when an index on `columns` does all that `new` would."""
    return new.plain and not new.unique and bool(new.columns) and columns[: len(new.columns)] == new.columns


def _rebuilt_instead_of_created(board: _Board, snapshot: Snapshot) -> None:
    rebuilt: dict[QualifiedName, list[tuple[Index, str]]] = defaultdict(list)
    for key, task in board.tasks():
        for effect in task_effects(task):
            found = snapshot.index(effect.name) if isinstance(effect, IndexRebuilt) else None
            if found is not None and found[1].predicate is None:
                rebuilt[found[0].name].append((found[1], key))
    for loser, task in board.tasks():
        new = _created(task)
        index, winner = next(((i, k) for i, k in rebuilt[new.table] if _leads(i.columns, new)), (None, "")) if new else (None, "")
        if index is not None:
            board.absorb(winner, loser, f"index {index.name.name} serves it once it is rebuilt")


def _longest_new_index(board: _Board) -> None:
    new: dict[QualifiedName, list[tuple[IndexCreated, str]]] = defaultdict(list)
    for key, task in board.tasks():
        created = _created(task)
        if created is not None:
            new[created.table].append((created, key))
    for siblings in new.values():
        for place, (shorter, loser) in enumerate(siblings):
            for other_place, (longer, winner) in enumerate(siblings):
                same = longer.columns == shorter.columns and not longer.unique
                if place == other_place or winner not in board.standing or (same and other_place > place):
                    continue
                if longer.plain and _leads(longer.columns, shorter):
                    board.absorb(winner, loser, f"index {longer.name} starts with the same columns")
                    break


def _analyzed_by_a_vacuum(board: _Board) -> None:
    vacuums = {
        e.table: key for key, task in board.tasks() for e in task_effects(task) if isinstance(e, TableVacuumed) and e.analyzed
    }
    for key, task in board.tasks():
        own = task_effects(task)
        if len(own) == 1 and isinstance(own[0], TableAnalyzed) and own[0].table in vacuums:
            board.absorb(vacuums[own[0].table], key, "VACUUM (ANALYZE) of the same table renews the statistics too")


def _dropped_instead_of_mended(board: _Board, snapshot: Snapshot) -> None:
    """Of an index that can go nothing else has to be mended or replaced."""
    about: dict[tuple[QualifiedName | None, str], list[str]] = defaultdict(list)
    for key, task in board.tasks():
        if task.lead.subject.kind is SubjectKind.INDEX:
            about[task.lead.subject.table_name, task.lead.subject.name].append(key)
    for winner, task in board.tasks():
        own = task_effects(task)
        found = _dropped(snapshot, own[0]) if len(own) == 1 and isinstance(own[0], IndexDropped) else None
        if found is None or winner not in board.standing:
            continue
        others = [key for key in about[found[0].name, found[1].name.name] if key != winner and key in board.standing]
        if others and _why_not_drop(*found, set(), _created_by(board, {winner, *others}, found[0].name)) is None:
            for loser in others:
                board.absorb(winner, loser, "the index is dropped by that task")


def _created_by(board: _Board, apart_from: set[str], table: QualifiedName) -> list[IndexCreated]:
    made = (e for key, task in board.tasks() if key not in apart_from for e in task_effects(task))
    return [e for e in made if isinstance(e, IndexCreated) and e.table == table]


def _drops(board: _Board, snapshot: Snapshot) -> None:
    new: dict[QualifiedName, list[IndexCreated]] = defaultdict(list)
    for effect in (e for _, task in board.tasks() for e in task_effects(task)):
        if isinstance(effect, IndexCreated):
            new[effect.table].append(effect)
    gone: set[QualifiedName] = set()
    for key, task in board.tasks():
        own = task_effects(task)
        for effect in own:
            found = _dropped(snapshot, effect) if isinstance(effect, IndexDropped) else None
            if found is None:
                continue
            replaced = any(isinstance(e, IndexCreated) and e.unique and e.table == found[0].name for e in own)
            reason = _why_not_drop(found[0], found[1], gone, new[found[0].name], replaced=replaced)
            if reason is not None:
                board.withhold(key, reason)
                break
            gone.add(found[1].name)


def _dropped(snapshot: Snapshot, effect: IndexDropped) -> tuple[Table, Index] | None:
    table = snapshot.table(effect.table) if effect.table else None
    if table is not None:
        index = next((i for i in table.indexes if i.name.name == effect.name.name), None)
        return (table, index) if index else None
    return snapshot.index(effect.name)


def _why_not_drop(
    table: Table, index: Index, gone: set[QualifiedName], new: list[IndexCreated], *, replaced: bool = False
) -> str | None:
    """Why this index has to stay, given that those in `gone` go and those in `new` come; None: it can go. `replaced`: its own task
    builds another unique index for it."""
    if not index.valid:
        return None
    name, width = index.name.name, len(index.columns)
    others = [i for i in table.indexes if i.name != index.name and i.whole]
    left = [i.columns for i in others if i.name not in gone] + [e.columns for e in new if e.plain]
    if index.replica_identity:
        return f"index {name} is the table's replica identity"
    unique = [i.columns for i in others if i.name not in gone and i.unique] + [e.columns for e in new if e.unique and e.plain]
    if index.unique and not replaced and not any(columns and set(columns) <= set(index.columns) for columns in unique):
        return f"index {name} enforces uniqueness, and no other unique index would be left to do so"
    needing = [key for key in table.foreign_keys if index.predicate is None and _serves(index.columns, key)]
    key = next((key for key in needing if not any(_serves(columns, key) for columns in left)), None)
    if key is not None:
        return f"index {name} is the only one left that serves foreign key {key.name}"
    used = index.usage is None or index.usage.scans > 0
    covering = next((i.name.name for i in others if i.name in gone and i.columns[:width] == index.columns), None)
    if used and covering and not any(columns[:width] == index.columns for columns in left):
        return f"index {covering}, which covers it, is dropped by another task: one of the two has to stay"
    return None


def _serves(columns: tuple[str, ...], key: ForeignKey) -> bool:
    return set(columns[: len(key.columns)]) == set(key.columns)
