-- A row is an accepted delivery; an empty list of prisons means all of them.
create or replace table landing.delivery (
    delivery_id varchar, partner varchar, extract_date date, period_from date, period_to date, kind varchar,
    tables varchar[], prisons varchar[], lawful_basis varchar, keep_until date, received_at timestamp,
    synthetic boolean, sha256 varchar
);

-- A row is a data file of a delivery; file_order is its place in the delivery, from 0.
create or replace table landing.file (
    file_id varchar, delivery_id varchar, partner varchar, name varchar, sha256 varchar, bytes bigint,
    encoding varchar, file_order integer
);

-- A row is a sheet of a file: '' for text and Parquet, the path for JSON, the member for ZIP. source is the [[file]] of the contract that reads it, '' when none does.
create or replace table landing.sheet (file_id varchar, sheet varchar, source varchar, header varchar[]);

-- A row is a row of a sheet, as the sender counts them; kind is record, title, header, total, blank, or erased (a record of which nothing is left; without a number).
create or replace table landing.record (
    file_id varchar, sheet varchar, row_number integer, kind varchar, cells varchar[]
);
