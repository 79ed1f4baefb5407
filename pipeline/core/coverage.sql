-- A row is what one source has shown of one table (of custody, per prison): every day from covered_from to covered_to,
-- both inclusive. It is the unbroken run of accepted periods that starts at the first; what lies behind a gap is not seen.
create or replace table core.coverage as
with declared as (
    select
        delivery.partner as source,
        part.table_name,
        delivery.delivery_id,
        delivery.period_from,
        case when delivery.period_to > delivery.extract_date then delivery.extract_date else delivery.period_to end
            as period_to,
        coalesce(array_length(delivery.prisons), 0) = 0 as whole
    from validated.delivery as delivery
    cross join unnest(delivery.tables) as part(table_name)
    where delivery.verdict = 'accepted'
),

listed as (
    select
        delivery.partner as source,
        delivery.delivery_id,
        place.prison
    from validated.delivery as delivery
    cross join unnest(delivery.prisons) as place(prison)
    where delivery.verdict = 'accepted'
),

-- A delivery without a list of prisons covers them all; a source that has never listed any is known as a whole ('*').
source_prison as (
    select
        source,
        prison
    from listed
    union
    select
        declared.source,
        known.prison
    from declared
    inner join listed on declared.source = listed.source
    cross join core.prison as known
    where declared.whole
),

period as (
    select
        declared.source,
        declared.table_name,
        coalesce(source_prison.prison, '*') as prison,
        declared.period_from,
        declared.period_to
    from declared
    left join source_prison on declared.source = source_prison.source
    where declared.whole
    union
    select
        declared.source,
        declared.table_name,
        listed.prison,
        declared.period_from,
        declared.period_to
    from declared
    inner join listed on declared.delivery_id = listed.delivery_id
    where not declared.whole
),

reached as (
    select
        *,
        max(period_to) over (
            partition by source, table_name, prison
            order by period_from, period_to
            rows between unbounded preceding and 1 preceding
        ) as seen_to
    from period
    where period_from <= period_to
),

run as (
    select
        *,
        sum(case when date_diff('day', seen_to, period_from) > 1 then 1 else 0 end) over (
            partition by source, table_name, prison
            order by period_from, period_to
            rows between unbounded preceding and current row
        ) as gaps_before
    from reached
),

per_prison as (
    select
        source,
        table_name,
        prison,
        min(period_from) as covered_from,
        max(period_to) as covered_to
    from run
    where gaps_before = 0
    group by source, table_name, prison
)

-- Only stays are known prison by prison; any other table is covered where all of the source's prisons are.
select
    source,
    table_name,
    case when table_name = 'custody_stay' then prison else '*' end as prison,
    max(covered_from) as covered_from,
    min(covered_to) as covered_to
from per_prison
group by source, table_name, case when table_name = 'custody_stay' then prison else '*' end
order by source, table_name, prison;
