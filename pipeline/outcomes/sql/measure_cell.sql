-- A row is one cell: units summed first per person (so that persons are distinct), then per cell.
insert into outcomes.measure_cell
with spread as (
    select
        u.measure, u.component, u.cohort, u.cell_set, u.window_days, g.group_by,
        case g.group_by
            when 'all' then ''
            when 'partner' then u.partner
            when 'prison' then u.prison
            when 'quarter' then u.quarter
            when 'planned' then u.planned
            when 'drug_user' then u.drug_user
            else u.detail
        end as group_value,
        u.person_id, u.state, u.amount, u.number, u.possible, u.unobserved, u.size, u.worker, u.covered_to, u.quarter
    from outcomes.unit as u
    inner join outcomes.measure_group as g
        on g.measure = u.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by)
),
per_person as (
    select
        measure, component, cohort, cell_set, window_days, group_by, group_value, person_id,
        sum(case when state = 'measured' then amount else 0 end) as n,
        sum(case when state = 'measured' then number else 0 end) as x,
        sum(case when state = 'measured' then possible else 0 end) as possible,
        sum(case when state = 'measured' then unobserved else 0 end) as unobserved,
        sum(case when state = 'too_early' then amount else 0 end) as too_early,
        min(case when state = 'measured' then quarter end) as period_from,
        max(case when state = 'measured' then quarter end) as period_to,
        min(covered_to) as covered_to
    from spread
    where group_value is not null
    group by measure, component, cohort, cell_set, window_days, group_by, group_value, person_id
),
summed as (
    select
        measure, component, cohort, cell_set, window_days, group_by, group_value,
        min(period_from) as period_from,
        max(period_to) as period_to,
        count(case when n > 0 then 1 end) as persons,
        cast(sum(x) as bigint) as x,
        count(case when x > 0 then 1 end) as numerator_persons,
        count(case when n > x then 1 end) as complement_persons,
        cast(sum(n) as bigint) as n,
        cast(sum(possible) as bigint) as possible,
        cast(sum(too_early) as bigint) as too_early,
        cast(sum(unobserved) as bigint) as unobserved,
        cast(sum(x * x) as double) as xx,
        cast(sum(x * n) as double) as xn,
        cast(sum(n * n) as double) as nn,
        min(covered_to) as covered_to,
        case
            when sum(n) > 0 or sum(x) > 0 then 'measured'
            when sum(too_early) > 0 then 'too_early'
            else 'not_collected'
        end as status
    from per_person
    group by measure, component, cohort, cell_set, window_days, group_by, group_value
),
detailed as (
    select
        measure, component, cohort, cell_set, window_days, group_by, group_value,
        median(size) as middle,
        count(distinct worker) as workers
    from spread
    where group_value is not null and state = 'measured' and (size is not null or worker is not null)
    group by measure, component, cohort, cell_set, window_days, group_by, group_value
)
select
    s.measure, s.component, s.cohort, s.cell_set, s.window_days, s.group_by, s.group_value, s.period_from, s.period_to,
    case when s.status = 'measured' then s.persons end,
    case when s.status = 'measured' and c.value_kind <> 'median' then s.x end,
    case when s.status = 'measured' and c.value_kind <> 'median' then s.numerator_persons end,
    case when s.status = 'measured' and c.value_kind = 'share' then s.complement_persons end,
    case when s.status = 'measured' then s.n end,
    c.unit,
    case when s.status = 'measured' then s.possible end,
    s.too_early,
    case when s.status = 'measured' then s.unobserved end,
    case
        when s.status <> 'measured' then null
        when c.value_kind = 'median' then d.middle
        when c.value_kind = 'ratio' and s.n > 0 then c.per * cast(s.x as double) / s.n
    end,
    case when s.status = 'measured' and c.process then coalesce(d.workers, 0) end,
    s.covered_to,
    s.status,
    case
        when s.status <> 'measured' or c.value_kind <> 'share' then null
        when s.x = 0 or s.x = s.n then s.persons
        else least(
            cast(s.n as double),
            s.x * (1 - cast(s.x as double) / s.n) * s.n
            / nullif(
                s.xx - 2 * cast(s.x as double) / s.n * s.xn + cast(s.x as double) * s.x / s.n / s.n * s.nn, 0
            )
        )
    end
