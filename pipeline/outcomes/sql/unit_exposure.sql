-- A row is one release in one window: its days at liberty (the day of release counts, days in custody, after death or after
-- deportation do not). A person may be in custody and free again several times.
create or replace table outcomes.exposure as
with held as (
    select
        o.release_id,
        date_diff('day', o.release_date, s.admission_date) as held_from,
        date_diff('day', o.release_date, case
            when s.release_date <= o.observed_to then s.release_date else cast(o.observed_to + interval 1 day as date)
        end) as held_before
    from outcomes.release_seen as o
    inner join core.spell as s
        on
            s.person_id = o.person_id and s.spell_number > o.spell_number and s.admission_date > o.release_date
            and s.admission_date <= o.observed_to
),
window_of as (
    select distinct window_days from outcomes.measure_window where event = 'exposure'
),
lost as (
    select
        h.release_id, w.window_days,
        sum(greatest(least(h.held_before, w.window_days) - least(h.held_from, w.window_days), 0)) as held_days
    from held as h
    cross join window_of as w
    group by h.release_id, w.window_days
)
select
    o.release_id, w.window_days,
    cast(
        least(date_diff('day', o.release_date, o.observed_to) + 1, w.window_days) - coalesce(l.held_days, 0) as bigint
    ) as free_days,
    o.conflict
from outcomes.release_seen as o
cross join window_of as w
left join lost as l on l.release_id = o.release_id and l.window_days = w.window_days;

-- A row is one release in one window: under each definition its later times in custody with a return over its days at
-- liberty; and of the days of the window those at liberty, and those before the first return to prison.
insert into outcomes.unit_row
with member as (
    select
        m.cohort, m.member_id, m.person_id, m.release_quarter, m.complete_to, w.measure, w.window_days, e.free_days,
        r.release_key, least(coalesce(f.event_day, w.window_days), w.window_days) as days_before_return,
        case when e.conflict then 1 else 0 end as conflict,
        case when date_diff('day', q.last_day, m.complete_to) >= w.longest_days then 'measured' else 'too_early' end
            as state,
        count(*) over (partition by m.cohort, m.person_id, w.window_days) = 1 as alone
    from outcomes.cohort_member as m
    inner join outcomes.measure_window as w on w.event = 'exposure'
    inner join outcomes.measure_scope as s on s.measure = w.measure and s.cohort = m.cohort
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    inner join outcomes.exposure as e on e.release_id = m.member_id and e.window_days = w.window_days
    inner join outcomes.release_seen as r on r.release_id = m.member_id
    left join outcomes.first_per_release as f on f.release_key = r.release_key and f.kind = 'return_to_prison'
),
returned as (
    select e.release_key, e.kind, w.window_days, count(*) as returns
    from outcomes.event_per_release as e
    inner join outcomes.measure_window as w on w.event = 'exposure' and e.days <= w.window_days
    where e.status = 'event'
    group by e.release_key, e.kind, w.window_days
),
counted as (
    select m.*, p.component, m.free_days as amount, coalesce(r.returns, 0) as number, m.conflict as doubt
    from member as m
    inner join outcomes.return_part as p on p.measure = m.measure
    left join outcomes.release_subset as s on s.subset = p.subset and s.release_key = m.release_key
    left join returned as r
        on r.release_key = m.release_key and r.kind = p.kind and r.window_days = m.window_days
    where p.subset = '' or s.release_key is not null
    union all
    select m.*, 'days_free', m.window_days, m.free_days, m.conflict * (m.window_days - m.free_days) from member as m
    union all
    select
        m.*, 'days_before_return', m.window_days, m.days_before_return,
        m.conflict * (m.window_days - m.days_before_return)
    from member as m
)
select
    m.measure, m.component, m.cohort, 'own', m.window_days, 'groups', m.person_id, m.state, m.amount, m.number,
    m.doubt, m.doubt, null, null, null, m.release_quarter, null, null, null, null, null, m.complete_to, m.alone
from counted as m;

-- A row is one release: how many offences within the window after it led to a conviction in time; and one such conviction,
-- however late, with the days from offence to conviction.
insert into outcomes.unit_row
with member as (
    select
        m.cohort, m.release_key as member_id, m.person_id, m.release_date as start_date, m.release_quarter,
        m.covered_to as complete_to, w.measure, w.window_days, w.longest_days, k.seen_to, k.seen_from, m.observed_to,
        case
            when date_diff('day', q.last_day, least(m.covered_to, k.seen_to)) >= w.longest_days then 'measured'
            else 'too_early'
        end as state
    from outcomes.release_member as m
    inner join outcomes.measure_window as w on w.event = 'conviction'
    inner join outcomes.measure_scope as s on s.measure = w.measure and s.cohort = m.cohort
    inner join outcomes.event_kind as k
        on k.kind = case w.measure when 'reconviction_2y_frequency' then 'reconviction_2y_nordic' else 'reconviction_1y' end
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
),
offence as (
    select
        m.cohort, m.member_id, m.measure, c.offence_date,
        min(c.conviction_date) as conviction_date
    from member as m
    inner join core.conviction as c on c.person_id = m.person_id
    where
        c.offence_date > m.start_date and c.offence_date <= m.observed_to and c.conviction_date <= m.seen_to
        and date_diff('day', m.start_date, c.offence_date) <= m.window_days
        and (
            m.measure <> 'reconviction_2y_frequency'
            or c.sanction in ('prison', 'house_arrest', 'community_service', 'suspended_supervised')
        )
    group by m.cohort, m.member_id, m.measure, c.offence_date
),
undated as (
    select distinct m.cohort, m.member_id, m.measure
    from member as m
    inner join core.conviction as c on c.person_id = m.person_id
    where
        c.conviction_date > m.start_date and c.conviction_date <= m.seen_to
        and date_diff('day', m.start_date, c.conviction_date) <= m.longest_days
        and case
            when m.measure <> 'reconviction_2y_frequency' then c.offence_date is null
            when c.sanction is null
                then
                    c.offence_date is null
                    or (c.offence_date > m.start_date and c.offence_date <= m.observed_to)
            else
                c.offence_date is null
                and c.sanction in ('prison', 'house_arrest', 'community_service', 'suspended_supervised')
        end
)
select
    m.measure, '', m.cohort, 'own', m.window_days, 'groups', m.person_id, m.state, 1,
    count(case when date_diff('day', m.start_date, f.conviction_date) <= m.longest_days then 1 end),
    max(case when u.member_id is not null or m.seen_from > m.start_date then 1 else 0 end),
    max(case when m.seen_from > m.start_date then 1 else 0 end), null, null, null, m.release_quarter, null, null, null, null,
    null, m.complete_to, false
from member as m
left join offence as f on f.cohort = m.cohort and f.member_id = m.member_id and f.measure = m.measure
left join undated as u on u.cohort = m.cohort and u.member_id = m.member_id and u.measure = m.measure
where m.measure <> 'proof_time'
group by m.measure, m.cohort, m.window_days, m.member_id, m.person_id, m.state, m.release_quarter, m.complete_to
union all
select
    m.measure, c.component, m.cohort, 'own', m.window_days, 'groups', m.person_id, m.state, 1, 1, 0, 0,
    date_diff('day', f.offence_date, f.conviction_date), null, null, m.release_quarter, null, null, null, null, null,
    m.complete_to, false
from member as m
inner join outcomes.measure_component as c on c.measure = m.measure
inner join offence as f on f.cohort = m.cohort and f.member_id = m.member_id and f.measure = m.measure
where m.measure = 'proof_time';
