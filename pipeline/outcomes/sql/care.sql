-- A row is one unit of care with a day 0 of its own: the first treatment outside prison after a programme member's release
-- (engagement: started or gone on with; retention: started), a hand-over due, a transfer to another prison with the case
-- open. observed_to is custody's last day, or death or deportation before it (for a transfer: release, death or deportation).
create or replace table outcomes.care_unit as
with member as (
    select
        m.member_id, m.person_id, m.start_date as release_date, m.partner, m.prison, m.planned, m.case_manager_id,
        o.observed_to, o.covered_to, o.ended_by
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as o on o.release_id = m.member_id
    where m.cohort = 'programme'
),
treated as (
    select
        m.member_id, 'started' as how, t.start_date as day, t.partner, t.treatment_id, t.treatment_type,
        t.start_date, t.end_date_exclusive
    from member as m
    inner join core.treatment as t
        on
            t.person_id = m.person_id and t.start_date between m.release_date and m.observed_to
            and date_diff('day', m.release_date, t.start_date) <= 90
    where t.setting = 'community' and t.treatment_type <> 'aftercare'
    union all
    select
        m.member_id, 'went_on', s.service_date, t.partner, t.treatment_id, t.treatment_type, t.start_date,
        t.end_date_exclusive
    from member as m
    inner join core.treatment as t on t.person_id = m.person_id and t.start_date < m.release_date
    inner join core.service as s
        on
            s.partner = t.partner and s.treatment_id = t.treatment_id
            and s.service_date between m.release_date and m.observed_to
            and date_diff('day', m.release_date, s.service_date) <= 90
    where t.setting = 'community' and t.treatment_type <> 'aftercare' and s.attendance = 'attended'
),
ordered as (
    select
        *,
        row_number() over (partition by member_id order by day, how, partner, treatment_id) as place,
        row_number() over (partition by member_id, how order by day, partner, treatment_id) as place_of_kind
    from treated
),
moved as (
    select
        s.stay_id, s.person_id, s.admission_date, s.prison, s.spell_number,
        lag(s.prison) over (partition by s.person_id, s.spell_number order by s.position) as prison_before
    from core.stay as s
),
ended as (
    select
        s.person_id, s.spell_number, s.release_date as day,
        case when s.release_kind in ('sentence', 'remand') then 'release' else s.release_reason end as how
    from core.spell as s
    cross join outcomes.study as y
    where s.release_date <= y.covered_to
        and (s.release_kind in ('sentence', 'remand') or s.release_reason in ('death', 'deportation'))
),
open_case as (
    select
        x.stay_id, x.partner, x.case_id, x.case_manager_id,
        row_number() over (partition by x.stay_id order by x.agreement_date desc, x.partner, x.case_id) as newness
    from (
        select
            v.stay_id, v.admission_date, c.partner, c.case_id, c.case_manager_id, c.agreement_date, k.end_date,
            k.agreement_end_planned, max(d.service_date) as last_contact
        from moved as v
        inner join outcomes.case_period as c
            on
                c.person_id = v.person_id and c.programme = 'through_the_gate'
                and c.agreement_date <= v.admission_date
        inner join core."case" as k on k.partner = c.partner and k.case_id = c.case_id
        left join outcomes.case_contact as d
            on d.partner = c.partner and d.case_id = c.case_id and d.service_date <= v.admission_date
        where v.prison <> v.prison_before
        group by
            v.stay_id, v.admission_date, c.partner, c.case_id, c.case_manager_id, c.agreement_date, k.end_date,
            k.agreement_end_planned
    ) as x
    where
        x.admission_date <= coalesce(x.end_date, date '9999-12-31')
        and x.admission_date <= coalesce(x.agreement_end_planned + interval 30 day, date '9999-12-31')
        and (
            x.admission_date <= coalesce(x.last_contact, x.agreement_date) + interval 180 day
            or x.partner not in (select source from core.coverage where table_name = 'service')
        )
),
unit as (
    select
        'engagement' as kind, m.member_id, m.person_id, t.day as start_date, m.partner, m.prison, m.planned,
        m.case_manager_id, t.partner as other_partner, t.treatment_id, t.treatment_type, t.start_date as treatment_start,
        t.end_date_exclusive, m.observed_to, m.covered_to, m.ended_by
    from member as m
    inner join ordered as t on t.member_id = m.member_id and t.place = 1
    union all
    select
        'retention', m.member_id, m.person_id, t.day, m.partner, m.prison, m.planned, m.case_manager_id, t.partner,
        t.treatment_id, t.treatment_type, t.start_date, t.end_date_exclusive, m.observed_to, m.covered_to, m.ended_by
    from member as m
    inner join ordered as t on t.member_id = m.member_id and t.how = 'started' and t.place_of_kind = 1
    union all
    select
        'hand_over', h.partner || '/' || h.case_id, h.person_id, h.due_date, h.partner, null, null, h.case_manager_id,
        h.to_partner, h.region, null, null, null, y.covered_to, y.covered_to, 'end_of_observation'
    from core.hand_over as h
    inner join outcomes.case_period as c on c.partner = h.partner and c.case_id = h.case_id
    cross join outcomes.study as y
    union all
    select
        'transfer', v.stay_id, v.person_id, v.admission_date, c.partner, coalesce(v.prison, 'unknown'), null,
        c.case_manager_id, null, null, null, null, e.day, coalesce(e.day, y.covered_to), y.covered_to,
        coalesce(e.how, 'end_of_observation')
    from moved as v
    inner join open_case as c on c.stay_id = v.stay_id and c.newness = 1
    cross join outcomes.study as y
    left join ended as e on e.person_id = v.person_id and e.spell_number = v.spell_number
)
select u.*, q.quarter, q.last_day
from unit as u
cross join outcomes.study as y
inner join outcomes.calendar_quarter as q on u.start_date between q.first_day and q.last_day
where u.start_date <= y.last_day and u.start_date <= u.covered_to;

