-- A row is one programme release, read for the work done in the 60 days before it and for documents at release. What the
-- client's partner could not show (its data do not cover the days) stays in doubt.
insert into outcomes.unit_row
with member as (
    select m.*, r.spell_admission_date, q.last_day
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as r on r.release_id = m.member_id
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    where m.cohort = 'programme'
),
contact as (
    select m.member_id, count(*) as contacts
    from member as m
    inner join outcomes.activity as a
        on a.person_id = m.person_id and a.date >= m.start_date - interval 60 day and a.date < m.start_date
    where
        a.kind = 'service' and a.direct and a.attendance = 'attended' and a.recipient in ('client', 'client_and_family')
    group by m.member_id
),
situation as (
    select
        m.member_id,
        s.documents,
        row_number() over (partition by m.member_id order by s.status_date desc, s.partner, s.status_id desc) as age
    from member as m
    cross join outcomes.study as y
    inner join core.living_status as s
        on
            s.person_id = m.person_id and s.status_date >= m.spell_admission_date
            and s.status_date <= m.start_date + interval 7 day and s.status_date <= y.as_of
),
reading as (
    select
        'pre_release_contacts' as measure, m.member_id, case when c.contacts >= 2 then 1 else 0 end as number,
        0 as unknown, 60 as days_before, -1 as days_after, 0 as longest_days
    from member as m
    left join contact as c on c.member_id = m.member_id
    union all
    select
        'documents_at_release', m.member_id, case when s.documents = 'yes' then 1 else 0 end,
        case when s.documents in ('yes', 'no') then 0 else 1 end, 0, 7, 7
    from member as m
    left join situation as s on s.member_id = m.member_id and s.age = 1
),
judged as (
    select
        r.*,
        p.delivers,
        case
            when r.number = 1 then 0
            when p.covered_from > m.start_date - r.days_before or p.covered_to < m.start_date + r.days_after then 1
            else 0
        end as unseen
    from reading as r
    inner join member as m on m.member_id = r.member_id
    left join outcomes.partner_measure as p on p.measure = r.measure and p.partner = m.partner
)
select
    r.measure, '', m.cohort, 'own', null, 'groups', m.person_id,
    case
        when not coalesce(r.delivers, true) then 'not_collected'
        when date_diff('day', m.last_day, m.complete_to) >= r.longest_days then 'measured'
        else 'too_early'
    end,
    1, r.number, greatest(r.unseen, r.unknown), r.unseen, null,
    m.partner, m.prison, m.release_quarter, m.planned, null, null, null, m.case_manager_id, m.complete_to, true
from judged as r
inner join member as m on m.member_id = r.member_id;

-- A row is one release in one stretch of days after it: its days at liberty (up to the first new admission), and a death
-- on one of them. Internal.
insert into outcomes.unit_row
with seen as (
    select
        max(c.covered_from) as seen_from, least(min(c.covered_to), max(y.as_of)) as seen_to
    from core.coverage as c
    cross join outcomes.study as y
    where c.table_name = 'death'
),
member as (
    select
        m.*, q.last_day,
        date_diff('day', m.start_date, o.observed_to) as last_seen,
        o.ended_by,
        f.event_day as back_day,
        case when s.seen_to < m.complete_to then s.seen_to else m.complete_to end as death_to,
        s.seen_from,
        count(*) over (partition by m.cohort, m.person_id) = 1 as only_one
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as o on o.release_id = m.member_id
    left join outcomes.first_per_release as f on f.release_key = o.release_key and f.kind = 'return_to_custody'
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    inner join seen as s on s.seen_from is not null
    where m.cohort in ('programme', 'all_releases')
),
exposed as (
    select m.*, least(m.last_seen, coalesce(m.back_day - 1, m.last_seen)) as free_to from member as m
)
select
    'post_release_death', b.component, e.cohort, 'own', null, 'groups', e.person_id,
    case
        when e.seen_from > e.start_date then 'not_collected'
        when date_diff('day', e.last_day, e.death_to) >= b.last_day then 'measured'
        else 'too_early'
    end,
    greatest(least(e.free_to, b.last_day) - b.first_day + 1, 0),
    case
        when e.ended_by = 'death' and e.free_to = e.last_seen and e.free_to between b.first_day and b.last_day then 1
        else 0
    end,
    0, 0, null, null, null, e.release_quarter, null, null, null, null, null, e.death_to, e.only_one
from exposed as e
cross join outcomes.death_band as b;
