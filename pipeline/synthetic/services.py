"""Services of the through-the-gate programme: visits in prison, contacts after release, indirect and family work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.synthetic import rates
from pipeline.synthetic.careers import FREE
from pipeline.synthetic.frame import dates, integers, words
from pipeline.synthetic.people import Words
from pipeline.synthetic.programme import Cases, Clients
from pipeline.synthetic.rates import NEVER, Days, pick

INSIDE = {
    "addiction_counselling": 0.26,
    "motivational_interview": 0.18,
    "release_plan": 0.2,
    "counselling": 0.16,
    "legal": 0.06,
    "housing": 0.07,
    "authorities": 0.05,
    "group": 0.02,
}
OUTSIDE = {
    "counselling": 0.2,
    "addiction_counselling": 0.22,
    "accompaniment": 0.14,
    "housing": 0.13,
    "authorities": 0.1,
    "employment": 0.1,
    "health": 0.04,
    "naloxone": 0.03,
    "crisis": 0.04,
}
CANCELLED = {
    "escort": 0.3,
    "lockdown": 0.2,
    "staffing": 0.28,
    "no_permission": 0.1,
    "client_elsewhere": 0.08,
    "other": 0.04,
}
LATER = {"attended": 0.84, "missed": 0.13, "cancelled_by_partner": 0.03}


@dataclass
class Part:
    """Some services of one sort, before they become rows: positions of cases and days."""

    case: Days
    day: Days


def _repeat(
    rng: np.random.Generator, case: Days, first: Days, count: Days, step: Days, jitter: int
) -> tuple[Part, Days]:
    """`count` services per case, `step` days apart from `first` on; also the number of each, from 0."""
    total = np.repeat(np.arange(len(case)), count)
    number = np.arange(len(total)) - np.repeat(np.cumsum(count) - count, count)
    move = np.where(number > 0, rng.integers(0, jitter + 1, len(total)), 0)
    return Part(case[total], first[total] + number * step[total] + move), number


def _rows(rng: np.random.Generator, part: Part, **given: Words | bool | str) -> dict[str, np.ndarray]:
    size = len(part.case)
    row: dict[str, np.ndarray] = {"case": part.case, "day": part.day}
    for name in ("code", "setting", "recipient", "attendance"):
        row[name] = np.broadcast_to(np.asarray(given[name], dtype="U32"), (size,)).astype("U32")
    prison = row["attendance"] == "cancelled_by_prison"
    row["cancel_reason"] = np.where(prison, pick(rng, size, CANCELLED), "").astype("U32")
    held = row["attendance"] == "attended"
    row["minutes"] = np.where(held, 15 * rng.integers(2, 8, size), -1)
    waited = held & (row["setting"] == "prison")
    row["waiting"] = np.where(waited, 15 * rng.integers(0, 5, size), -1)
    row["direct"] = np.full(size, bool(given.get("direct", True)))
    return row


def _visits_in_prison(rng: np.random.Generator, cases: Cases, clients: Clients) -> dict[str, np.ndarray]:
    release = clients.spells.release[cases.spell]
    last = np.minimum(cases.end, release) - 1
    inside = np.flatnonzero(cases.agreement <= last)
    length = (last - cases.agreement)[inside]
    count = np.clip(1 + length // 18, 1, 10)
    step = np.maximum(length // count, 1)
    part, _ = _repeat(rng, inside, cases.agreement[inside], count, step, 4)
    part.day = np.minimum(part.day, last[part.case])
    size = len(part.case)
    return _rows(
        rng,
        part,
        code=pick(rng, size, INSIDE),
        setting="prison",
        recipient="client",
        attendance=pick(rng, size, rates.VISIT),
    )


def _begin_outside(rng: np.random.Generator, cases: Cases, clients: Clients) -> Days:
    """Day of the case's first attended contact after release; NEVER where there is none."""
    own = clients.spells
    release, contact = own.release[cases.spell], own.contact[cases.spell]
    first = np.where(contact < NEVER, release + contact, NEVER)
    quick = rng.random(len(cases)) < 0.7
    delay = np.where(quick, rng.integers(0, 11, len(cases)), rng.integers(15, 30, len(cases)))
    first = np.where(cases.role == "second_outside", cases.agreement + delay, first)
    first[(cases.role == "first") & (cases.end <= release)] = NEVER
    first[~np.isin(own.reason[cases.spell], FREE)] = NEVER
    return first