-- A row is one partner that may receive a client: the one named, else every other one that serves the client's region (any
-- other one, where the region is not known). Of a provider outside the project nothing is known.
create or replace table outcomes.receiver as
select u.member_id, u.other_partner as partner
from outcomes.care_unit as u
where u.kind = 'hand_over' and u.other_partner is not null and u.other_partner <> 'outside_provider'
union all
select distinct u.member_id, a.partner
from outcomes.care_unit as u
inner join core.service_area as a
    on
        a.partner <> u.partner and a.region = u.treatment_id and u.start_date >= a.valid_from
        and u.start_date < coalesce(a.valid_to, date '9999-12-31')
where u.kind = 'hand_over' and u.other_partner is null
union all
select u.member_id, p.partner
from outcomes.care_unit as u
inner join (select distinct partner from outcomes.partner_table where table_name = 'service') as p
    on p.partner <> u.partner
where u.kind = 'hand_over' and u.other_partner is null and coalesce(u.treatment_id, 'unknown') = 'unknown';

-- A row is one unit: the days on which everybody whose records could show its event has been seen. blind: somebody who
-- ought to show it delivers nothing, or nobody in the project can.
create or replace table outcomes.care_seen as
with needed as (
    select kind, member_id, partner, true as own from outcomes.care_unit where kind in ('engagement', 'retention', 'transfer')
    union
    select kind, member_id, other_partner, true from outcomes.care_unit where kind in ('engagement', 'retention')
    union
    select u.kind, u.member_id, c.partner, false
    from outcomes.care_unit as u
    inner join core."case" as c
        on
            c.person_id = u.person_id and c.agreement_date <= u.start_date
            and coalesce(c.end_date, u.start_date) >= u.start_date
    where u.kind in ('engagement', 'retention', 'transfer')
    union
    select 'hand_over', member_id, partner, true from outcomes.receiver
),
asked as (
    select event, table_name, count(*) over (partition by event) as tables
    from (
        select distinct w.event, t.table_name
        from outcomes.measure_table as t
        inner join outcomes.measure_window as w on w.measure = t.measure
        where w.event in ('engagement', 'retention', 'transfer', 'hand_over') and not t.national
    ) as x
),
shown as (
    select a.event, t.partner, max(t.covered_from) as covered_from, min(t.covered_to) as covered_to
    from asked as a
    inner join outcomes.partner_table as t on t.table_name = a.table_name
    group by a.event, t.partner, a.tables
    having count(*) = a.tables
)
select
    u.kind,
    u.member_id,
    count(n.partner) = 0 or count(case when n.own and p.partner is null then 1 end) > 0 as blind,
    max(p.covered_from) as seen_from,
    min(p.covered_to) as seen_to
from outcomes.care_unit as u
left join needed as n on n.kind = u.kind and n.member_id = u.member_id
left join shown as p on p.partner = n.partner and p.event = u.kind
group by u.kind, u.member_id;

-- A row is one unit and one thing that may end its follow-up: an event, a competing event, the end of what was seen.
create or replace table outcomes.care_candidate as
with further as (
    select
        u.member_id, s.service_date,
        row_number() over (partition by u.member_id order by s.service_date, s.service_id) as number
    from outcomes.care_unit as u
    inner join core.service as s
        on
            s.partner = u.other_partner and s.treatment_id = u.treatment_id and s.service_date > u.start_date
            and s.service_date <= u.observed_to
    where u.kind = 'engagement' and s.attendance = 'attended'
),
course as (
    select
        u.member_id, u.start_date, c.end_date_exclusive as end_date, c.end_reason,
        date_diff('day', c.end_date_exclusive, least(u.covered_to, coalesce(k.seen_to, u.covered_to))) >= 7 as confirmed
    from outcomes.care_unit as u
    inner join core.treatment_course as c
        on c.person_id = u.person_id and u.start_date between c.start_date and c.last_start_date
    inner join outcomes.care_seen as k on k.kind = u.kind and k.member_id = u.member_id
    where u.kind = 'retention' and c.end_date_exclusive <= u.observed_to
),
contact as (
    select person_id, partner, date
    from outcomes.activity
    where
        kind = 'service' and direct and attendance = 'attended' and recipient in ('client', 'client_and_family')
)
select 'engagement' as kind, u.member_id, date_diff('day', u.start_date, f.service_date) as days, 'event' as status,
    'attended' as reason
