-- A row is the hash of keys of the model's table {table} that may have several accepted versions: few do, and only those
-- need be put in order. The hash is a sieve and nothing more, so that equal hashes of different keys do no harm.
create or replace table core.repeated_{table} as
select hash({version_key}) as sieve
from validated."{table}" as version
inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
{same_person}
group by hash({version_key})
having count(*) > 1;

-- A row is the newest accepted version of one key of the model's table {table}, but for keys that a newer full extract has
-- no longer.
create or replace temp view newest_{table} as
with ordered as (
    select
        {versioned},
        row_number() over (
            partition by {version_key}
            order by
                delivery_rank.place desc,
                coalesce(file.file_order, 0) desc,
                version.row_number desc,
                version.ordinal desc,
                version.delivery_id desc,
                version.file_id desc,
                version.sheet desc
        ) as age
    from validated."{table}" as version
    inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
    left join landing.file as file on version.file_id = file.file_id
    {same_person}
    where
        hash({version_key}) in (select sieve from core.repeated_{table})
        and not exists (
            select 1
            from validated.closed as closed
            where closed.table_name = '{table}' and closed.partner = version.partner and closed.record_key = {record_key}
        )
)

select {versioned}
from validated."{table}" as version
inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
{same_person}
where
    hash({version_key}) not in (select sieve from core.repeated_{table})
    and not exists (
        select 1
        from validated.closed as closed
        where closed.table_name = '{table}' and closed.partner = version.partner and closed.record_key = {record_key}
    )
union all
select {columns}
from ordered
where age = 1;
