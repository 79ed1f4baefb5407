-- A row is one finding about one row that was not staged; a row with three unknown codes stands here three times.
create or replace table staging.refused (
    table_name varchar, partner varchar, delivery_id varchar, file_id varchar, sheet varchar,
    row_number integer, ordinal integer, record_key varchar, person_id varchar, column_name varchar, rule_id varchar
);

-- A row is one model table of one accepted delivery, with the number of model rows that its records produced.
create or replace table staging.produced (
    table_name varchar, partner varchar, delivery_id varchar, produced bigint
);

-- A row is one delivered column that the contract does not read.
create or replace table staging.ignored_column (
    partner varchar, delivery_id varchar, file_id varchar, sheet varchar, column_name varchar
);

-- A row is one delivered sheet that no entry of the contract reads, with its number of filled rows.
create or replace table staging.unread_sheet (
    partner varchar, delivery_id varchar, file_id varchar, sheet varchar, filled_rows bigint
);

-- A row is one reason why a whole delivery was refused.
create or replace table staging.delivery_refused (
    delivery_id varchar, partner varchar, rule_id varchar, detail varchar
);
