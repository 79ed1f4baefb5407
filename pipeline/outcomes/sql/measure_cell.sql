-- A row is one group of one series of medians (or of the value that nine in ten stay under), between the two values
-- nearest to its place in the order.
create or replace table outcomes.median_cell as
with ordered as (
    select
        series, group_by, group_value, size,
        row_number() over (partition by series, group_by, group_value order by size) - 1 as rank,
        (count(*) over (partition by series, group_by, group_value) - 1)
        * cast(case when component = 'upper_tenth' then 0.9 else 0.5 end as double) as place
    from placed_unit
    where size is not null and state = 'measured'
),
nearest as (
    select
        series, group_by, group_value,
        max(case when rank <= place then size end) as below,
        min(case when rank >= place then size end) as above,
        max(place) - max(case when rank <= place then rank end) as beyond
    from ordered
    group by series, group_by, group_value
)
select series, group_by, group_value, below + (above - below) * beyond as middle
from nearest;

-- A row is one cell.
insert into outcomes.measure_cell
with counted as (
    select
        series, group_by, group_value,
        min(case when state = 'measured' then quarter_from end) as period_from,
        max(case when state = 'measured' then quarter_to end) as period_to,
        cast(sum(case when state = 'measured' then n else 0 end) as bigint) as n,
        cast(sum(case when state = 'measured' then x else 0 end) as bigint) as x,
        cast(sum(case when state = 'measured' then possible else 0 end) as bigint) as possible,
        cast(sum(case when state = 'measured' then unobserved else 0 end) as bigint) as unobserved,
        cast(sum(case when state = 'too_early' then n else 0 end) as bigint) as too_early,
        min(covered_to) as covered_to
    from outcomes.cell_part
    where part_by = ''
    group by series, group_by, group_value
),
worked as (
    select series, group_by, group_value, count(distinct worker) as workers
    from placed_unit
    where worker is not null and state = 'measured'
    group by series, group_by, group_value
),
summed as (
    select
        c.measure, c.component, c.cohort, c.cell_set, c.window_days, c.unit, c.value_kind, c.per, c.process,
        u.group_by, u.group_value, u.period_from, u.period_to, u.n, u.x, u.possible, u.unobserved, u.too_early,
        coalesce(p.persons, 0) as persons,
        coalesce(p.numerator_persons, 0) as numerator_persons,
        coalesce(p.complement_persons, 0) as complement_persons,
        coalesce(p.xx, 0) as xx,
        coalesce(p.xn, 0) as xn,
        coalesce(p.nn, 0) as nn,
        u.covered_to,
        m.middle,
        w.workers,
        case when u.n > 0 or u.x > 0 then 'measured' when u.too_early > 0 then 'too_early' else 'not_collected' end as status
    from counted as u
    inner join outcomes.cell_series as c on c.series = u.series
    left join outcomes.cell_person as p
        on p.series = u.series and p.group_by = u.group_by and p.group_value = u.group_value
    left join outcomes.median_cell as m
        on m.series = u.series and m.group_by = u.group_by and m.group_value = u.group_value
    left join worked as w
        on w.series = u.series and w.group_by = u.group_by and w.group_value = u.group_value
)
select
    s.measure, s.component, s.cohort, s.cell_set, s.window_days, s.group_by, s.group_value, s.period_from, s.period_to,
    case when s.status = 'measured' then s.persons end,
    case when s.status = 'measured' and s.value_kind <> 'median' then s.x end,
    case when s.status = 'measured' and s.value_kind <> 'median' then s.numerator_persons end,
    case when s.status = 'measured' and s.value_kind = 'share' then s.complement_persons end,
    case when s.status = 'measured' then s.n end,
    s.unit,
    case when s.status = 'measured' then s.possible end,
    case when s.status <> 'not_collected' then s.too_early end,
    case when s.status = 'measured' then s.unobserved end,
    case
        when s.status <> 'measured' then null
        when s.value_kind = 'median' then s.middle
        when s.value_kind = 'ratio' and s.n > 0 then s.per * cast(s.x as double) / s.n
    end,
    case when s.status = 'measured' and s.process then coalesce(s.workers, 0) end,
    s.covered_to,
    s.status,
    case
        when s.status <> 'measured' or s.value_kind <> 'share' then null
        when s.x = 0 or s.x = s.n then s.persons
        else least(
            cast(s.n as double),
            s.x * (1 - cast(s.x as double) / s.n) * s.n
            / nullif(
                s.xx - 2 * cast(s.x as double) / s.n * s.xn + cast(s.x as double) * s.x / s.n / s.n * s.nn, 0
            )
        )
    end
from summed as s;

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
    null, m.unit, null, null, null, null, null, null, 'not_collected', null
from missing as m
left join outcomes.measure_cell as c
    on
        c.measure = m.measure and c.component = m.component and c.cohort = m.cohort and c.cell_set = m.cell_set
        and coalesce(c.window_days, -1) = coalesce(m.window_days, -1) and c.group_by = 'partner'
        and c.group_value = m.partner
where c.measure is null;

-- A row is one measure, part, cohort and window that nobody can be counted in: its tables, or for a cohort of clients the
-- agreements, are not delivered by anybody (not collected), or there is nobody of that kind (not applicable).
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
            when d.table_name is not null then 1
            else 0
        end) as supplied
    from (
        select measure, table_name from outcomes.measure_table
        union
        select measure, 'case' from outcomes.measure_scope
    ) as t
    inner join outcomes.measure_scope as s
        on s.measure = t.measure and (t.table_name <> 'case' or s.cohort not in ('all_releases', 'comparison'))
    cross join outcomes.study as y
    left join (select distinct table_name from outcomes.partner_table) as d on d.table_name = t.table_name
    left join (
        select measure, cohort, max(case when delivers then 1 else 0 end) as delivers
        from in_cohort
        group by measure, cohort
    ) as i on i.measure = t.measure and i.cohort = case s.cohort when 'romodrom' then 'romodrom' else 'programme' end
    group by t.measure, s.cohort
)
select
    k.measure, k.component, s.cohort, w.cell_set, w.window_days, 'all', '', null, null, null, null, null, null, null,
    k.unit, null, null, null, null, null, null,
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