def _contacts(rng: np.random.Generator, cases: Cases, clients: Clients) -> dict[str, np.ndarray]:
    begin = _begin_outside(rng, cases, clients)
    chosen = np.flatnonzero(begin <= cases.end)
    count = rng.integers(1, 11, len(chosen))
    part, number = _repeat(rng, chosen, begin[chosen], count, rng.integers(6, 21, len(chosen)), 3)
    size = len(part.case)
    at_gate = (number == 0) & (part.day == clients.spells.release[cases.spell[part.case]])
    setting = np.where(at_gate, "gate", pick(rng, size, {"community": 0.72, "phone": 0.22, "online": 0.06}))
    code = np.where(at_gate, "gate_pickup", pick(rng, size, OUTSIDE))
    attendance = np.where(number == 0, "attended", pick(rng, size, LATER))
    recipient = np.where(rng.random(size) < 0.05, "client_and_family", "client")
    return _rows(rng, part, code=code, setting=setting, recipient=recipient, attendance=attendance)


def _missed_attempts(rng: np.random.Generator, cases: Cases, clients: Clients) -> dict[str, np.ndarray]:
    """Appointments that the client did not keep, before the first contact or where there is none."""
    contact = np.minimum(clients.spells.contact[cases.spell], 31)
    release = clients.spells.release[cases.spell]
    open_then = (cases.role != "second_outside") & (cases.end > release + 30)
    chosen = np.flatnonzero((contact > 3) & open_then & (rng.random(len(cases)) < 0.7))
    day = release[chosen] + (rng.random(len(chosen)) * contact[chosen]).astype(np.int64)
    return _rows(
        rng, Part(chosen, day), code="counselling", setting="community", recipient="client", attendance="missed"
    )


def _beside(rng: np.random.Generator, cases: Cases, most: int, share: float) -> Part:
    count = rng.integers(1, most + 1, len(cases)) * (rng.random(len(cases)) < share)
    case = np.repeat(np.arange(len(cases)), count)
    length = (cases.end - cases.agreement)[case]
    return Part(case, cases.agreement[case] + (rng.random(len(case)) * length).astype(np.int64))


def _indirect(rng: np.random.Generator, cases: Cases) -> dict[str, np.ndarray]:
    part = _beside(rng, cases, 5, 0.85)
    recipient = pick(rng, len(part.case), {"authority": 0.6, "client": 0.4})
    return _rows(rng, part, code="indirect", setting="phone", recipient=recipient, attendance="attended", direct=False)


def _with_families(rng: np.random.Generator, cases: Cases) -> dict[str, np.ndarray]:
    part = _beside(rng, cases, 3, 0.2)
    setting = pick(rng, len(part.case), {"phone": 0.7, "community": 0.3})
    return _rows(rng, part, code="family_work", setting=setting, recipient="family", attendance="attended")


def draw_services(rng: np.random.Generator, cases: Cases, clients: Clients) -> pl.DataFrame:
    """All services but those of treatments; a row is a service, `case` the position of its agreement."""
    parts = [
        _visits_in_prison(rng, cases, clients),
        _contacts(rng, cases, clients),
        _missed_attempts(rng, cases, clients),
        _indirect(rng, cases),
        _with_families(rng, cases),
    ]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    frame = service_frame(joined)
    own = clients.spells
    spell = cases.spell[joined["case"]]
    gone = np.minimum(own.release + own.back, own.death)[spell]
    return frame.filter(pl.Series((joined["day"] <= cases.end[joined["case"]]) & (joined["day"] < gone)))


def service_frame(rows: dict[str, np.ndarray]) -> pl.DataFrame:
    """Services as a frame with the model's column names, the case still as a position."""
    return pl.DataFrame(
        {
            "case": rows["case"],
            "service_date": dates(rows["day"]),
            "service_code": words(rows["code"]),
            "setting": words(rows["setting"]),
            "recipient": words(rows["recipient"]),
            "attendance": words(rows["attendance"]),
            "cancel_reason": words(rows["cancel_reason"]),
            "minutes": integers(rows["minutes"]),
            "waiting_minutes": integers(rows["waiting"]),
            "direct": rows["direct"],
        }
    )
