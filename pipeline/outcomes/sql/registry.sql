-- A row is the run: its quarter, what may be seen, and the first day of custody data.
create or replace table outcomes.study (quarter VARCHAR, last_day DATE, as_of DATE, covered_to DATE, first_day DATE);

-- A row is one measure in one window of one set of cells, with the follow-up that it needs.
create or replace table outcomes.measure_window (
    measure VARCHAR, event VARCHAR, cell_set VARCHAR, window_days INTEGER, longest_days INTEGER, broken_down BOOLEAN
);

-- A row is one measure in one cohort, or in the part of it that the measure is about.
create or replace table outcomes.measure_scope (measure VARCHAR, cohort VARCHAR, subset VARCHAR);

-- A row is one table that a measure needs; national: the Prison Service delivers it for everybody.
create or replace table outcomes.measure_table (measure VARCHAR, table_name VARCHAR, national BOOLEAN);

-- A row is one group by which a measure is broken down, and where its value is found.
create or replace table outcomes.measure_group (measure VARCHAR, group_by VARCHAR, scope VARCHAR);

-- A row is one part of a measure: what is counted and how it is read.
create or replace table outcomes.measure_component (
    measure VARCHAR, component VARCHAR, unit VARCHAR, value_kind VARCHAR, per INTEGER, process BOOLEAN
);

-- A row is one measure that has a curve.
create or replace table outcomes.measure_curve (measure VARCHAR, event VARCHAR);

-- A row is one measure with what it asks of the events after release; the first measure that asks it names the question.
create or replace table outcomes.question (
    measure VARCHAR, question VARCHAR, kind VARCHAR, subset VARCHAR, repeats BOOLEAN
);

-- A row is one group by which a question is broken down.
create or replace table outcomes.question_group (question VARCHAR, group_by VARCHAR);

-- A row is one pair of groups in which a question's members are counted.
create or replace table outcomes.question_pair (question VARCHAR, pair INTEGER, first_by VARCHAR, second_by VARCHAR);

-- A row is one kind of cell, or of part of a cell, that a count by a pair of groups gives.
create or replace table outcomes.pair_place (
    pair INTEGER, part_by VARCHAR, part_from INTEGER, group_by VARCHAR, group_from INTEGER
);

-- A row is one part of a measure that is read from the kinds of return.
create or replace table outcomes.return_part (
    measure VARCHAR, component VARCHAR, kind VARCHAR, subset VARCHAR, share DOUBLE
);

-- A row is one kind of event under a number; everybody: it is asked of all releases, not of clients alone.
create or replace table outcomes.event_kind (
    kind_number INTEGER, kind VARCHAR, custody BOOLEAN, everybody BOOLEAN, seen_from DATE, seen_to DATE
);

-- A row is one day of the longest window.
create or replace table outcomes.day (day INTEGER);

-- A row is one cause of return.
create or replace table outcomes.cause (cause VARCHAR);

-- A row is one service code with the domain it belongs to.
create or replace table outcomes.service_domain (service_code VARCHAR, domain VARCHAR);

-- A row is one stretch of days after release in which deaths are counted.
create or replace table outcomes.death_band (component VARCHAR, first_day INTEGER, last_day INTEGER);

-- A row is one pair of stages between which a situation is compared, with the last day of the later one.
create or replace table outcomes.path_step (
    measure VARCHAR, component VARCHAR, stage_before VARCHAR, stage_after VARCHAR, last_day INTEGER
);

-- A row is one stage at which a situation is recorded, with its last day.
create or replace table outcomes.path_stage (stage VARCHAR, last_day INTEGER);

-- A row is one scale of one instrument.
create or replace table outcomes.instrument_scale (
    scale VARCHAR, instrument VARCHAR, direction DOUBLE, multiplier DOUBLE, answered INTEGER, case_answered INTEGER,
    reliability DOUBLE
);

-- A row is one item of one scale.
create or replace table outcomes.instrument_item (
    scale VARCHAR, instrument VARCHAR, item VARCHAR, low DOUBLE, high DOUBLE, reversed BOOLEAN, whole_log DOUBLE,
    weight DOUBLE
);

-- A row is one category of one TDI table.
create or replace table outcomes.tdi_category (
    number INTEGER, item VARCHAR, several BOOLEAN, position INTEGER, category VARCHAR, low INTEGER, high INTEGER
);

-- A row is one code of housing or work with the state it stands for.
create or replace table outcomes.living_code (side VARCHAR, code VARCHAR, state VARCHAR);

-- A row is one cohort that the project declares.
create or replace table outcomes.declared_cohort (cohort VARCHAR, base VARCHAR, born_from INTEGER, born_to INTEGER);

-- A row is one value that such a cohort allows in one column.
create or replace table outcomes.declared_value (cohort VARCHAR, column_name VARCHAR, value VARCHAR);

-- A row is one reason of admission that a kind of return of the project counts.
create or replace table outcomes.declared_reason (kind VARCHAR, admission_reason VARCHAR);

-- A row is one step on the way into one cohort; counts_units: releases (agreements) are counted beside persons.
create or replace table outcomes.attrition_step (
    cohort VARCHAR, step_number INTEGER, step VARCHAR, counts_units BOOLEAN
);
