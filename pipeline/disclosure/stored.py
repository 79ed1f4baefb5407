"""Curves, attrition and data quality of a release as plain data, kept in the house for the next release, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pipeline.disclosure.beside import Beside
from pipeline.disclosure.curves import Curve, Interval
from pipeline.disclosure.followed import OnCurve, curve_key
from pipeline.disclosure.members import Members
from pipeline.disclosure.plain import PlainTable
from pipeline.disclosure.process import ATTRITION_DIMS, QUALITY_DIMS, who_was_lost
from pipeline.disclosure.profile import Profile
from pipeline.disclosure.types import Status
from pipeline.outcomes import DayCount

TABLES = {"attrition": (ATTRITION_DIMS, 1), "data_quality": (QUALITY_DIMS, len(QUALITY_DIMS))}


def beside_document(beside: Beside, quality: PlainTable) -> dict[str, Any]:
    """What was printed anew, with the true counts; what only repeats an earlier release is left to that."""
    curves = [_curve_document(curve) for curve in beside.curves if not curve.repeats]
    tables = [beside.attrition] if beside.attrition is not None else []
    return {"curves": curves, "tables": {table.id: _table_document(table) for table in (*tables, quality)}}


def _curve_document(curve: Curve) -> dict[str, Any]:
    names = ("measure", "cohort", "group_by", "group_value", "last_day", "hidden")
    plain = {name: getattr(curve, name) for name in names}
    return plain | {
        "days": [[d.day, d.at_risk, d.events, d.competing, d.censored] for d in curve.days],
        "intervals": [asdict(interval) for interval in curve.intervals],
        "cells": [{name: [value, str(status)] for name, (value, status) in c.items()} for c in curve.cells],
    }


def _table_document(table: PlainTable) -> dict[str, Any]:
    return {
        "statistics": table.statistics,
        "keys": [dict(keys) for keys in table.keys],
        "counts": [dict(counts) for counts in table.counts],
        "persons": [dict(counts) for counts in table.persons],
        "relations": [[[row, name, sign] for (row, name), sign in held.items()] for held in table.relations],
        "differences": table.differences,
        "hidden": [[row, name, why] for (row, name), why in sorted(table.hidden.items())],
        "gone": sorted(table.gone | table.silent),
    }


def read_beside(
    document: Mapping[str, Any], bundle: str, members: Members, profile: Profile
) -> tuple[Beside, PlainTable]:
    """Curves with attrition, and data quality, of an earlier release; raises KeyError, ValueError, TypeError where the
    record is damaged."""
    curves = [_curve(plain, bundle, members) for plain in document["curves"]]
    attrition, quality = (_table(name, document["tables"][name], bundle) for name in TABLES)
    attrition.who = who_was_lost(attrition, members)
    if any(len(who) != attrition.counts[row][name] for (row, name), who in attrition.who.items()):
        raise ValueError("others are remembered than were counted")
    return Beside(profile, attrition, curves), quality


def _curve(plain: Mapping[str, Any], bundle: str, members: Members) -> Curve:
    days = [DayCount(*day) for day in plain["days"]]
    curve = Curve(plain["measure"], plain["cohort"], plain["group_by"], plain["group_value"], days, plain["last_day"])
    curve.intervals = [Interval(**interval) for interval in plain["intervals"]]
    curve.cells = [{name: (value, Status(status)) for name, (value, status) in c.items()} for c in plain["cells"]]
    curve.hidden, curve.release, curve.who = plain["hidden"], bundle, OnCurve.of(members[curve_key(*curve.key)])
    return curve


def _table(name: str, plain: Mapping[str, Any], bundle: str) -> PlainTable:
    dims, together = TABLES[name]
    return PlainTable(
        name,
        dims,
        tuple(plain["statistics"]),
        [{dim: keys[dim] for dim in dims} for keys in plain["keys"]],
        plain["counts"],
        plain["persons"],
        [{(row, what): sign for row, what, sign in held} for held in plain["relations"]],
        [((a, b), (c, d)) for (a, b), (c, d) in plain["differences"]],
        {(row, what): why for row, what, why in plain["hidden"]},
        set(plain["gone"]),
        together,
        bundle,
    )
