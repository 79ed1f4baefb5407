-- A row is one model table of one accepted delivery: staged rows and refused rows together.
create or replace table staging.produced as
select table_name, partner, delivery_id, sum(produced)::bigint as produced
from (
    select table_name, partner, delivery_id, produced
    from staging.produced
    union all
    select table_name, partner, delivery_id, count(distinct (file_id, sheet, row_number, ordinal)) as produced
    from staging.refused
    group by table_name, partner, delivery_id
)
group by table_name, partner, delivery_id
order by partner, delivery_id, table_name;