from summed as s
inner join outcomes.measure_component as c on c.measure = s.measure and c.component = s.component
left join detailed as d
    on
        d.measure = s.measure and d.component = s.component and d.cohort = s.cohort and d.cell_set = s.cell_set
        and coalesce(d.window_days, -1) = coalesce(s.window_days, -1) and d.group_by = s.group_by
        and d.group_value = s.group_value;

-- A row is one partner that does not deliver a measure's tables and had no unit to show it: not collected, never zero.
insert into outcomes.measure_cell
with missing as (
    select distinct
        p.measure, k.component, k.unit, s.cohort, w.cell_set, w.window_days, p.partner
    from outcomes.partner_measure as p
    inner join outcomes.measure_component as k on k.measure = p.measure
    inner join outcomes.measure_scope as s on s.measure = p.measure
    inner join outcomes.measure_window as w on w.measure = p.measure
    inner join outcomes.measure_group as g on g.measure = p.measure and g.group_by = 'partner'
    inner join outcomes.case_period as c
        on
            c.partner = p.partner
            and c.programme = case s.cohort when 'romodrom' then 'romodrom' else 'through_the_gate' end
    where not p.delivers
)
select
    m.measure, m.component, m.cohort, m.cell_set, m.window_days, 'partner', m.partner, null, null, null, null, null, null,
    null, m.unit, null, 0, null, null, null, null, 'not_collected', null
from missing as m
left join outcomes.measure_cell as c
    on
        c.measure = m.measure and c.component = m.component and c.cohort = m.cohort and c.cell_set = m.cell_set
        and coalesce(c.window_days, -1) = coalesce(m.window_days, -1) and c.group_by = 'partner'
        and c.group_value = m.partner
where c.measure is null;

-- A row is one measure, part, cohort and window that nobody can be counted in: its tables are not delivered by anybody
-- (not collected), or there is nobody of that kind (not applicable).
insert into outcomes.measure_cell
with in_cohort as (
    select distinct
        p.measure, case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, p.delivers
    from outcomes.partner_measure as p
    inner join outcomes.case_period as c on c.partner = p.partner
),
supplied as (
    select
        t.measure,
        s.cohort,
        min(case
            when t.table_name = 'custody_stay' then case when y.covered_to is null then 0 else 1 end
            when i.cohort is not null then i.delivers
            when t.table_name in (select table_name from outcomes.partner_table) then 1
            else 0
        end) as supplied
    from outcomes.measure_table as t
    inner join outcomes.measure_scope as s on s.measure = t.measure
    cross join outcomes.study as y
    left join (
        select measure, cohort, max(case when delivers then 1 else 0 end) as delivers
        from in_cohort
        group by measure, cohort
    ) as i on i.measure = t.measure and i.cohort = case s.cohort when 'romodrom' then 'romodrom' else 'programme' end
    group by t.measure, s.cohort
)
select
    k.measure, k.component, s.cohort, w.cell_set, w.window_days, 'all', '', null, null, null, null, null, null, null,
    k.unit, null, 0, null, null, null, null,
    case when p.supplied = 1 then 'not_applicable' else 'not_collected' end, null
from outcomes.measure_component as k
inner join outcomes.measure_scope as s on s.measure = k.measure
inner join outcomes.measure_window as w on w.measure = k.measure
inner join supplied as p on p.measure = k.measure and p.cohort = s.cohort
left join outcomes.measure_cell as c
    on
        c.measure = k.measure and c.component = k.component and c.cohort = s.cohort and c.cell_set = w.cell_set
        and coalesce(c.window_days, -1) = coalesce(w.window_days, -1) and c.group_by = 'all'
where c.measure is null;
