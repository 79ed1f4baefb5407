-- A row is the newest accepted version of one key of the model's table {table}. Few keys have several versions, so only
-- those are put in order.
create or replace temp view newest_{table} as
with accepted as (
    select
        {versioned},
        delivery_rank.place,
        version.delivery_id,
        version.file_id,
        version.sheet,
        version.row_number,
        version.ordinal
    from validated."{table}" as version
    inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
),

repeated as (
    select {key}
    from accepted
    group by {key}
    having count(*) > 1
),

ordered as (
    select
        {accepted},
        row_number() over (
            partition by {accepted_key}
            order by
                accepted.place desc,
                coalesce(file.file_order, 0) desc,
                accepted.row_number desc,
                accepted.ordinal desc,
                accepted.delivery_id desc,
                accepted.file_id desc,
                accepted.sheet desc
        ) as age
    from accepted
    inner join repeated on {same_key}
    left join landing.file as file on accepted.file_id = file.file_id
)

select {accepted}
from accepted
where not exists (select 1 from repeated where {same_key})
union all
select {columns}
from ordered
where age = 1;