from outcomes.care_unit as u
inner join further as f on f.member_id = u.member_id and f.number = 2
where u.kind = 'engagement'
union all
select 'engagement', u.member_id, 14, 'event', 'residential'
from outcomes.care_unit as u
inner join outcomes.care_seen as k on k.kind = u.kind and k.member_id = u.member_id
where
    u.kind = 'engagement'
    and u.treatment_type in ('residential_short', 'residential_medium', 'therapeutic_community')
    and date_diff('day', u.start_date, u.observed_to) >= 14
    and date_diff('day', u.start_date, coalesce(u.end_date_exclusive, k.seen_to)) >= 14
union all
select
    'retention', member_id, date_diff('day', start_date, end_date),
    case
        when not confirmed then 'censored'
        when end_reason in ('completed', 'imprisoned', 'died') then 'competing'
        else 'event'
    end,
    case when confirmed then end_reason else 'end_unconfirmed' end
from course
union all
select 'retention', u.member_id, date_diff('day', u.start_date, s.admission_date), 'competing', 'imprisoned'
from outcomes.care_unit as u
inner join outcomes.release_seen as o on o.release_id = u.member_id
inner join core.stay as s
    on
        s.person_id = u.person_id and s.spell_number > o.spell_number and s.admission_date >= u.start_date
        and s.admission_date <= u.observed_to
where u.kind = 'retention' and s.admission_reason not in ('transfer_in', 'return_from_absence')
union all
select 'hand_over', u.member_id, date_diff('day', u.start_date, a.date), 'event', a.partner
from outcomes.care_unit as u
inner join outcomes.receiver as r on r.member_id = u.member_id
inner join contact as a
    on a.person_id = u.person_id and a.partner = r.partner and a.date between u.start_date and u.observed_to
where u.kind = 'hand_over'
union all
select 'transfer', u.member_id, date_diff('day', u.start_date, a.date), 'event', a.partner
from outcomes.care_unit as u
inner join contact as a on a.person_id = u.person_id and a.date between u.start_date and u.observed_to
where u.kind = 'transfer'
union all
select
    u.kind, u.member_id,
    greatest(date_diff('day', u.start_date, case
        when u.kind = 'retention' and k.seen_to < u.observed_to then k.seen_to else u.observed_to
    end), 0),
    case
        when u.ended_by = 'end_of_observation' or (u.kind = 'retention' and k.seen_to < u.observed_to) then 'censored'
        else 'competing'
    end,
    case when u.kind = 'retention' and k.seen_to < u.observed_to then 'end_of_observation' else u.ended_by end
from outcomes.care_unit as u
inner join outcomes.care_seen as k on k.kind = u.kind and k.member_id = u.member_id;

-- A row is one unit: how its follow-up ended first, and from which day on an event could not have been seen (a course of
-- treatment that ended less than 7 days before its partner's records do may go on).
create or replace table outcomes.care_outcome as
with ranked as (
    select
        *,
        row_number() over (
            partition by kind, member_id
            order by days, case status when 'event' then 1 when 'competing' then 2 else 3 end, reason desc
        ) as place
    from outcomes.care_candidate
),
unseen as (
    select
        u.kind, u.member_id,
        case
            when k.blind or k.seen_from > u.start_date then 0
            when k.seen_to < u.observed_to then greatest(date_diff('day', u.start_date, k.seen_to) + 1, 0)
        end as days,
        case when k.blind then 'not_collected' else 'partner_coverage' end as reason
    from outcomes.care_unit as u
    inner join outcomes.care_seen as k on k.kind = u.kind and k.member_id = u.member_id
)
select
    u.kind, u.member_id, r.days, r.status, r.reason,
    case
        when r.status = 'competing' and s.days > r.days then null
        when r.reason = 'end_unconfirmed' then least(r.days, coalesce(s.days, r.days))
        else s.days
    end as unseen_day,
    case when r.reason = 'end_unconfirmed' then r.reason else s.reason end as unseen_reason
from outcomes.care_unit as u
inner join ranked as r on r.kind = u.kind and r.member_id = u.member_id and r.place = 1
inner join unseen as s on s.kind = u.kind and s.member_id = u.member_id;

-- A row is one unit and the end of its follow-up (number 1), or the day from which it was not seen.
insert into outcomes.follow_up_row
select
    'programme', u.member_id, u.person_id, u.kind, n.event_number, u.start_date, u.covered_to, u.observed_to,
    case n.event_number when 1 then o.days else o.unseen_day end,
    case n.event_number when 1 then o.status else 'unobserved' end,
    case n.event_number when 1 then o.reason else o.unseen_reason end,
    u.partner, u.prison, u.quarter, u.planned, null
from outcomes.care_unit as u
inner join outcomes.care_outcome as o on o.kind = u.kind and o.member_id = u.member_id
cross join (select 1 as event_number union all select 2) as n
where n.event_number = 1 or o.unseen_day is not null;
