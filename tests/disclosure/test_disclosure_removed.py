"""Controls between releases, of insiders, of flows, of stories and of what is never published, each taken away in turn.

With the control the release passes; without it the audit stops it, in words that name a table or story and no number.
The rules within one release are taken away in test_disclosure_controls.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.disclosure import draft
from pipeline.disclosure.audit import Auditor, check_release
from pipeline.disclosure.members import moved
from pipeline.disclosure.never import Rule, rules
from pipeline.disclosure.planning import plan_rows
from pipeline.disclosure.profile import load_profile
from pipeline.disclosure.protect import protect
from pipeline.disclosure.refresh import Refresh
from pipeline.disclosure.rows import MeasureRow
from pipeline.errors import DisclosureError
from tests.support.measures import cell, margin
from tests.support.outcomes_db import project, run_of, warehouse
from tests.support.releases import counted, released

FEW = Refresh._few_moved


def blind_to(role: str) -> Callable[..., bool]:
    """The rule of refreshing without one of its roles."""
    return lambda self, plan, entry, asked, members: asked != role and FEW(self, plan, entry, asked, members)


def moved_by_some(self: Refresh, plan: Any, entry: Any, role: str, members: Any) -> bool:
    """The rule of refreshing that takes a numerator which none of the new people moved for one that may be printed."""
    then, now = (found.get(plan.row.key, {}) for found in (self.memory[entry["bundle"]], members))
    return 0 < moved(then, now, role) < self.profile.threshold


def without_words(*words: str) -> Callable[..., list[str]]:
    """The reasons to refuse a story, but for one."""
    from pipeline.disclosure import stories

    original = stories.reasons_to_refuse
    return lambda story, names: [r for r in original(story, names) if not any(word in r for word in words)]


@dataclass(frozen=True)
class Removed:
    """One control: what makes the release (in a folder of its own), where it is taken away, and what the audit says.

    `before` is released while everything is in place.
    """

    make: Callable[[Path], object]
    where: str
    lost: object
    says: str
    before: Callable[[Path], object] = lambda root: None


def quarter(name: str, people: Mapping[str, Sequence[int]]) -> Callable[[Path], object]:
    """The release of a quarter; of the people of each group who has an even number is in the numerator."""
    return lambda root: released(root, counted(people), name, profile="exact")


def second(then: Sequence[int], where: str, lost: object) -> Removed:
    """300 people first and others in the second quarter, beside a group that stays as it is."""
    beside = {"b": range(10_000, 10_150)}
    first = quarter("2023Q1", {"a": range(300)} | beside)
    return Removed(quarter("2023Q2", {"a": then} | beside), where, lost, "few people moved", first)


def story(**changes: object) -> Callable[[Path], object]:
    """A draft with one story, whose file differs so from a harmless one."""
    record = {"paths": 3, "written_by": "Eva", "kind": "composite", "text": "Treatment begins.", "more": ""} | changes

    def make(root: Path) -> object:
        text = (
            f'[[story]]\nid = "one"\nkind = "{record["kind"]}"\nsynthetic = true\n'
            'title_cs = "Cesta"\ntitle_en = "A way"\n'
            f'paths = {record["paths"]}\nwritten_by = "{record["written_by"]}"\n{record["more"]}\n'
            '[[story.step]]\nmonth = -2\ncs = "Dohoda."\nen = "An agreement."\n'
            f'[[story.step]]\nmonth = 1\ncs = "Začne léčba."\nen = "{record["text"]}"\n'
        )
        path = root / "data" / "reference" / "stories.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        con = warehouse(margin({"magdalena": (150, 70), "sananim": (120, 60)}))
        return draft(con, project(root), run_of())

    return make


def consent(**changes: str) -> str:
    given = {"second": "Jan", "story": "one", "revoked": ""} | changes
    revoked = f", revoked_on = {given['revoked']}" if given["revoked"] else ""
    to = f'{{ recorded_on = 2023-01-05, story = "{given["story"]}"{revoked} }}'
    return f'second_sign_off = "{given["second"]}"\nconsent = {to}'


def only(row: MeasureRow) -> Callable[[Path], object]:
    return lambda root: draft(warehouse([row]), project(root), run_of())


REFUSE = "pipeline.disclosure.stories.reasons_to_refuse"
STRENGTHEN = "pipeline.disclosure.protect._strengthen"
MOVED = "pipeline.disclosure.refresh.Refresh._few_moved"
ONE = {"kind": "consented", "paths": 1}
# In the first quarter c has 3 in the numerator, so that b's 20 are hidden too; in the second e's 4 hide c's 3.
EARLIER = {"a": range(120), "b": [*range(200, 240, 2), *range(201, 401, 2)], "c": [500, 502, 504, *range(501, 581, 2)]}
LATER = EARLIER | {"d": range(1000, 1100), "e": [2000, 2002, 2004, 2006, *range(2001, 2061, 2)]}
CONTROLS = {
    "refresh by those in the numerator": second(
        [*range(6, 300), 1, 3, 5, *range(401, 441, 2)],
        MOVED,
        blind_to("x"),  # three leave it, and 20 come beside it
    ),
    "refresh by those outside the numerator": second(
        [*range(6, 300), 0, 2, 4, *range(400, 440, 2)], MOVED, blind_to("rest")
    ),
    "refresh by all who are counted": second(range(3, 300), MOVED, lambda *_: False),
    "refresh of a numerator that nobody moved": second([*range(300), *range(301, 341, 2)], MOVED, moved_by_some),
    "hiding for the sake of earlier releases": Removed(
        quarter("2023Q2", LATER), STRENGTHEN, lambda *_: None, "closely", quarter("2023Q1", EARLIER)
    ),
    "three paths of a composite": Removed(story(paths=2), REFUSE, without_words("fewer than"), "too few paths"),
    "months, not days": Removed(
        story(text="On 12. 3. it begins."), REFUSE, without_words("names a day"), "a day or a year"
    ),
    "months, not years": Removed(
        story(text="In 2022 it begins."), REFUSE, without_words("names a day"), "a day or a year"
    ),
    "no ages": Removed(story(text="He is 34 years old."), REFUSE, without_words("names an age"), "an age"),
    "ages in bands": Removed(story(more='age_band = "33-34"'), REFUSE, without_words("age band"), "an age"),
    "offences by group": Removed(story(text="Under § 283."), REFUSE, without_words("names an offence"), "an offence"),
    "no place": Removed(
        story(text="Magdalena helps."), REFUSE, without_words("names a prison"), "a place or a partner"
    ),
    "consent": Removed(
        story(**ONE), REFUSE, without_words("no recorded consent", "second person"), "consent that stands"
    ),
    "consent to this story": Removed(
        story(**ONE, more=consent(story="other")), REFUSE, without_words("no recorded consent"), "consent that stands"
    ),
    "consent that was not revoked": Removed(
        story(**ONE, more=consent(revoked="2023-02-01")), REFUSE, without_words("revoked"), "consent that stands"
    ),
    "a second person's sign-off": Removed(
        story(**ONE, more=consent(second="eva ")), REFUSE, without_words("second person"), "no second person"
    ),
}


@pytest.mark.parametrize("control", CONTROLS)
def test_without_one_control_the_audit_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    removed = CONTROLS[control]
    removed.before(tmp_path)
    monkeypatch.setattr(removed.where, removed.lost)
    with pytest.raises(DisclosureError, match="audit stopped the release") as stopped:
        removed.make(tmp_path)
    assert re.search(removed.says, str(stopped.value))
    assert not re.search(r"\d", str(stopped.value))


@pytest.mark.parametrize("control", [name for name, removed in CONTROLS.items() if removed.where != REFUSE])
def test_with_it_the_release_passes(tmp_path: Path, control: str) -> None:
    CONTROLS[control].before(tmp_path)
    CONTROLS[control].make(tmp_path)


def test_only_what_was_printed_before_tells_of_a_release_that_is_safe_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the earlier release in the attack the second of EARLIER and LATER passes as it is."""
    quarter("2023Q1", EARLIER)(tmp_path)
    monkeypatch.setattr(STRENGTHEN, lambda *_: None)
    monkeypatch.setattr("pipeline.disclosure.series.Series.join", lambda *_: [])
    quarter("2023Q2", LATER)(tmp_path)


