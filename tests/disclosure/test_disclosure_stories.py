"""Case stories: composites of at least three paths; a real path only with consent and a second person."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.disclosure import ReleasedStory, draft, open_bundle
from pipeline.disclosure.stories import NAME, read_stories
from pipeline.errors import DisclosureError
from pipeline.settings import REPOSITORY
from tests.support.measures import margin
from tests.support.outcomes_db import project, run_of, warehouse

STORY = """
[[story]]
id = "one"
kind = "{kind}"
synthetic = true
title_cs = "Od dohody k léčbě"
title_en = "From agreement to treatment"
paths = {paths}
written_by = "Eva"
{more}
[[story.step]]
month = -2
cs = "Uzavře dohodu."
en = "He makes an agreement."
[[story.step]]
month = 1
cs = "{cs}"
en = "Treatment begins."
"""
CONSENT = 'second_sign_off = "Jan"\nconsent = {{ recorded_on = 2023-01-05, story = "{story}"{revoked} }}\n'


def written(root: Path, *, kind: str = "composite", paths: int = 3, more: str = "", cs: str = "Začne léčba.") -> Path:
    path = root / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STORY.format(kind=kind, paths=paths, more=more, cs=cs), "utf-8")
    return path


def read(root: Path) -> list[dict]:
    return read_stories(project(root), synthetic=True, names={"pardubice", "podane_ruce"})


def test_a_composite_of_three_paths_is_released_with_the_bundle(tmp_path: Path) -> None:
    written(tmp_path)
    con = warehouse(margin({"a": (150, 70), "b": (120, 60)}))
    (story,) = open_bundle(draft(con, project(tmp_path), run_of())).stories
    assert (story.id, story.kind, story.paths) == ("one", "composite", 3)
    assert [(step.month, step.text("en")) for step in story.steps] == [
        (-2, "He makes an agreement."),
        (1, "Treatment begins."),
    ]
    assert story.title("cs") == "Od dohody k léčbě"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"paths": 2}, "fewer than 3 paths"),
        ({"cs": "Dne 12. 3. začne léčba."}, "day or a year"),
        ({"cs": "V roce 2022 začne léčba."}, "day or a year"),
        ({"cs": "Ve 34 let začne léčba."}, "names an age"),
        ({"cs": "Odsouzen podle § 283."}, "names an offence"),
        ({"cs": "Vyjde z Pardubic."}, "a prison, a partner or a place"),
        ({"cs": "Přijmou ho v Podaných rukou."}, "a prison, a partner or a place"),
        ({"more": 'age_band = "33-34"'}, "age band"),
        ({"kind": "consented", "paths": 1}, "no recorded consent"),
        ({"kind": "consented", "paths": 1, "more": CONSENT.format(story="other", revoked="")}, "this very story"),
        (
            {"kind": "consented", "paths": 1, "more": CONSENT.format(story="one", revoked=", revoked_on = 2023-02-01")},
            "was revoked",
        ),
        (
            {
                "kind": "consented",
                "paths": 1,
                "more": CONSENT.format(story="one", revoked="").replace('"Jan"', '"eva "'),
            },
            "second person",
        ),
    ],
)
def test_a_story_that_points_to_somebody_or_lacks_consent_is_refused(
    tmp_path: Path, changes: dict, reason: str
) -> None:
    written(tmp_path, **changes)
    with pytest.raises(DisclosureError, match=reason) as stopped:
        read(tmp_path)
    assert "Pardubic" not in str(stopped.value)


def test_a_real_path_with_consent_and_a_second_person_is_released(tmp_path: Path) -> None:
    written(tmp_path, kind="consented", paths=1, more=CONSENT.format(story="one", revoked=""))
    assert read(tmp_path)[0]["kind"] == "consented"
    assert "Jan" not in str(read(tmp_path))


def test_made_up_stories_stand_only_beside_made_up_data(tmp_path: Path) -> None:
    written(tmp_path)
    assert read_stories(project(tmp_path), synthetic=False, names=set()) == []


def test_the_sample_has_a_composite_that_says_it_is_made_up() -> None:
    (story,) = read_stories(project(REPOSITORY), synthetic=True, names={"pardubice"})
    assert "SYNTHETIC" in story["title_cs"]
    assert "SYNTHETIC" in story["title_en"]


def test_only_disclosure_makes_a_story() -> None:
    with pytest.raises(DisclosureError, match=r"Only pipeline\.disclosure"):
        ReleasedStory("x", "x", "x", "composite", True, 3, "", "", ())
