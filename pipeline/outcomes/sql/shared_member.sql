-- A row is one person with several releases in one cell of a measure after release: how many count there (n), and with how
-- many events (x).
create or replace table outcomes.shared_member as
with member as (
    select
        m.cohort, m.member_id, m.partner, m.prison, m.release_quarter as quarter, m.planned, m.drug_user, m.complete_to,
        p.number as person, q.last_day, x.sieve is null as alone_in_prison, y.sieve is null as alone_in_quarter
    from outcomes.cohort_member as m
    inner join outcomes.several as a on a.group_by = 'all' and a.cohort = m.cohort and a.sieve = hash(m.person_id)
    inner join (
        select person_id, row_number() over (order by person_id) as number
        from (select distinct person_id from outcomes.cohort_member) as everybody
    ) as p on p.person_id = m.person_id
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    left join outcomes.several as x
        on x.group_by = 'prison' and x.cohort = m.cohort and x.sieve = hash(m.person_id, m.prison)
    left join outcomes.several as y
        on y.group_by = 'quarter' and y.cohort = m.cohort and y.sieve = hash(m.person_id, m.release_quarter)
),
followed as (
    select m.*, c.kind, c.subset, e.window_days as event_window, f.reason, k.seen_to
    from member as m
    inner join outcomes.kind_scope as c on c.cohort = m.cohort
    inner join outcomes.event_kind as k on k.kind = c.kind
    inner join outcomes.first_per_release as f on f.release_id = m.member_id and f.kind = c.kind
    left join outcomes.release_subset as b on b.subset = c.subset and b.release_id = m.member_id
    left join outcomes.day_window as e on e.kind = f.kind and e.day = f.event_day
    where c.subset = '' or b.release_id is not null
),
placed as (
    select
        c.series, g.group_by, u.person,
        case g.group_by
            when 'all' then ''
            when 'quarter' then u.quarter
            when 'reason' then r.cause
            when 'partner' then case when w.broken_down then u.partner end
            when 'prison' then case when w.broken_down then u.prison end
            when 'planned' then case when w.broken_down then u.planned end
            when 'drug_user' then case when w.broken_down then u.drug_user end
        end as group_value,
        case
            when w.measure = 'return_frequency' then coalesce(z.number, 0)
            when u.event_window <= w.window_days and (r.cause is null or r.cause = u.reason) then 1
            else 0
        end as number
    from followed as u
    inner join outcomes.measure_scope as s on s.cohort = u.cohort and s.subset = u.subset
    inner join outcomes.measure_window as w on w.measure = s.measure and w.event = u.kind
    inner join outcomes.cell_series as c
        on
            c.measure = w.measure and c.component = '' and c.cohort = u.cohort and c.cell_set = w.cell_set
            and c.window_days = w.window_days
    inner join outcomes.measure_group as g
        on
            g.measure = w.measure
            and (g.scope = 'groups' or (g.group_by = 'reason' and w.measure = 'cause_of_return'))
    left join outcomes.cause as r on g.group_by = 'reason'
    left join outcomes.event_count as z
        on
            z.release_id = u.member_id and z.kind = u.kind and z.window_days = w.window_days
            and w.measure = 'return_frequency'
    left join outcomes.partner_measure as d on d.measure = w.measure and d.partner = u.partner
    where
        coalesce(d.delivers, true)
        and date_diff('day', u.last_day, least(u.complete_to, coalesce(u.seen_to, u.complete_to))) >= w.longest_days
        and (
            w.measure = 'return_frequency'
            or case g.group_by when 'prison' then not u.alone_in_prison when 'quarter' then not u.alone_in_quarter else true end
        )
)
select cast(k.cell as integer) as cell, cast(u.person as integer) as person, count(*) as n, sum(u.number) as x
from placed as u
inner join outcomes.cell_group as k
    on k.series = u.series and k.group_by = u.group_by and k.group_value = u.group_value
group by k.cell, u.person;