def test_a_flow_in_more_than_three_states_stops(tmp_path: Path) -> None:
    flow = {"measure": "housing_path", "component": "release_to_month_3", "window": "", "workers": 3}
    only(cell(60, 30, "state_before", "unstable", **flow))(tmp_path)
    with pytest.raises(DisclosureError, match="housing_path tells a flow in other states than stable, unstable and"):
        only(cell(60, 30, "state_before", "hostel", **flow))(tmp_path / "again")


NEVER = {
    "return measures crossed with Romodrom (a proxy for ethnicity)": cell(
        60, 30, measure="return_to_prison", cohort="romodrom"
    ),
    "tables per worker": cell(60, 30, "worker", "w"),
    "tables per person": cell(60, 30, "client", "c"),
    "mortality is internal": cell(60, 30, measure="post_release_death", component="days_0_6", window=""),
    "breakdowns of cohorts that differ from the programme by few (whoever subtracts has a table of those few)": cell(
        60, 30, "prison", "a", cohort="programme_open"
    ),
}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name[:30])
def test_without_a_rule_of_what_is_never_published_the_audit_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: Rule
) -> None:
    monkeypatch.setattr("pipeline.disclosure.drafting.allowed", list)
    with pytest.raises(DisclosureError, match=r"audit stopped the release: table \w+ holds what is never published"):
        only(NEVER[rule.name])(tmp_path)


INSIDERS = {
    "partner": {"a": (100, 12), "b": (100, 7), "c": (100, 14)},
    "prison": {"a": (100, 12), "b": (100, 7), "c": (100, 14)},
}


@pytest.mark.parametrize("kind", INSIDERS)
def test_without_hiding_for_an_insider_the_audit_stops_the_release(kind: str) -> None:
    """33 in all and 14 of its own: c has 12 + x <= 23 and knows b exactly, where a reader has 4 to 7."""
    every = load_profile("publication")
    blind = every.model_copy(update={"insiders": ()})
    planned = plan_rows(margin(INSIDERS[kind], kind), every)
    protect({"contact_made": planned}, Auditor(blind, lambda plan: {}))
    with pytest.raises(DisclosureError, match="audit stopped the release: hidden counts of table contact_made"):
        check_release({"contact_made": planned}, Auditor(every, lambda plan: {}))
    protect({"contact_made": planned}, Auditor(every, lambda plan: {}))
    assert check_release({"contact_made": planned}, Auditor(every, lambda plan: {}))
