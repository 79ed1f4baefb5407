-- A row is one release and one kind of event: the first day of a confirmed event, and the days from which it is in doubt.
create or replace table outcomes.first_per_release as
select
    release_id,
    kind,
    min(case when status = 'event' then days end) as event_day,
    min(case when status = 'unclassifiable' then days end) as unclear_day,
    min(case when status = 'unobserved' then days end) as unseen_day
from outcomes.event_per_release
group by release_id, kind;

-- A row is one release, one kind of event and one window on whose last day a stay on remand is pending.
create or replace table outcomes.pending_per_window as
select distinct e.release_id, e.kind, w.window_days
from outcomes.event_per_release as e
inner join (select distinct event, window_days from outcomes.measure_window) as w
    on
        w.event = e.kind and e.days <= w.window_days
        and coalesce(e.until_days, w.window_days + 1) > w.window_days
where e.status = 'pending';

-- A row is one cohort member in one window of one measure of events after release. The window counts when its whole
-- release quarter can be complete; a doubt counts as possible where no event is confirmed.
insert into outcomes.unit
with member as (
    select m.*, count(*) over (partition by m.cohort, m.person_id) = 1 as alone, q.last_day
    from outcomes.cohort_member as m
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    where m.cohort not in ('romodrom', 'family')
),
judged as (
    select
        w.measure, w.cell_set, w.window_days, w.longest_days, m.*,
        case when f.event_day <= w.window_days then 1 else 0 end as number,
        case
            when f.unclear_day <= w.window_days or f.unseen_day <= w.window_days or p.release_id is not null then 1
            else 0
        end as doubt,
        case when f.unseen_day <= w.window_days then 1 else 0 end as unseen
    from member as m
    inner join outcomes.measure_scope as c on c.cohort = m.cohort
    inner join outcomes.measure_window as w on w.measure = c.measure
    inner join outcomes.first_per_release as f on f.release_id = m.member_id and f.kind = w.event
    left join outcomes.pending_per_window as p
        on p.release_id = m.member_id and p.kind = w.event and p.window_days = w.window_days
)
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'groups', j.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when date_diff('day', j.last_day, j.complete_to) >= j.longest_days then 'measured'
        else 'too_early'
    end,
    1, j.number, j.doubt * (1 - j.number), j.unseen * (1 - j.number), null,
    j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, null, null, null, j.complete_to, j.alone
from judged as j
left join outcomes.partner_measure as p on p.measure = j.measure and p.partner = j.partner;
