-- A row is the newest accepted version of one key of the model's table {table}.
create or replace temp view newest_{table} as
select {columns}
from (
    select
        {versioned},
        row_number() over (
            partition by {key}
            order by
                delivery_rank.place desc,
                coalesce(file.file_order, 0) desc,
                version.file_id desc,
                version.sheet desc,
                version.row_number desc,
                version.ordinal desc
        ) as age
    from validated."{table}" as version
    inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
    left join landing.file as file on version.file_id = file.file_id
) as versions
where age = 1;
