"""Answers of stored events: one statement for all questions of any number of people and accounts.

Of each question only its number and whom it is asked about travel once per pair; PostgreSQL looks at every pair by the
index (person or account, name, time) and, where nothing of the row is needed, at nothing but that index.

An account's events are those that name it, or an account that was merged into it, and what people who are at home there
did without naming any, just as its use is counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from people_app import homes
from signals_app.folding import MAX_TEXT
from signals_app.knowing import growth
from signals_app.knowing.questions import (
    MOST_TEXTS,
    Answers,
    Form,
    Numbered,
    Pair,
    Question,
)
from signals_app.knowing.received import FIRST, READ
from signals_app.knowing.where_path import deep_node, storable
from upsell_project.lib import bulk
from upsell_project.lib.rules.facts import Of

MOST_IDS = 20
MOST_TIMES = 1_000
MOST_ROWS = 20_000
"""What would have to be made of more of them is not known: nobody's events fill the memory. Replays take no more."""
KINDS = ("track", "page", "screen")
"""The other calls say something of somebody, and are no events."""


@dataclass(frozen=True, slots=True, order=True)
class _Shape:
    """Questions of one shape are one branch of the statement."""

    form: Form
    of: Of
    named: bool
    filtered: bool
    tracked: bool
    steps: int
    """How many."""


@dataclass(slots=True)
class _Branch:
    numbers: list[int] = field(default_factory=list)
    """Of the questions."""
    who: list[int] = field(default_factory=list)
    """Whom each is asked about."""


def answers(numbered: Numbered, pairs: Iterable[Pair]) -> Answers:
    """The answers there are to these pairs, each of them once; no statement where nothing is asked."""
    shapes: dict[_Shape, _Branch] = defaultdict(_Branch)
    branches = [shapes[_shape(one)] if _possible(one) else _Branch() for one in numbered.questions]
    for number, who in pairs:
        branch = branches[number]
        branch.numbers.append(number)
        branch.who.append(who)
    asked = {shape: branch for shape, branch in shapes.items() if branch.who}
    return _ask(numbered.questions, dict(sorted(asked.items()))) if asked else {}


def _ask(questions: Sequence[Question], branches: Mapping[_Shape, _Branch]) -> Answers:
    sql = [_AS_JSON]
    parameters: list[Any] = [bulk.json([_record(at, one) for at, one in enumerate(questions)])]
    accounts = {who for shape, one in branches.items() if shape.of is Of.ACCOUNT for who in one.who}
    if accounts:
        sql.append(_REACH)
        parameters.append(bulk.array(sorted(accounts)))
    union = " UNION ALL ".join(map(_branch, branches))
    for branch in branches.values():
        parameters += [bulk.array(branch.numbers), bulk.array(branch.who)]
    rows = bulk.prepared(f"WITH RECURSIVE {', '.join(sql)} {union}", parameters, binary=True)
    return {
        (number, who): count if said is None else READ[questions[number].form](said, questions[number])
        for number, who, count, text, times in rows
        for said in (times if text is None else text,)
    }


def _shape(question: Question) -> _Shape:
    steps = len(question.steps) if question.form is Form.STEPS else 0
    filtered = question.where is not None and not steps
    return _Shape(question.form, question.of, bool(question.names), filtered, question.tracked, steps)


def _possible(question: Question) -> bool:
    """Whether any event could have that name."""
    return not question.names or any(map(storable, question.names))


def _record(number: int, question: Question) -> dict[str, Any]:
    deep = deep_node(question.path) if question.path and storable(question.path) else None
    return {
        "q": number,
        "names": [*filter(storable, question.names)],
        "since": question.since,
        "until": question.until,
        "path": question.where,
        "key": question.path if storable(question.path) else None,
        "deep": f"strict {deep}" if deep else None,
        "days": question.days,
        "periods": question.periods,
        "keys": [*filter(storable, question.keys)],
        "gap": question.gap,
        "most": MOST_ROWS,
        **(_steps_of(question) if question.steps else {}),
    }


def _steps_of(question: Question) -> dict[str, Any]:
    names = [name if storable(name) else None for name, _ in question.steps]
    return {"step_names": names, "step_paths": [path for _, path in question.steps]}


def _branch(shape: _Shape) -> str:
    conditions = ["e.occurred_at >= f.since", "e.occurred_at <= f.until"]
    if shape.named:
        conditions.append("e.name = ANY(f.names)")
    if shape.tracked:
        conditions.append("e.kind = 'track'")
    elif not shape.named:
        conditions.append(f"e.kind IN {KINDS}")
    if shape.filtered:
        conditions.append("e.properties @@ f.path")
    columns = _COLUMNS.get(shape.form, "e.occurred_at")
    if shape.steps:
        columns = f"{columns}, {' + '.join(map(_step, range(shape.steps)))} AS steps"
    source = _SOURCE[shape.of].format(columns=columns, conditions=" AND ".join(conditions))
    answer = _ANSWER[shape.form].format(source=source, most=MOST_TIMES)
    times = "c.times" if shape.form in (Form.TIMES, Form.LASTS) else "NULL::bytea"
    return _BRANCH.format(of=_TO[shape.of], answer=answer, times=times)


