-- A row is a quarantined row: a model row that was delivered and is not used, with its first reason.
create or replace table validated.quarantine (
    table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar, row_number integer,
    ordinal integer, record_key varchar, person_id varchar, rule_id varchar, column_name varchar
);
-- A row is one finding on one row (or, without file and row, on a delivery), as the partner is told.
create or replace table validated.finding (
    table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar, row_number integer,
    ordinal integer, record_key varchar, rule_id varchar, severity varchar, column_name varchar
);
-- A row is one finding that only the data steward may see: it compares one organisation's record with another's.
create or replace table validated.steward_note (
    table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar, row_number integer,
    ordinal integer, record_key varchar, person_id varchar, rule_id varchar, column_name varchar
);
-- A row is a delivered row that repeats an accepted one.
create or replace table validated.duplicate (
    table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar, row_number integer,
    ordinal integer, record_key varchar
);
-- A row is a key that a newer full extract (delivery_id) has no longer; seen_in is the delivery that had it last. Its
-- versions stay, but nothing counts them.
create or replace table validated.closed (
    table_name varchar, partner varchar, record_key varchar, delivery_id varchar, seen_in varchar
);
-- A row is one table of one delivery: produced = accepted + quarantined + duplicate.
create or replace table validated.accounting (
    partner varchar, delivery_id varchar, table_name varchar, produced bigint, accepted bigint, quarantined bigint,
    parent_refused bigint, duplicate bigint
);
-- A row is one check: a rule on a column of a table (of a delivery, where the table is empty), with its outcome.
create or replace table validated.expectation_result (
    table_name varchar, rule_id varchar, severity varchar, outcome varchar, checked bigint, failed bigint,
    column_name varchar
);
-- A row is one column of one table in one delivery: rows that are asked for it and those of them that have it.
create or replace table validated.completeness (
    partner varchar, delivery_id varchar, table_name varchar, column_name varchar, presence varchar, asked bigint,
    filled bigint
);
-- A row is one rule on one column of a partner's newest accepted rows: how many could be judged, how many are wrong,
-- and the persons behind them.
create or replace table validated.rule_share (
    partner varchar, table_name varchar, rule_id varchar, column_name varchar, checked bigint, failed bigint,
    persons bigint, failed_persons bigint
);
-- A row is a delivery with its verdict; of a refused one nothing is used.
create or replace table validated.delivery as
select d.*, 'accepted' as verdict, cast(null as varchar) as rule_id
from landing.delivery as d
limit 0;
-- A row is a partner that delivers custody stays: whom it knows as persons exists for every partner.
create or replace temp table custody_source as
select distinct partner
from landing.delivery
where list_contains(tables, 'custody_stay')
union
select distinct partner
from staging.custody_stay;
-- A row is one check that one staged row of the table in hand does not pass; position orders the reasons.
create or replace temp table hit (rid bigint, position integer, rule_id varchar, severity varchar, column_name varchar);
