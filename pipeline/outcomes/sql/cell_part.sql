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
with judged as (
    select
        s.series, s.broken_down, m.first_by, m.first, m.second_by,
        case m.second_by when 'reason' then r.cause else m.second end as second,
        case
            when m.reach = -2 then 'not_collected' when m.reach >= s.longest_days then 'measured' else 'too_early'
        end as state,
        case when m.event_window <= s.window_days and (r.cause is null or r.cause = m.second) then 1 else 0 end as number,
        case
            when m.event_window <= s.window_days then 0
            when m.doubt_window <= s.window_days or (m.pending & b.bit) > 0 then 1
            else 0
        end as possible,
        case when m.event_window > s.window_days and m.unseen_window <= s.window_days then 1 else 0 end as unseen,
        m.members,
        case when s.repeats then m.later_events else 0 end as later_events,
        m.quarter_from, m.quarter_to
    from outcomes.member_count as m
    inner join outcomes.question_scope as q on q.scope = m.scope
    inner join outcomes.cell_series as s on s.question = q.question and s.cohort = q.cohort
    inner join outcomes.window_bit as b on b.kind = q.kind and b.window_days = s.window_days
    left join outcomes.cause as r on m.second_by = 'reason'
),
summed as (
    select
        series, broken_down, first_by, first, second_by, second, state,
        sum(members) as n,
        sum(members * number) as counted,
        sum((members + later_events) * number) as x,
        sum(members * possible) as possible,
        sum(members * unseen) as unobserved,
        min(quarter_from) as quarter_from,
        max(quarter_to) as quarter_to
    from judged
    group by series, broken_down, first_by, first, second_by, second, state
    having sum(members) > 0 or sum(later_events) > 0
)
select
    u.series, p.part_by,
    case p.part_by when '' then '' when u.first_by then u.first else u.second end as part,
    p.group_by,
    case p.group_by when 'all' then '' when u.first_by then u.first else u.second end as group_value,
    u.state,
    cast(sum(u.n) as bigint) as n, cast(sum(u.x) as bigint) as x, cast(sum(u.possible) as bigint) as possible,
    cast(sum(u.unobserved) as bigint) as unobserved, cast(sum(u.counted) as bigint) as counted,
    min(u.quarter_from) as quarter_from, max(u.quarter_to) as quarter_to, max(y.covered_to) as covered_to
from summed as u
cross join outcomes.study as y
inner join outcomes.cell_series as s on s.series = u.series
inner join outcomes.pair_place as p
    on
        p.first_by = u.first_by and p.second_by = u.second_by
        and (u.broken_down or (p.part_by = '' and p.group_by in ('all', 'quarter', 'reason')))
inner join outcomes.measure_group as g on g.measure = s.measure and g.group_by = p.group_by
group by 1, 2, 3, 4, 5, 6
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
