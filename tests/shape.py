"""Judges a statement by the rules of shape: would an engine that spreads borrowers over machines
take it?

For tables spread by borrower: a row lock names one borrower; an UPDATE or DELETE names borrowers
and never moves a row to another one; two of them are joined on the borrower (or both fixed to
one); nothing volatile in an UPDATE; no SKIP LOCKED, no grouping sets, no recursion over all
borrowers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pglast import ast as nodes
from pglast import parse_sql
from pglast.enums import A_Expr_Kind, BoolExprType, LockWaitPolicy

from app.place import Place

# What a column is called that holds the borrower; on his own table it is his id.
KEY = "customer_id"
OWN_TABLE = "customer"
VOLATILE = {"clock_timestamp", "random", "nextval", "gen_random_uuid", "timeofday"}
FIXED = "·fixed·"
SOME = "·some·"

Places = Mapping[str, Place]
# Its types say "or None" of every part of every node.
ast: Any = nodes


def faults(sql: str, places: Places) -> list[str]:
    """In words; empty when the statement has the right shape."""
    found: list[str] = []
    for raw in parse_sql(sql):
        _judge(raw.stmt, _Scope(places, {}), found)
    return found


@dataclass
class _Scope:
    """The tables that one level of a query sees, and which borrower columns are known to be
    equal."""

    places: Places
    tables: dict[str, str]
    parent: dict[str, str] = field(default_factory=dict)
    # Aliases of borrower tables named at this very level.
    own: list[str] = field(default_factory=list)

    def inner(self) -> "_Scope":
        return _Scope(self.places, dict(self.tables), dict(self.parent))

    def add(self, alias: str, table: str) -> None:
        self.tables[alias] = table
        if self.places.get(table) is Place.borrower:
            self.own.append(alias)

    def root(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def unite(self, one: str, other: str) -> None:
        one, other = self.root(one), self.root(other)
        if one == other:
            return
        # What is fixed stays the root of its class.
        if one in (FIXED, SOME):
            one, other = other, one
        self.parent[one] = other

    def is_fixed(self, alias: str) -> bool:
        return self.root(alias) == FIXED

    def is_named(self, alias: str) -> bool:
        """Whether anything says which borrowers are meant: a value, values, or another table."""
        others = {FIXED, SOME, *self.parent, *self.parent.values()} - {alias}
        return any(self.root(other) == self.root(alias) for other in others)

    def key_alias(self, column: Any) -> str | None:
        """The alias whose borrower this column holds; None for any other column."""
        if not isinstance(column, ast.ColumnRef):
            return None
        names = [part.sval for part in column.fields if isinstance(part, ast.String)]
        if len(names) == 2:
            return names[0] if self._is_key(names[0], names[1]) else None
        if len(names) == 1 and names[0] == KEY:
            return self.own[0] if len(self.own) == 1 else KEY
        only = self.own[0] if len(self.own) == 1 else ""
        return only if only and self._is_key(only, names[-1]) else None

    def _is_key(self, alias: str, column: str) -> bool:
        return column == KEY or (column == "id" and self.tables.get(alias) == OWN_TABLE)


def _judge(node: Any, scope: _Scope, found: list[str]) -> None:
    match node:
        case ast.SelectStmt():
            _select(node, scope.inner(), found)
        case ast.UpdateStmt():
            _update(node, scope.inner(), found)
        case ast.DeleteStmt():
            _delete(node, scope.inner(), found)
        case ast.InsertStmt():
            inner = scope.inner()
            _with(node.withClause, inner, found)
            if node.selectStmt is not None:
                _judge(node.selectStmt, inner, found)


def _select(node: Any, scope: _Scope, found: list[str]) -> None:
    _with(node.withClause, scope, found)
    if node.larg is not None:
        _judge(node.larg, scope, found)
        _judge(node.rarg, scope, found)
        return
    _read(node.fromClause or (), node.whereClause, scope, found)
    if any(isinstance(group, ast.GroupingSet) for group in node.groupClause or ()) and scope.own:
        found.append("grouping sets over borrowers")
    for lock in node.lockingClause or ():
        locked = [rel.relname for rel in lock.lockedRels or ()] or scope.own
        locked = [alias for alias in locked if alias in scope.own]
        if locked and lock.waitPolicy == LockWaitPolicy.LockWaitSkip:
            found.append("SKIP LOCKED over borrowers")
        found += [
            f"a row lock on {scope.tables[alias]} that does not name one borrower"
            for alias in locked
            if not scope.is_fixed(alias)
        ]
    _subqueries((node.targetList, node.whereClause, node.havingClause), scope, found)


def _update(node: Any, scope: _Scope, found: list[str]) -> None:
    _with(node.withClause, scope, found)
    target = _target(node.relation, scope)
    _read(node.fromClause or (), node.whereClause, scope, found)
    if target in scope.own:
        if any(column.name == KEY for column in node.targetList):
            found.append("an UPDATE that moves a row to another borrower")
        if not scope.is_named(target):
            found.append(f"an UPDATE of {scope.tables[target]} that names no borrowers")
        found += [f"{call} in an UPDATE of borrowers" for call in _calls(node) if call in VOLATILE]
    _subqueries((node.targetList, node.whereClause), scope, found)


def _delete(node: Any, scope: _Scope, found: list[str]) -> None:
    _with(node.withClause, scope, found)
    target = _target(node.relation, scope)
    _read(node.usingClause or (), node.whereClause, scope, found)
    if target in scope.own and not scope.is_named(target):
        found.append(f"a DELETE from {scope.tables[target]} that names no borrowers")
    _subqueries((node.whereClause,), scope, found)


def _target(relation: Any, scope: _Scope) -> str:
    alias: str = relation.alias.aliasname if relation.alias else relation.relname
    scope.add(alias, relation.relname)
    return alias


def _with(clause: Any, scope: _Scope, found: list[str]) -> None:
    """A common table expression is a table that is joined like any other."""
    for expression in clause.ctes if clause else ():
        if clause is not None and clause.recursive and _reaches_borrowers(expression, scope):
            found.append("recursion over borrowers")
        scope.tables[expression.ctename] = expression.ctename
        _judge(expression.ctequery, scope, found)


def _reaches_borrowers(node: Any, scope: _Scope) -> bool:
    names = (child.relname for child in _walk(node) if isinstance(child, ast.RangeVar))
    return any(scope.places.get(name) is Place.borrower for name in names)


def _read(sources: Any, where: Any, scope: _Scope, found: list[str]) -> None:
    for source in sources:
        _source(source, scope, found)
    _conditions(where, scope)
    _check_joined(scope, found)


def _source(source: Any, scope: _Scope, found: list[str]) -> None:
    match source:
        case ast.RangeVar():
            _target(source, scope)
        case ast.RangeSubselect():
            _judge(source.subquery, scope, found)
            if source.alias:
                scope.tables[source.alias.aliasname] = ""
        case ast.JoinExpr():
            _source(source.larg, scope, found)
            _source(source.rarg, scope, found)
            if KEY in [name.sval for name in source.usingClause or ()]:
                sides = [_aliases(source.larg), _aliases(source.rarg)]
                for alias in sides[0] + sides[1]:
                    scope.unite(sides[0][0], alias)
            _conditions(source.quals, scope)


def _aliases(source: Any) -> list[str]:
    if isinstance(source, ast.JoinExpr):
        return _aliases(source.larg) + _aliases(source.rarg)
    if isinstance(source, ast.RangeVar):
        return [source.alias.aliasname if source.alias else source.relname]
    return [source.alias.aliasname] if getattr(source, "alias", None) else []


def _conditions(node: Any, scope: _Scope) -> None:
    """Equalities that hold for every row: those joined by AND."""
    if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
        for part in node.args:
            _conditions(part, scope)
    elif isinstance(node, ast.A_Expr):
        _equality(node, scope)


def _equality(node: Any, scope: _Scope) -> None:
    if [part.sval for part in node.name] not in (["="], ["IN"]):
        return
    if isinstance(node.lexpr, ast.RowExpr) and isinstance(node.rexpr, ast.RowExpr):
        for left, right in zip(node.lexpr.args, node.rexpr.args, strict=True):
            _same(left, right, scope)
    elif node.kind == A_Expr_Kind.AEXPR_OP:
        _same(node.lexpr, node.rexpr, scope)
    elif (alias := scope.key_alias(node.lexpr)) is not None:
        # = ANY(…) and IN (…): some borrowers, each of them named.
        scope.unite(alias, SOME)


def _same(left: Any, right: Any, scope: _Scope) -> None:
    one, other = scope.key_alias(left), scope.key_alias(right)
    if one is not None and other is not None:
        scope.unite(one, other)
    elif one is not None and _is_value(right):
        scope.unite(one, FIXED)
    elif other is not None and _is_value(left):
        scope.unite(other, FIXED)


def _is_value(node: Any) -> bool:
    if isinstance(node, ast.TypeCast):
        return _is_value(node.arg)
    return isinstance(node, ast.ParamRef | ast.A_Const)


def _check_joined(scope: _Scope, found: list[str]) -> None:
    roots = {scope.root(alias) for alias in scope.own}
    if len(scope.own) > 1 and len(roots) > 1:
        names = " and ".join(sorted(scope.tables[alias] for alias in scope.own))
        found.append(f"{names} joined without the borrower")


def _subqueries(parts: Any, scope: _Scope, found: list[str]) -> None:
    """Those in conditions and in the list of columns; they see the level around them."""
    for part in parts:
        for child in _walk(part):
            if isinstance(child, ast.SubLink):
                _judge_linked(child.subselect, scope, found)


def _judge_linked(select: Any, scope: _Scope, found: list[str]) -> None:
    inner = scope.inner()
    before = [alias for alias in scope.own]
    _judge(select, inner, found)
    if not before or not isinstance(select, ast.SelectStmt) or select.larg is not None:
        return
    # A subquery over borrowers inside a query over borrowers is a join by another name.
    check = scope.inner()
    silent: list[str] = []
    for source in select.fromClause or ():
        _source(source, check, silent)
    _conditions(select.whereClause, check)
    if check.own and not {check.root(a) for a in check.own} & {check.root(a) for a in before}:
        names = ", ".join(
            sorted({scope.tables[a] for a in before} | {check.tables[a] for a in check.own})
        )
        found.append(f"a subquery that is not tied to the borrower around it ({names})")


def _calls(node: Any) -> Iterator[str]:
    for child in _walk(node):
        if isinstance(child, ast.FuncCall):
            yield list(child.funcname or ())[-1].sval


def _walk(node: Any) -> Iterator[Any]:
    """Every node below, without entering the subqueries' own levels twice."""
    if isinstance(node, tuple | list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, ast.Node):
        yield node
        if isinstance(node, ast.SubLink):
            return
        slots: Any = vars(type(node))["__slots__"]
        for name in slots:
            yield from _walk(getattr(node, name, None))
