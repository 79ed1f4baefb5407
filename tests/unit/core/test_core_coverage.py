"""Coverage is the unbroken run of accepted periods from the first, per source, table and, for stays, prison."""

from tests.support.core_tables import build, deliver, rows, warehouse

COVERAGE = "select source, table_name, prison, covered_from, covered_to from core.coverage"
CUSTODY = "select covered_to from core.custody_coverage"


def test_touching_and_overlapping_periods_are_one_run() -> None:
    con = warehouse()
    deliver(con, "d1", "partner_a", period=("2021-01-01", "2021-03-31"), covers=("service",))
    deliver(con, "d2", "partner_a", period=("2021-04-01", "2021-06-30"), covers=("service",))
    deliver(con, "d3", "partner_a", period=("2021-05-01", "2021-07-31"), covers=("service",))
    build(con)
    assert rows(con, COVERAGE) == [("partner_a", "service", "*", "2021-01-01", "2021-07-31")]


def test_what_lies_behind_a_gap_is_not_seen() -> None:
    con = warehouse()
    deliver(con, "d1", "partner_a", period=("2021-01-01", "2021-03-31"), covers=("service",))
    deliver(con, "d2", "partner_a", period=("2021-04-02", "2021-06-30"), covers=("service",))
    build(con)
    assert rows(con, COVERAGE) == [("partner_a", "service", "*", "2021-01-01", "2021-03-31")]


def test_a_refused_delivery_shows_nothing() -> None:
    con = warehouse()
    deliver(con, "d1", "partner_a", period=("2021-01-01", "2021-03-31"), covers=("service",))
    deliver(con, "d2", "partner_a", period=("2021-04-01", "2021-06-30"), covers=("service",), verdict="refused")
    build(con)
    assert rows(con, COVERAGE) == [("partner_a", "service", "*", "2021-01-01", "2021-03-31")]


def test_nothing_is_seen_after_the_extract() -> None:
    con = warehouse()
    deliver(con, "d1", "partner_a", extract="2021-02-28", period=("2021-01-01", "2021-12-31"), covers=("need",))
    build(con)
    assert rows(con, COVERAGE) == [("partner_a", "need", "*", "2021-01-01", "2021-02-28")]


def test_custody_is_covered_where_every_prison_is() -> None:
    con = warehouse()
    everywhere, one = ("kurim", "plzen"), ("kurim",)
    both = ("custody_stay", "death")
    deliver(con, "d1", "partner_c", period=("2021-01-01", "2021-06-30"), prisons=everywhere, covers=both)
    deliver(con, "d2", "partner_c", period=("2021-07-01", "2021-09-30"), prisons=one, covers=both)
    build(con)
    assert rows(con, COVERAGE) == [
        ("partner_c", "custody_stay", "kurim", "2021-01-01", "2021-09-30"),
        ("partner_c", "custody_stay", "plzen", "2021-01-01", "2021-06-30"),
        ("partner_c", "death", "*", "2021-01-01", "2021-06-30"),
    ]
    assert rows(con, CUSTODY) == [("2021-06-30",)]
    assert rows(con, "select number from core.joined_counts where what = 'prisons_never_covered'") == [(33,)]


def test_a_delivery_without_prisons_covers_them_all() -> None:
    con = warehouse()
    deliver(con, "d1", "partner_c", period=("2021-01-01", "2021-06-30"), covers=("custody_stay",))
    deliver(con, "d2", "partner_c", period=("2021-07-01", "2021-09-30"), prisons=("kurim",), covers=("custody_stay",))
    build(con)
    assert len(rows(con, COVERAGE)) == 35
    assert rows(con, CUSTODY) == [("2021-06-30",)]
    assert rows(con, COVERAGE + " where prison = 'kurim'")[0][4] == "2021-09-30"


def test_as_of_caps_custody_and_never_extends_it() -> None:
    con = warehouse()
    deliver(con, "d1", period=("2021-01-01", "2021-06-30"))
    build(con, as_of="2021-03-31")
    assert rows(con, CUSTODY) == [("2021-03-31",)]
    build(con, as_of="2022-03-31")
    assert rows(con, CUSTODY) == [("2021-06-30",)]


def test_without_stays_nothing_is_covered() -> None:
    con = warehouse()
    build(con, as_of="2021-03-31")
    assert rows(con, CUSTODY) == [(None,)]
    assert rows(con, "select * from core.release") == []
