"""Deliveries spoilt at random and judged as a batch: each is taken whole and accounted for, or refused with why."""

from __future__ import annotations

import io
import json
import re
import time
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import duckdb
import polars as pl

from pipeline import landing, sources, staging
from pipeline.errors import ThroughcareError
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.validated import validate, write_feedback
from pipeline.validated.expectations import Counter, count_with_expectations
from tests.support.small_shapes import Files, small_deliveries, zipped

NOW = datetime(2023, 8, 20, tzinfo=UTC)
SLOWEST, PATIENCE = 10.0, 6
"""Seconds of the processor that a delivery may take; a busy machine takes so many times as long by the clock."""
TOKENS = [
    *(b"\x00", b'"', b'""', b"'", b";", b",", b"\t", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\\ud800"),
    *(b"=HYPERLINK(1)", b"<script>alert(1)</script>", b"-1", b"1e400", b"9" * 60, b"31.2.2023", b"2023-13-45", b"{}"),
    *("\u00a0".encode(), "\u2028".encode(), "\u0130".encode(), b"\xc5", b"\x9a", b"\xa9", b"null", b"[[", b"}}", b"]"),
    *(b"2099-01-01T00:00:00Z", b"0000-00-00", b"NaN", b"%s%n", b"../../x", b"CELKEM;0", b" " * 200, b"A" * 5000),
]
ODD = [
    *(b"0001-01-01", b"9999-12-31", b"1.1.9999", b"31.12.0001", b"99999", b"1", b"-1", b"0", b"9223372036854775808"),
    *(b"1e308", b"-0", b"1 2", b"1,5,5", b"True", b"NULL", b"#N/A", b"#REF!", b"=1+1", b"@SUM(A1)", b"+1", b"'"),
    *(
        "\u0661\u0662".encode(),
        "\u202e".encode(),
        "\u200b".encode(),
        "\u00a0".encode(),
        "I\u0307".encode(),
        b"{n}",
        b"x" * 300,
    ),
    *(b"2023-03-26T02:30:00+99:99", b"2023-03-26T24:00:00Z", b"29.2.2023", b"00.00.00", b"1.1.00", b"60", b"0.1e1"),
]
"""What a cell may hold that is wrong for nearly every column."""
DECLARED = [
    *("extract_date = 0001-01-01", "extract_date = 9999-12-31", "period_from = 0001-01-01", "period_to = 2020-01-01"),
    *(
        'kind = "increment"',
        'kind = "correction"',
        'kind = ""',
        'tables = ["person"]',
        'tables = ["nonsense"]',
        "tables = []",
    ),
    *('prisons = ["brno"]', 'prisons = ["xx"]', "prisons = [1]", 'lawful_basis = "<script>alert(1)</script>"'),
    *("keep_until = 2001-01-01", "keep_until = 9999-12-31", "synthetic = false", "period_from = 2023-07-01T10:00:00"),
    *('partner = "other"', "extract_date = 10:00:00", "more = { x = 1 }", "period_to = 2023-07-15"),
]
Draw = Random
Edit = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class Spoilt:
    """A delivery to try: the shape it was made from, its partner and its files."""

    shape: str
    partner: str
    files: Files


@dataclass
class Verdict:
    """What became of a batch: counts by state and rule, the slowest delivery, and everything that must not happen."""

    states: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def count(self, state: str) -> None:
        """One more delivery of a state."""
        self.states[state] = self.states.get(state, 0) + 1


def spoil(draw: Draw) -> Spoilt:
    """One of the shapes with up to four edits in one or two of its files; now and then with none."""
    shapes = sorted(small_deliveries())
    shape = shapes[draw.randrange(len(shapes))]
    partner, files = small_deliveries()[shape]
    files = dict(files)
    data = sorted(name for name in files if not name.endswith(".toml"))
    for _ in range(1 + draw.randrange(2) if draw.randrange(20) else 0):
        names = sorted(files) if draw.randrange(5) == 0 else data
        name = names[draw.randrange(len(names))]
        for _ in range(1 + draw.randrange(2)):
            files[name] = _edits(name)[draw.randrange(len(_edits(name)))](files[name], draw)
    if draw.randrange(20) == 0 and len(files) > 1:
        del files[sorted(files)[draw.randrange(len(files))]]
    if draw.randrange(20) == 0:
        name = sorted(files)[draw.randrange(len(files))]
        files[f"copy of {name}"] = files[name]
    return Spoilt(shape, partner, files)


def flip(data: bytes, draw: Draw) -> bytes:
    """A few bytes changed."""
    changed = bytearray(data)
    for _ in range(1 + draw.randrange(4)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def cut(data: bytes, draw: Draw) -> bytes:
    """The end or a piece of the middle lost."""
    start = draw.randrange(len(data) + 1)
    return data[:start] + (data[start + draw.randrange(200) :] if draw.randrange(2) else b"")


def insert(data: bytes, draw: Draw) -> bytes:
    """Something put in that does not belong there."""
    at = draw.randrange(len(data) + 1)
    return data[:at] + TOKENS[draw.randrange(len(TOKENS))] + data[at:]


def repeat(data: bytes, draw: Draw) -> bytes:
    """A piece said several times."""
    at, length = draw.randrange(len(data) + 1), 1 + draw.randrange(400)
    return data[:at] + data[at : at + length] * (1 + draw.randrange(30)) + data[at + length :]


def lines(data: bytes, draw: Draw) -> bytes:
    """Lines swapped, lost, doubled, emptied or ended otherwise; the header too."""
    rows = data.splitlines(keepends=True)
    if not rows:
        return data
    one, other, kind = draw.randrange(len(rows)), draw.randrange(len(rows)), draw.randrange(5)
    if kind == 0:
        rows[one], rows[other] = rows[other], rows[one]
    elif kind == 1:
        del rows[one]
    elif kind == 2:
        rows.insert(other, rows[one])
    elif kind == 3:
        rows.insert(one, b"\r\n")
    else:
        rows[one] = rows[one].rstrip(b"\r\n") + [b"\r", b"\n", b"\r\n", b""][draw.randrange(4)]
    return b"".join(rows)


def cells(data: bytes, draw: Draw) -> bytes:
    """A column lost, moved, doubled or renamed, or a cell replaced."""
    rows = data.split(b"\n")
    delimiter = max((b";", b",", b"\t"), key=rows[0].count)
    table = [row.split(delimiter) for row in rows]
    width = max(1, len(table[0]))
    one, other, kind = draw.randrange(width), draw.randrange(width), draw.randrange(9)
    for number, row in enumerate(table):
        if kind == 0 and len(row) > one:
            del row[one]
        elif kind == 1 and len(row) > max(one, other):
            row[one], row[other] = row[other], row[one]
        elif kind == 2 and len(row) > one:
            row.insert(other, row[one])
        elif kind == 3 and number == 0:
            row[one] = b"  " + row[one].upper() + b" "
        elif (kind >= 4 and number == 1 + other % max(1, len(table) - 1) and len(row) > one) or (
            kind >= 7 and number and len(row) > one
        ):
            row[one] = ODD[draw.randrange(len(ODD))]
    return b"\n".join(delimiter.join(row) for row in table)


def declare(data: bytes, draw: Draw) -> bytes:
    """A field of the sidecar said otherwise."""
    line = DECLARED[draw.randrange(len(DECLARED))]
    name = line.partition(" ")[0].encode()
    kept = [row for row in data.splitlines() if not row.startswith(name)]
    return b"\n".join([*kept, line.encode(), b""])


def encode(data: bytes, draw: Draw) -> bytes:
    """Another encoding than agreed."""
    known = ["utf-8", "cp1250", "iso8859-2", "cp852", "utf-16", "utf-8-sig", "utf-32"]
    text = data.decode(known[draw.randrange(3)], "replace")
    return text.encode(known[draw.randrange(len(known))], "replace")


def member(data: bytes, draw: Draw) -> bytes:
    """A part of an archive spoilt and packed again, or named otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {m: packed.read(m) for m in packed.namelist()}
    except Exception:  # it is spoilt already
        return flip(data, draw)
    if not parts:
        return data
    name = sorted(parts)[draw.randrange(len(parts))]
    kind = draw.randrange(8)
    if kind == 0:
        parts[f"{['../', '/', 'a/', 'C:', 'č', '']['x' in name]}{name}x.csv"] = parts.pop(name)
    elif kind == 1:
        del parts[name]
    else:
        edits = [tags, tags, tags, insert] if name.endswith(".xml") else [*TEXT_EDITS, cells, cells, cells]
        parts[name] = edits[draw.randrange(len(edits))](parts[name], draw)
    return zipped(parts)


def tags(data: bytes, draw: Draw) -> bytes:
    """A text or attribute of an XML part replaced: a cell, a shared string, a type, a reference."""
    places = list(re.finditer(rb'>([^<>]+)<|="([^"]*)"', data))
    if not places:
        return data
    place = places[draw.randrange(len(places))]
    group = 1 if place[1] is not None else 2
    return data[: place.start(group)] + ODD[draw.randrange(len(ODD))] + data[place.end(group) :]


def frame(data: bytes, draw: Draw) -> bytes:
    """A Parquet file with a column of another type, lost, doubled or holding something odd."""
    try:
        table = pl.read_parquet(io.BytesIO(data))
    except BaseException:  # it is spoilt already, and Rust's panics are no Exception
        return flip(data, draw)
    name, kind = table.columns[draw.randrange(table.width)], draw.randrange(8)
    odd = ODD[draw.randrange(len(ODD))].decode()
    made = [
        lambda: table.drop(name),
        lambda: table.rename({name: odd}),
        lambda: table.with_columns(pl.lit(odd).alias(name)),
        lambda: table.with_columns(pl.lit(None).alias(name)),
        lambda: table.with_columns(pl.lit(datetime(9999, 12, 31, 23)).alias(name)),
        lambda: table.with_columns(pl.lit(1e300).alias(name)),
        lambda: table.with_columns(pl.concat_list(pl.lit(1), pl.lit(2)).alias(name)),
        lambda: table.with_columns(pl.struct(pl.lit(odd).alias("a")).alias(name), pl.lit(b"\xff\x00").alias("bytes")),
    ][kind]
    buffer = io.BytesIO()
    try:
        made().write_parquet(buffer)
    except pl.exceptions.PolarsError:  # two edits have made two columns of one name
        return flip(data, draw)
    return buffer.getvalue()


def node(data: bytes, draw: Draw) -> bytes:
    """A value somewhere in a JSON document replaced by another kind of value, or a key taken away."""
    try:
        content = json.loads(data)
    except ValueError:
        return flip(data, draw)
    here = content
    for _ in range(draw.randrange(7)):
        inner = list(here.values()) if isinstance(here, dict) else here if isinstance(here, list) else []
        inner = [i for i in inner if isinstance(i, dict | list) and i]
        here = inner[draw.randrange(len(inner))] if inner else here
    odd = [
        *(o.decode() for o in ODD),
        None,
        True,
        3,
        -1.5,
        "",
        "=1+1",
        [],
        {},
        [1, [2]],
        [{}],
        {"a": {"b": [{"c": 1}]}},
        "\x00",
        "9" * 50,
    ]
    if isinstance(here, dict) and here:
        key = sorted(here)[draw.randrange(len(here))]
        if draw.randrange(4):
            here[key] = odd[draw.randrange(len(odd))]
        else:
            del here[key]
    elif isinstance(here, list) and here:
        here[draw.randrange(len(here))] = odd[draw.randrange(len(odd))]
    return json.dumps(content, ensure_ascii=bool(draw.randrange(2))).encode()


BYTE_EDITS: list[Edit] = [flip, cut, insert, repeat]
TEXT_EDITS: list[Edit] = [*BYTE_EDITS, lines, cells, cells, encode]


def _edits(name: str) -> list[Edit]:
    if name.endswith((".zip", ".xlsx", ".ods")):
        return [*BYTE_EDITS, *([member] * 8)]
    if name.endswith(".toml"):
        return [*TEXT_EDITS, *([declare] * 16)]
    if name.endswith(".parquet"):
        return [*BYTE_EDITS, *([frame] * 8)]
    return [*TEXT_EDITS, *([node] * 6 if name.endswith(".json") else [])]


def judge(
    root: Path, batch: list[Spoilt], *, counter: Counter = count_with_expectations, feedback: bool = True
) -> Verdict:
    """Land every delivery by itself, then load, stage, validate and answer all that landed in one warehouse."""
    verdict, settings = Verdict(), _project(root, batch)
    for delivery in sources.pull(settings, started_at=NOW):
        started, worked = time.perf_counter(), time.process_time()
        try:
            report = landing.land(settings, [delivery], started_at=NOW)
            _check_answer(report.deliveries[0], verdict)
        except Exception:
            verdict.faults.append(f"{delivery.label}: landing\n{traceback.format_exc()}")
        waited = (time.perf_counter() - started) / PATIENCE
        verdict.slowest = max(verdict.slowest, time.process_time() - worked, waited)
    if verdict.slowest > SLOWEST:
        verdict.faults.append(f"a delivery took {verdict.slowest:.1f} seconds")
    try:
        _go_on(settings, verdict, counter, feedback=feedback)
    except Exception:
        if len(batch) == 1:
            verdict.faults.append(f"after landing\n{traceback.format_exc()}")
        else:
            verdict.faults += _culprits(root, batch) or [f"together only\n{traceback.format_exc()}"]
    return verdict


def _culprits(root: Path, batch: list[Spoilt]) -> list[str]:
    found = []
    for number, one in enumerate(batch):
        faults = judge(root / f"alone {number}", [one]).faults
        found += [f"{one.shape}, {number}: {fault}" for fault in faults]
    return found


def _project(root: Path, batch: list[Spoilt]) -> Settings:
    (root / "native.toml").parent.mkdir(parents=True, exist_ok=True)
    (root / "native.toml").write_text('partner = "native"\ntitle = "Native"\nformat = "native"\n', "utf-8")
    for number, spoilt in enumerate(batch):
        folder = root / "inbox" / spoilt.partner / f"{number:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in spoilt.files.items():
            (folder / name).write_bytes(data)
    partners = {
        name: PartnerSettings(location=f"inbox/{name}", contract=Path("native.toml") if name == "native" else None)
        for name in sorted({s.partner for s in batch})
    }
    return Settings(root=root, data=root / "data", partners=partners)


def _check_answer(landed: landing.Landed, verdict: Verdict) -> None:
    verdict.count(f"{landed.state} {landed.rule_id}".strip())
    if landed.state in ("refused", "absent") and not (landed.rule_id and all(landed.reasons) and landed.reasons):
        verdict.faults.append(f"{landed.label}: refused without a reason")


def _go_on(settings: Settings, verdict: Verdict, counter: Counter, *, feedback: bool) -> None:
    taken = landing.receipts(settings)
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in taken)
    run = Run(Quarter(2023, 2), NOW, as_of=date(2023, 8, 15), inputs=inputs, synthetic=True)
    con = duckdb.connect(config={"threads": 1})
    try:
        for schema in ("landing", "staging", "validated"):
            con.execute(f"create schema {schema}")
        landing.load(con, settings, run)
        staging.stage(con, settings, run)
        validate(con, settings, run, counter=counter)
        if feedback:
            write_feedback(con, settings, run)
        verdict.faults += _lost(con)
        for rule, number in con.execute(
            "select coalesce(rule_id, ''), count(*) from validated.delivery group by 1"
        ).fetchall():
            verdict.states[f"then {rule or 'accepted'}"] = number
    except ThroughcareError as problem:
        raise AssertionError(f"one delivery stopped all others: {type(problem).__name__}: {problem}") from problem
    finally:
        con.close()


def _lost(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Rows that are not accounted for, in landing and after it."""
    queries = {
        "rows of landing are neither structure nor records": "select count(*) from landing.record "
        "where kind not in ('record', 'title', 'header', 'total', 'blank')",
        "rows are counted twice in landing": "select count(*) - count(distinct (file_id, sheet, row_number)) "
        "from landing.record",
        "produced is not accepted + quarantined + duplicate": "select count(*) from validated.accounting "
        "where produced <> accepted + quarantined + duplicate",
        "produced rows differ from staging": "select count(*) from staging.produced p left join validated.accounting a "
        "using (partner, delivery_id, table_name) join validated.delivery d using (delivery_id) "
        "where d.verdict = 'accepted' and p.produced <> coalesce(a.produced, 0)",
        "deliveries without a verdict": "select count(*) from landing.delivery left join validated.delivery v "
        "using (delivery_id) where v.verdict is null",
        "refused deliveries without a reason": "select count(*) from validated.delivery "
        "where verdict = 'refused' and rule_id is null",
        "records of read files that became nothing": _silent(),
    }
    found = []
    for fault, query in queries.items():
        (number,) = con.execute(query).fetchone() or (0,)
        if number:
            found.append(f"{fault}: {number}")
    return found


def _silent() -> str:
    """Records of native files, each of which gives exactly one row, staged or refused, of the table of that name."""
    return """
        with sent as (
            select delivery_id, replace(s.source, ' sheet', '') as table_name, count(*) as sent
            from landing.record r join landing.sheet s using (file_id, sheet) join landing.file f using (file_id)
            join validated.delivery d using (delivery_id)
            where f.partner = 'native' and r.kind = 'record' and s.source <> '' and d.verdict = 'accepted'
            group by all)
        select count(*) from sent left join validated.accounting using (delivery_id, table_name)
        where sent is distinct from produced"""
