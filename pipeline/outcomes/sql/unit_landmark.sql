-- A row is one programme client who is free and alive at a landmark after release (no admission to custody, death or
-- deportation on or before that day), in all groups and again by what had happened by then; the clock of return starts
-- anew at the landmark. A description: what had happened by then was nobody's draw of lots.
insert into outcomes.unit_row
with placed as (
    select
        o.release_key, m.person_id, m.partner, m.release_quarter, m.complete_to, w.measure, w.window_days,
        w.longest_days - w.window_days as landmark, w.longest_days, q.last_day,
        case k.kind when 'contact' then f.event_day else t.event_day end as event_day,
        case k.kind when 'contact' then f.unseen_day else t.unseen_day end as unseen_day,
        date_diff('day', m.start_date, o.observed_to) as last_seen, o.ended_by
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as o on o.release_id = m.member_id
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    inner join outcomes.measure_window as w on w.event in ('landmark_contact', 'landmark_treatment')
    inner join (select 'contact' as kind union all select 'treatment') as k on w.event = 'landmark_' || k.kind
    left join outcomes.first_per_release as f on f.release_key = o.release_key and f.kind = 'contact'
    left join outcomes.first_per_release as t on t.release_key = o.release_key and t.kind = 'treatment'
    where m.cohort = 'programme'
),
free as (
    select
        p.*,
        case when r.event_day <= p.longest_days then 1 else 0 end as number,
        case when r.unclear_day <= p.longest_days or r.unseen_day <= p.longest_days or d.release_key is not null
            then 1 else 0 end as doubt,
        case when r.unseen_day <= p.longest_days then 1 else 0 end as unseen,
        case
            when p.event_day <= p.landmark then 'by_then'
            when p.unseen_day <= p.landmark then 'unknown'
            else 'not_by_then'
        end as landmark_state
    from placed as p
    left join outcomes.first_per_release as c on c.release_key = p.release_key and c.kind = 'return_to_custody'
    left join outcomes.first_per_release as r on r.release_key = p.release_key and r.kind = 'return_to_prison'
    left join (
        select distinct e.release_key, w.longest_days
        from outcomes.event_per_release as e
        inner join outcomes.measure_window as w on w.event in ('landmark_contact', 'landmark_treatment')
        where
            e.kind = 'return_to_prison' and e.status = 'pending' and e.days <= w.longest_days
            and coalesce(e.until_days, w.longest_days + 1) > w.longest_days
    ) as d on d.release_key = p.release_key and d.longest_days = p.longest_days
    where
        coalesce(c.event_day, p.landmark + 1) > p.landmark
        and (p.ended_by = 'end_of_observation' or p.last_seen > p.landmark)
),
scoped as (
    select *, 'groups' as scope from free
    union all
    select *, 'detail' from free
)
select
    s.measure, '', 'programme', 'own', s.window_days, s.scope, s.person_id,
    case
        when not coalesce(d.delivers, true) then 'not_collected'
        when date_diff('day', s.last_day, s.complete_to) >= s.longest_days then 'measured'
        else 'too_early'
    end,
    1, s.number, s.doubt * (1 - s.number), s.unseen * (1 - s.number), null, null, null, s.release_quarter, null, null,
    case s.scope when 'detail' then 'landmark' end, case s.scope when 'detail' then s.landmark_state end, null,
    s.complete_to, true
from scoped as s
left join outcomes.partner_measure as d on d.measure = s.measure and d.partner = s.partner;
