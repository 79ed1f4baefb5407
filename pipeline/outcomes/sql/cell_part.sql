-- A row is one unit of work (outcomes.unit_row) in one group that it belongs to.
create or replace temp table placed_unit as
select
    c.series, c.component, g.group_by,
    case g.group_by
        when 'all' then ''
        when 'partner' then u.partner
        when 'prison' then u.prison
        when 'quarter' then u.quarter
        when 'planned' then u.planned
        when 'drug_user' then u.drug_user
        else u.detail
    end as group_value,
    u.state, u.person_id, u.amount, u.number, u.possible, u.unobserved, u.size, u.partner, u.prison, u.quarter, u.worker,
    u.covered_to, u.alone
from outcomes.unit_row as u
inner join outcomes.cell_series as c
    on
        c.measure = u.measure and c.component = u.component and c.cohort = u.cohort and c.cell_set = u.cell_set
        and coalesce(c.window_days, -1) = coalesce(u.window_days, -1)
inner join outcomes.measure_group as g
    on g.measure = u.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by);

-- A row is one group of one series in one state: the whole (part_by '') or what one partner or one prison adds to it
-- (part_by partner, prison; part says which). A cell's numbers are those of its rows with part_by ''; whoever wants to know
-- what an insider knows reads the rows of that insider. n, x, possible, unobserved as in measure_cell's denominator,
-- numerator, possible and unobserved; counted are the members (units) with anything in the numerator.
create or replace table outcomes.cell_part as
with asked as (
    select
        q.scope, s.series, s.window_days, s.longest_days, s.broken_down, b.bit,
        case when s.repeats then 1 else 0 end as often
    from outcomes.question_scope as q
    inner join outcomes.cell_series as s on s.question = q.question and s.cohort = q.cohort
    inner join outcomes.window_bit as b on b.kind = q.kind and b.window_days = s.window_days
),
cause as (
    select p.pair, n.number as cause
    from (select distinct pair from outcomes.question_pair where second_by = 'reason') as p
    cross join outcomes.group_number as n
    where n.group_by = 'reason'
),
judged as (
    select
        s.series, m.pair, m.first, coalesce(r.cause, m.second) as second,
        case when m.reach = -2 then 3 when m.reach >= s.longest_days then 1 else 2 end as state,
        case when m.event_window <= s.window_days and (r.cause is null or r.cause = m.second) then 1 else 0 end as number,
        case
            when m.event_window <= s.window_days then 0
            when m.doubt_window <= s.window_days or (m.pending & s.bit) > 0 then 1
            else 0
        end as possible,
        case when m.event_window > s.window_days and m.unseen_window <= s.window_days then 1 else 0 end as unseen,
        m.members, m.later_events * s.often as later_events, m.quarter_from, m.quarter_to
    from outcomes.member_count as m
    inner join asked as s on s.scope = m.scope
    left join cause as r on r.pair = m.pair
),
summed as (
    select
        series, pair, first, second, state,
        cast(sum(members) as bigint) as n,
        cast(sum(members * number) as bigint) as counted,
        cast(sum((members + later_events) * number) as bigint) as x,
        cast(sum(members * possible) as bigint) as possible,
        cast(sum(members * unseen) as bigint) as unobserved,
        min(quarter_from) as quarter_from,
        max(quarter_to) as quarter_to
    from judged
    group by series, pair, first, second, state
    having sum(members) > 0 or sum(later_events) > 0
),
placed as (
    select
        u.series, p.part_by, p.group_by, u.state,
        case p.part_from when 0 then 0 when 1 then u.first else u.second end as part,
        case p.group_from when 0 then 0 when 1 then u.first else u.second end as group_value,
        cast(sum(u.n) as bigint) as n, cast(sum(u.x) as bigint) as x, cast(sum(u.possible) as bigint) as possible,
        cast(sum(u.unobserved) as bigint) as unobserved, cast(sum(u.counted) as bigint) as counted,
        min(u.quarter_from) as quarter_from, max(u.quarter_to) as quarter_to
    from summed as u
    inner join outcomes.cell_series as s on s.series = u.series
    inner join outcomes.pair_place as p
        on
            p.pair = u.pair
            and (s.broken_down or (p.part_by = '' and p.group_by in ('all', 'quarter', 'reason')))
    inner join outcomes.measure_group as g on g.measure = s.measure and g.group_by = p.group_by
    group by 1, 2, 3, 4, 5, 6
)
select
    u.series, u.part_by, coalesce(part.group_value, '') as part, u.group_by, coalesce(named.group_value, '') as group_value,
    case u.state when 1 then 'measured' when 2 then 'too_early' else 'not_collected' end as state,
    u.n, u.x, u.possible, u.unobserved, u.counted,
    since.group_value as quarter_from, until.group_value as quarter_to, y.covered_to
from placed as u
cross join outcomes.study as y
left join outcomes.group_number as part on part.number = u.part
left join outcomes.group_number as named on named.number = u.group_value
left join outcomes.group_number as since on since.number = u.quarter_from
left join outcomes.group_number as until on until.number = u.quarter_to
union all
select
    u.series, p.part_by,
    case p.part_by when '' then '' when 'partner' then u.partner else u.prison end,
    u.group_by, u.group_value, u.state,
    cast(sum(u.amount) as bigint), cast(sum(u.number) as bigint), cast(sum(u.possible) as bigint),
    cast(sum(u.unobserved) as bigint), count(case when u.number > 0 then 1 end), min(u.quarter), max(u.quarter),
    min(u.covered_to)
from placed_unit as u
cross join (select '' as part_by union all select 'partner' union all select 'prison') as p
where
    u.group_value is not null
    and (p.part_by = '' or (p.part_by = 'partner' and u.partner is not null) or (p.part_by = 'prison' and u.prison is not null))
group by 1, 2, 3, 4, 5, 6;