def _step(place: int) -> str:
    path = f"f.step_paths[{place + 1}]"
    could_be = f"e.name = f.step_names[{place + 1}] AND ({path} IS NULL OR e.properties @@ {path})"
    return f"CASE WHEN {could_be} THEN {1 << place} ELSE 0 END"


_AS_JSON = """
asked AS MATERIALIZED (SELECT * FROM json_to_recordset(%s) AS f(q int, names text[], since timestamptz,
    until timestamptz, path jsonpath, key text, deep jsonpath, days timestamptz[], keys text[], gap int,
    most int, periods timestamptz[], step_names text[], step_paths jsonpath[]))
"""
# PostgreSQL takes these accounts and people to be few, and would compare all with all: for a FULL JOIN it cannot.
_REACH = f"""
down (id, root) AS (
    SELECT id, id FROM people_app_account WHERE id = ANY(%s)
    UNION SELECT a.id, down.root FROM people_app_account a JOIN down ON a.merged_into_id = down.id
), home AS MATERIALIZED (
    SELECT d.root, array_agg(DISTINCT h.person_id) FILTER (WHERE h.person_id IS NOT NULL) AS people
    FROM ({homes.at_home_sql("ARRAY(SELECT id FROM down)")}) h FULL JOIN down d ON d.id = h.account_id GROUP BY d.root
), reach AS MATERIALIZED (
    SELECT d.root, d.ids, coalesce(h.people, '{{}}') AS people
    FROM (SELECT root, array_agg(id) AS ids FROM down GROUP BY root) d LEFT JOIN home h ON h.root = d.root
)
"""
_BRANCH = """
(SELECT f.q, r.who, c.count, c.text, {times} FROM unnest(%s::int[], %s::bigint[]) AS r(q, who)
JOIN asked f ON f.q = r.q {of} CROSS JOIN LATERAL ({answer}) c)
"""
_TO = {Of.PERSON: "", Of.ACCOUNT: "JOIN reach x ON x.root = r.who"}
_SOURCE = {
    Of.PERSON: "(SELECT {columns} FROM signals_app_event e WHERE e.person_id = r.who AND {conditions}) e",
    Of.ACCOUNT: "(SELECT {columns} FROM signals_app_event e WHERE e.account_id = ANY(x.ids) AND {conditions}"
    " UNION ALL SELECT {columns} FROM signals_app_event e"
    " WHERE e.person_id = ANY(x.people) AND e.account_id IS NULL AND {conditions}) e",
}
# A property that is called like the whole path comes first. Numbers that are equal are one value, true is not 1, and a
# list is the set of the texts in it.
_PLAIN = "e.properties -> f.key"
_VALUE = f"""
CASE WHEN f.deep IS NULL OR e.properties ? f.key THEN {_PLAIN}
    ELSE jsonb_path_query_first(e.properties, f.deep, '{{}}', true) END AS value
"""
_COMPARED = """
CASE jsonb_typeof({value}) WHEN 'array' THEN (SELECT coalesce(jsonb_agg(DISTINCT t), '[]')
        FROM jsonb_array_elements({value}) t WHERE jsonb_typeof(t) = 'string')
    WHEN 'object' THEN NULL WHEN 'null' THEN NULL ELSE {value} END
"""
_KEPT = """
(SELECT coalesce(jsonb_object_agg(k, e.properties -> k), '{{}}') FROM unnest(f.keys) k WHERE e.properties ? k)
"""
_CUT = f"""
(SELECT coalesce(jsonb_object_agg(k, left(n.properties ->> k, {MAX_TEXT})), '{{{{}}}}') FROM unnest(f.keys) k
    WHERE jsonb_typeof(n.properties -> k) = 'string')
"""
_COLUMNS = {
    **dict.fromkeys(growth.ANSWERS, f"{growth.COLUMNS}, {_VALUE}"),
    Form.DISTINCT: _VALUE,
    Form.LASTS: f"e.occurred_at, {_VALUE}",
    Form.SUM: _VALUE,
    Form.LAST: f"e.id, e.name, e.occurred_at, {_VALUE}",
    Form.SWITCHES: f"e.id, e.name, e.occurred_at, {_VALUE}",
    Form.TURNS: "e.id, e.name, e.occurred_at",
    Form.STEPS: "e.id, e.name, e.occurred_at",
    Form.ROWS: "e.id, e.name, e.occurred_at, e.properties",
    Form.TEXTS: "e.id, e.name, e.occurred_at, e.properties",
    Form.NEWEST: "e.id, e.occurred_at",
}
_IN_ORDER = 'ORDER BY e.occurred_at, e.name COLLATE "C", e.id'
_BEFORE = "e.occurred_at - lag(e.occurred_at) OVER (ORDER BY e.occurred_at)"
_STARTS = f"CASE WHEN {_BEFORE} <= f.gap * interval '1 minute' THEN 0 ELSE 1 END"
_SAID = "jsonb_typeof(e.value) NOT IN ('object', 'null')"
_ANSWER = {
    **growth.ANSWERS,
    Form.COUNT: "SELECT count(*) AS count, NULL AS text FROM {source}",
    Form.DAILY: "SELECT NULL::bigint AS count, json_object_agg(d.day, d.count)::text AS text"
    " FROM (SELECT width_bucket(e.occurred_at, f.days) AS day, count(*) AS count FROM {source} GROUP BY 1) d"
    " HAVING count(*) > 0",
    # Most values come again and again: they are told apart before it is looked at what they are.
    Form.DISTINCT: f"SELECT count(DISTINCT {_COMPARED.format(value='e.value')}) AS count, NULL AS text"
    " FROM (SELECT e.value FROM {source} GROUP BY 1) e",
    Form.SUM: "SELECT NULL::bigint AS count, sum(CASE WHEN jsonb_typeof(e.value) = 'number' THEN e.value::numeric END)"
    "::text AS text FROM {source}",
    Form.LAST: "SELECT NULL::bigint AS count, e.value::text AS text FROM {source}"
    " WHERE jsonb_typeof(e.value) NOT IN ('null', 'object')"
    ' ORDER BY e.occurred_at DESC, e.name COLLATE "C" DESC, e.id DESC LIMIT 1',
    Form.SESSION: "SELECT max(n.count) AS count, NULL AS text FROM (SELECT count(*) AS count"
    " FROM (SELECT sum(s.starts) OVER (ORDER BY s.occurred_at) AS visit"
    f" FROM (SELECT e.occurred_at, {_STARTS} AS starts FROM {{source}}) s) v GROUP BY v.visit) n",
    Form.MINUTES: "SELECT floor(extract(epoch FROM sum(s.before)) / 60)::bigint AS count, NULL AS text"
    f" FROM (SELECT {_BEFORE} AS before FROM {{source}}) s WHERE s.before <= f.gap * interval '1 minute'",
    Form.SWITCHES: "SELECT count(*) AS count, NULL AS text"
    f" FROM (SELECT e.value, lag(e.value) OVER ({_IN_ORDER}) AS before FROM {{source}}"
    " WHERE jsonb_typeof(e.value) NOT IN ('object', 'null')) s WHERE s.before <> s.value"
    f" AND {_COMPARED.format(value='s.before')} <> {_COMPARED.format(value='s.value')}",
    Form.TURNS: "SELECT NULL::bigint AS count,"
    f" string_agg(chr({FIRST - 1} + array_position(f.names, e.name::text)), '' {_IN_ORDER}) AS text FROM {{source}}",
    Form.STEPS: "SELECT NULL::bigint AS count,"
    f" string_agg(e.steps::text, ',' {_IN_ORDER}) AS text FROM {{source}} WHERE e.steps > 0",
    # As PostgreSQL keeps them: to write numbers as text, and to read it, takes longer than to look for them.
    Form.TIMES: "SELECT count(*) AS count, NULL AS text, CASE WHEN count(*) <= {most}"
    " THEN string_agg(timestamptz_send(t.occurred_at), '') END AS times"
    " FROM (SELECT e.occurred_at FROM {source} LIMIT {most} + 1) t",
    # Lists may be one value that are not the same.
    Form.LASTS: f"SELECT count(*) FILTER (WHERE {_SAID}) AS count, NULL AS text,"
    " CASE WHEN count(*) <= {most} AND every(jsonb_typeof(e.value) <> 'array')"
    f" THEN string_agg(timestamptz_send(e.at), '') FILTER (WHERE {_SAID}) END AS times"
    " FROM (SELECT e.value, max(e.occurred_at) AS at FROM {source} GROUP BY 1 LIMIT {most} + 1) e",
    Form.ROWS: "SELECT count(*) AS count, CASE WHEN count(*) <= f.most THEN json_agg(json_build_array(e.id,"
    f" e.occurred_at, e.name, {_KEPT}) ORDER BY e.id)::text END AS text"
    " FROM (SELECT * FROM {source} LIMIT f.most + 1) e HAVING count(*) > 0",
    Form.TEXTS: f"SELECT NULL::bigint AS count, json_agg(json_build_array(n.id, n.occurred_at, n.name, {_CUT}))::text"
    f" AS text FROM (SELECT * FROM {{source}} ORDER BY e.occurred_at DESC, e.id DESC LIMIT {MOST_TEXTS}) n"
    " HAVING count(*) > 0",
    Form.NEWEST: "SELECT NULL::bigint AS count, json_agg(n.id ORDER BY n.occurred_at DESC, n.id DESC)::text AS text"
    f" FROM (SELECT e.id, e.occurred_at FROM {{source}} ORDER BY 2 DESC, 1 DESC LIMIT {MOST_IDS}) n"
    " HAVING count(*) > 0",
}
