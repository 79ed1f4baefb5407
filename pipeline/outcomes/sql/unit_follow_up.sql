-- A row is one cohort member in one window of one measure of events after release. The window counts when its whole
-- release quarter can be complete; a doubt counts as possible where no event is confirmed.
insert into outcomes.unit
with judged as (
    select
        w.measure,
        f.cohort,
        w.cell_set,
        w.window_days,
        w.longest_days,
        f.member_id,
        max(case when f.status = 'event' and f.days <= w.window_days then 1 else 0 end) as number,
        max(case
            when f.status in ('unclassifiable', 'unobserved') and f.days <= w.window_days then 1
            when
                f.status = 'pending' and f.days <= w.window_days
                and coalesce(f.until_days, w.window_days + 1) > w.window_days then 1
            else 0
        end) as doubt,
        max(case when f.status = 'unobserved' and f.days <= w.window_days then 1 else 0 end) as unseen
    from outcomes.follow_up as f
    inner join outcomes.measure_window as w on w.event = f.kind
    inner join outcomes.measure_scope as c on c.measure = w.measure and c.cohort = f.cohort
    group by w.measure, f.cohort, w.cell_set, w.window_days, w.longest_days, f.member_id
)
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'groups', m.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when date_diff('day', q.last_day, m.complete_to) >= j.longest_days then 'measured'
        else 'too_early'
    end,
    1, j.number, j.doubt * (1 - j.number), j.unseen * (1 - j.number), null,
    m.partner, m.prison, m.release_quarter, m.planned, m.drug_user, null, null, null, m.complete_to
from judged as j
inner join outcomes.cohort_member as m on m.cohort = j.cohort and m.member_id = j.member_id
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
left join outcomes.partner_measure as p on p.measure = j.measure and p.partner = m.partner;
