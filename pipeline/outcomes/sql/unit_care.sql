-- A row is one treatment, hand-over or transfer in one window of its measure. The window counts when that of everybody who
-- began in the same quarter can be complete.
insert into outcomes.unit_row
select
    w.measure, '', 'programme', w.cell_set, w.window_days, 'groups', u.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when date_diff('day', u.last_day, u.covered_to) >= w.longest_days then 'measured'
        else 'too_early'
    end,
    1,
    case when o.status = 'event' and o.days <= w.window_days then 1 else 0 end,
    case when (o.status <> 'event' or o.days > w.window_days) and o.unseen_day <= w.window_days then 1 else 0 end,
    case when (o.status <> 'event' or o.days > w.window_days) and o.unseen_day <= w.window_days then 1 else 0 end,
    null, u.partner, u.prison, u.quarter, u.planned, null, null, null, u.case_manager_id, u.covered_to,
    count(*) over (partition by w.measure, w.cell_set, w.window_days, u.person_id) = 1
from outcomes.care_unit as u
inner join outcomes.care_outcome as o on o.kind = u.kind and o.member_id = u.member_id
inner join outcomes.measure_window as w on w.event = u.kind
left join outcomes.partner_measure as p on p.measure = w.measure and p.partner = u.partner;
