-- A row is one measured unit of a person with several units in the series, in one group that it belongs to.
create or replace table outcomes.shared_unit as
with person as (
    select person_id, row_number() over (order by person_id) as number
    from (select distinct person_id from outcomes.unit_row where not alone) as x
),
placed as (
    select
        c.series, c.measure, u.scope, u.detail_by, p.number as person, u.partner, u.prison, u.quarter, u.planned,
        u.drug_user, u.detail, u.amount, u.number
    from outcomes.unit_row as u
    inner join person as p on p.person_id = u.person_id
    inner join outcomes.cell_series as c
        on
            c.measure = u.measure and c.component = u.component and c.cohort = u.cohort and c.cell_set = u.cell_set
            and coalesce(c.window_days, -1) = coalesce(u.window_days, -1)
    where not u.alone and u.state = 'measured'
)
select cast(k.cell as integer) as cell, cast(u.person as integer) as person, u.amount, u.number
from placed as u
inner join outcomes.measure_group as g
    on g.measure = u.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by)
inner join outcomes.cell_group as k
    on
        k.series = u.series and k.group_by = g.group_by
        and k.group_value = case g.group_by
            when 'all' then ''
            when 'partner' then u.partner
            when 'prison' then u.prison
            when 'quarter' then u.quarter
            when 'planned' then u.planned
            when 'drug_user' then u.drug_user
            else u.detail
        end;

-- A row is one group of one series: distinct persons and sums of squares over people with several units.
create or replace table outcomes.shared_cell as
with per_person as (
    select cell, person, sum(amount) as n, sum(number) as x from outcomes.shared_unit group by cell, person
    union all
    select cell, person, n, x from outcomes.shared_member
)
select
    cell,
    count(case when n > 0 then 1 end) as persons,
    count(case when x > 0 then 1 end) as numerator_persons,
    count(case when n > x then 1 end) as complement_persons,
    cast(sum(x * x) as double) as xx,
    cast(sum(x * n) as double) as xn,
    cast(sum(n * n) as double) as nn
from per_person
group by cell;

-- A row is one group of one process series: its distinct workers.
create or replace table outcomes.worker_cell as
with seen as (
    select distinct
        u.measure, u.component, u.cohort, u.cell_set, u.window_days, u.scope, u.partner, u.prison, u.quarter, u.planned,
        u.drug_user, u.detail_by, u.detail, u.worker
    from outcomes.unit_row as u
    where u.worker is not null and u.state = 'measured'
)
select
    c.series, g.group_by,
    case g.group_by
        when 'all' then ''
        when 'partner' then u.partner
        when 'prison' then u.prison
        when 'quarter' then u.quarter
        when 'planned' then u.planned
        when 'drug_user' then u.drug_user
        else u.detail
    end as group_value,
    count(distinct u.worker) as workers
from seen as u
inner join outcomes.cell_series as c
    on
        c.measure = u.measure and c.component = u.component and c.cohort = u.cohort and c.cell_set = u.cell_set
        and coalesce(c.window_days, -1) = coalesce(u.window_days, -1)
inner join outcomes.measure_group as g
    on g.measure = u.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by)
group by 1, 2, 3;

-- A row is one group of one series of medians (or of the value that nine in ten stay under), between the two values
-- nearest to its place in the order.
create or replace table outcomes.median_cell as
with placed as (
    select
        c.series, g.group_by, u.size,
        case g.group_by
            when 'all' then ''
            when 'partner' then u.partner
            when 'prison' then u.prison
            when 'quarter' then u.quarter
            when 'planned' then u.planned
            when 'drug_user' then u.drug_user
            else u.detail
        end as group_value,
        cast(case when c.component = 'upper_tenth' then 0.9 else 0.5 end as double) as share
    from outcomes.unit_row as u
    inner join outcomes.cell_series as c
        on
            c.measure = u.measure and c.component = u.component and c.cohort = u.cohort and c.cell_set = u.cell_set
            and coalesce(c.window_days, -1) = coalesce(u.window_days, -1)
    inner join outcomes.measure_group as g
        on g.measure = u.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by)
    where u.size is not null and u.state = 'measured'
),
ordered as (
    select
        *,
        row_number() over (partition by series, group_by, group_value order by size) - 1 as rank,
        (count(*) over (partition by series, group_by, group_value) - 1) * share as place
    from placed
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
        u.series, u.group_by, u.group_value,
        min(case when u.state = 'measured' then u.quarter_from end) as period_from,
        max(case when u.state = 'measured' then u.quarter_to end) as period_to,
        cast(sum(case when u.state = 'measured' then u.n else 0 end) as bigint) as n,
        cast(sum(case when u.state = 'measured' then u.x else 0 end) as bigint) as x,
        cast(sum(case when u.state = 'measured' then u.possible else 0 end) as bigint) as possible,
        cast(sum(case when u.state = 'measured' then u.unobserved else 0 end) as bigint) as unobserved,
        cast(sum(case when u.state = 'too_early' then u.n else 0 end) as bigint) as too_early,
        cast(sum(case when u.lone and u.state = 'measured' then u.persons else 0 end) as bigint) as persons,
        cast(sum(case when u.lone and u.state = 'measured' then u.numerator_persons else 0 end) as bigint) as numerator_persons,
        cast(sum(case when u.lone and u.state = 'measured' then u.complement_persons else 0 end) as bigint) as complement_persons,
        cast(sum(case when u.lone and u.state = 'measured' then u.xx else 0 end) as double) as xx,
        cast(sum(case when u.lone and u.state = 'measured' then u.xn else 0 end) as double) as xn,
        cast(sum(case when u.lone and u.state = 'measured' then u.nn else 0 end) as double) as nn,
        min(u.covered_to) as covered_to
    from outcomes.cube_group as u
    where u.group_value is not null
    group by u.series, u.group_by, u.group_value
),
summed as (
    select
        c.measure, c.component, c.cohort, c.cell_set, c.window_days, c.unit, c.value_kind, c.per, c.process,
        u.group_by, u.group_value, u.period_from, u.period_to, u.n, u.x, u.possible, u.unobserved, u.too_early,
        u.persons + coalesce(h.persons, 0) as persons,
        u.numerator_persons + coalesce(h.numerator_persons, 0) as numerator_persons,
        u.complement_persons + coalesce(h.complement_persons, 0) as complement_persons,
        u.xx + coalesce(h.xx, 0) as xx,
        u.xn + coalesce(h.xn, 0) as xn,
        u.nn + coalesce(h.nn, 0) as nn,
        u.covered_to,
        m.middle,
        w.workers,
        case when u.n > 0 or u.x > 0 then 'measured' when u.too_early > 0 then 'too_early' else 'not_collected' end as status
    from counted as u
    inner join outcomes.cell_series as c on c.series = u.series
    inner join outcomes.cell_group as k
        on k.series = u.series and k.group_by = u.group_by and k.group_value = u.group_value
    left join outcomes.shared_cell as h on h.cell = k.cell
    left join outcomes.median_cell as m
        on m.series = u.series and m.group_by = u.group_by and m.group_value = u.group_value
    left join outcomes.worker_cell as w
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
    s.too_early,
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
    null, m.unit, null, 0, null, null, null, null, 'not_collected', null
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
