-- The one row is what the stage tells the user.
with refused as (
    select count(distinct (table_name, file_id, sheet, row_number, ordinal)) as number
    from staging.refused
)
select
    (select coalesce(sum(produced), 0) from staging.produced) as produced,
    (select coalesce(sum(produced), 0) from staging.produced) - refused.number as staged,
    refused.number as refused,
    (select count(distinct delivery_id) from staging.delivery_refused) as refused_deliveries,
    (select count(*) from staging.ignored_column) as ignored_columns,
    (select count(*) from staging.unread_sheet) as unread_sheets
from refused;
