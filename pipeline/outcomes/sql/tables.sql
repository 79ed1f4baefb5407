-- Every table that this stage fills: names, grain and types in one place. A statement's first comment says what a row is.

-- A row is one step of one cohort's attrition (reason ''), or one reason for which people are lost before that step
-- (persons and releases then repeat the removed numbers). Keys: cohort, step_number, step, reason.
create or replace table outcomes.attrition (
    cohort VARCHAR, step_number INTEGER, step VARCHAR, persons BIGINT, releases BIGINT, reason VARCHAR,
    removed_persons BIGINT
);

-- A row is one event, end or doubt of a unit of care that has a day 0 of its own, in the form of outcomes.follow_up. (The
-- views outcomes.cohort_member and outcomes.follow_up are put together in cohort_member.sql and follow_up.sql.)
create or replace table outcomes.follow_up_row (
    cohort VARCHAR, member_id VARCHAR, person_id VARCHAR, kind VARCHAR, event_number INTEGER, start_date DATE,
    covered_to DATE, observed_to DATE, days INTEGER, status VARCHAR, reason VARCHAR, partner VARCHAR, prison VARCHAR,
    quarter VARCHAR, planned VARCHAR, until_days INTEGER
);

-- A row is one dated piece of process: a service in any state of attendance, an agreement made or ended, a plan written,
-- a need raised or closed, an application, a complaint received or resolved.
create or replace table outcomes.activity (
    kind VARCHAR, person_id VARCHAR, family_member_id VARCHAR, partner VARCHAR, prison VARCHAR, quarter VARCHAR,
    date DATE, programme VARCHAR, service_code VARCHAR, service_domain VARCHAR, setting VARCHAR, recipient VARCHAR,
    direct BOOLEAN, attendance VARCHAR, reason VARCHAR, minutes INTEGER, case_id VARCHAR, case_manager_id VARCHAR
);

-- A row is one unit of one measure's denominator in one window (internal: what a cell is made of). `scope` is groups
-- (counts in all, partner, prison, quarter, planned, drug_user) or detail (counts only in detail_by/detail):
-- `amount` is what the unit adds to the denominator, `number` to the numerator, `size` enters a median; `alone` says that
-- the person has no other unit in the same measure, part, cohort, set, window and scope. Here are the units of measures
-- of work; those of events after release are never written out, the view outcomes.unit shows both.
create or replace table outcomes.unit_row (
    measure VARCHAR, component VARCHAR, cohort VARCHAR, cell_set VARCHAR, window_days INTEGER, scope VARCHAR,
    person_id VARCHAR, state VARCHAR, amount BIGINT, number BIGINT, possible BIGINT, unobserved BIGINT, size DOUBLE,
    partner VARCHAR, prison VARCHAR, quarter VARCHAR, planned VARCHAR, drug_user VARCHAR, detail_by VARCHAR,
    detail VARCHAR, worker VARCHAR, covered_to DATE, alone BOOLEAN
);

-- A row is one unit of one measure; measures of events after release are added when their events are known.
create or replace view outcomes.unit as
select *, partner as whose_partner, prison as whose_prison from outcomes.unit_row;

-- A row is one cell: a measure's part in one cohort, window and group. Counts are NULL unless the
-- status is measured, but too_early where it is too_early; a median has a value and no numerator. group_value is '' in the group all.
-- effective_n is the denominator deflated by clustering in persons (equal to it for persons).
create or replace table outcomes.measure_cell (
    measure VARCHAR, component VARCHAR, cohort VARCHAR, cell_set VARCHAR, window_days INTEGER, group_by VARCHAR,
    group_value VARCHAR, period_from VARCHAR, period_to VARCHAR, persons BIGINT, numerator BIGINT,
    numerator_persons BIGINT, complement_persons BIGINT, denominator BIGINT, denominator_unit VARCHAR, possible BIGINT,
    too_early BIGINT, unobserved BIGINT, value DOUBLE, workers BIGINT, covered_to DATE, status VARCHAR,
    effective_n DOUBLE
);

-- A row is one day after release on which something happens in one group: at risk just before it, then what happens.
-- Event, then competing event, then censoring, when they share a day.
create or replace table outcomes.curve (
    measure VARCHAR, cohort VARCHAR, group_by VARCHAR, group_value VARCHAR, day INTEGER, at_risk BIGINT, events BIGINT,
    competing BIGINT, censored BIGINT
);

-- A row is one measure's definition.
create or replace table outcomes.measure_registry (
    measure VARCHAR, kind VARCHAR, unit VARCHAR, is_primary BOOLEAN, windows VARCHAR, components VARCHAR, cohorts VARCHAR,
    groups VARCHAR, tables VARCHAR, event VARCHAR, day_zero VARCHAR, competing VARCHAR, title_cs VARCHAR,
    title_en VARCHAR, definition_cs VARCHAR, definition_en VARCHAR, numerator_cs VARCHAR, numerator_en VARCHAR,
    denominator_cs VARCHAR, denominator_en VARCHAR, source VARCHAR, source_cs VARCHAR, owner VARCHAR
);
