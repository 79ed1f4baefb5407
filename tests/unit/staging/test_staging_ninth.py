"""A ninth partner needs one contract file and no Python; whatever cells hold, no row is lost and nothing breaks."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline import landing
from pipeline.periods import Quarter
from pipeline.run import Input, Run
from pipeline.settings import PartnerSettings, Settings
from pipeline.sources import pull
from pipeline.staging import stage
from tests.unit.staging.landed import Sent, Stage

CONTRACT = """
partner = "ninth"
title = "A ninth partner"
format = "csv"
[read]
encoding = ["cp1250"]
delimiter = "|"
[[file]]
name = "pobyty"
pattern = "*.txt"
header_row = 2
[[file.produces]]
table = "treatment"
[file.produces.columns]
treatment_id = "č."
person_id = "klient"
treatment_type = { from = "druh", codes = { "komunita" = "therapeutic_community" } }
setting = { value = "community" }
start_date = { from = "od", date = "%d.%m.%Y" }
end_date_exclusive = { from = "do", date = "%d.%m.%Y", inclusive_end = true }
"""
SIDECAR = """
extract_date = 2023-07-31
period_from = 2023-01-01
period_to = 2023-07-31
kind = "full"
lawful_basis = "agreement"
keep_until = 2030-12-31
"""
FILE = """Export pobytů
č.|Klient|Druh|od|do
1|A7|komunita|1.2.2023|31.3.2023
2|B8|komunita|29.2.2023|

"""


def test_from_a_file_nobody_has_seen_to_typed_rows(tmp_path: Path) -> None:
    inbox = tmp_path / "in" / "2023-07"
    inbox.mkdir(parents=True)
    (inbox / "delivery.toml").write_text(SIDECAR, "utf-8")
    (inbox / "pobyty.txt").write_bytes(FILE.encode("cp1250"))
    (tmp_path / "ninth.toml").write_text(CONTRACT, "utf-8")
    ninth = PartnerSettings(location="in", contract=Path("ninth.toml"))
    project = Settings(root=tmp_path, data=tmp_path / "data", partners={"ninth": ninth})
    now = datetime(2023, 8, 15, tzinfo=UTC)
    landing.land(project, pull(project, started_at=now), started_at=now)
    inputs = tuple(Input(r.partner, r.delivery_id, r.sha256) for r in landing.receipts(project))
    run = Run(Quarter(2023, 2), now, inputs=inputs)
    con = duckdb.connect()
    con.execute("create schema landing; create schema staging")
    landing.load(con, project, run)
    assert stage(con, project, run)["staged"] == 1
    rows = con.execute("select row_number, person_id, start_date, end_date_exclusive from staging.treatment").fetchall()
    assert rows == [(3, "A7", date(2023, 2, 1), date(2023, 4, 1))]
    refused = con.execute(
        "select row_number, column_name, rule_id, record_key, person_id from staging.refused"
    ).fetchall()
    assert refused == [(4, "od", "impossible_date", "2", "B8")]


ANYTHING = """
format = "csv"
[[file]]
name = "cases"
pattern = "*.csv"
[[file.produces]]
table = "case"
[file.produces.columns]
case_id = { template = "{a}/{b}" }
programme = { from = "a", codes = { "1" = "romodrom" } }
person_id = "b"
agreement_date = { from = "c", date = ["%d.%m.%Y", "%d. %m. %Y", "%Y-%m-%d"], excel_serial = true }
referral_date = { from = "d", date = "%d.%m.%y", pivot_year = 40 }
end_date = { from = "e", zone = "Europe/Prague" }
[[file.produces]]
table = "service"
[file.produces.columns]
service_id = "a"
service_date = { value = "2023-01-01" }
service_code = { value = "legal" }
recipient = { value = "client" }
attendance = { value = "attended" }
minutes = { from = "b", decimal_comma = true, scale = 60 }
waiting_minutes = "c"
direct = { from = "d", boolean = { counted = true } }
"""
CELLS = st.one_of(
    st.none(),
    st.text("0123456789.,:-+TZ \u00a0", max_size=26),
    st.text(max_size=6),
    st.sampled_from(["1", "29.2.00", "29.2.2001", "45017", "99999.5", "2023-03-26T02:30:00Z", "9" * 400, "1 000,5"]),
)


@effort(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=40))
def test_no_row_is_lost_whatever_it_holds(staged: Stage, rows: list[list[str | None]]) -> None:
    result = staged(ANYTHING, Sent("cases", ["a", "b", "c", "d", "e"], rows))
    for table in ("case", "service"):
        (kept,) = result.rows(f'select count(*) from staging."{table}"')[0]
        refused = f"select count(distinct row_number) from staging.refused where table_name = '{table}'"
        assert kept + result.rows(refused)[0][0] == len(rows)
    assert result.counts["produced"] == 2 * len(rows)
