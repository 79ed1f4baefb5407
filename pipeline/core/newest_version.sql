-- A row is the newest accepted version of one of the few keys of the model's table {table} that have several, or that a newer
-- full extract has no longer (closed): only those need be put in order. sieve is a hash of the key and nothing more, so that
-- equal hashes of different keys do no harm.
create or replace table core.repeated_{table} as
with apart as (
    select hash({version_key}) as sieve
    from validated."{table}" as version
    inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
    {same_person}
    group by hash({version_key})
    having count(*) > 1
    union
    select hash({version_key})
    from validated."{table}" as version
    {same_person}
    inner join validated.closed as closed
        on version.partner = closed.partner and {record_key} = closed.record_key and closed.table_name = '{table}'
),

ordered as (
    select
        hash({version_key}) as sieve,
        closed.record_key is not null as closed,
        {versioned},
        row_number() over (
            partition by {version_key}
            order by
                case when closed.record_key is null then 0 else 1 end,
                delivery_rank.place desc,
                coalesce(file.file_order, 0) desc,
                version.row_number desc,
                version.ordinal desc,
                version.delivery_id desc,
                version.file_id desc,
                version.sheet desc
        ) as age
    from validated."{table}" as version
    inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
    left join landing.file as file on version.file_id = file.file_id
    {same_person}
    left join validated.closed as closed
        on version.partner = closed.partner and {record_key} = closed.record_key and closed.table_name = '{table}'
    where hash({version_key}) in (select apart.sieve from apart)
)

select
    sieve,
    closed,
    {columns}
from ordered
where age = 1;

-- A row is the newest accepted version of one key of the model's table {table}, but for keys that a newer full extract has
-- no longer.
create or replace temp view newest_{table} as
select {versioned}
from validated."{table}" as version
inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
{same_person}
left join core.repeated_{table} as repeated on hash({version_key}) = repeated.sieve
where repeated.sieve is null
union all
select {columns}
from core.repeated_{table}
where not closed;
