-- A row is one client of one partner in one quarter: the client-months (denominator) and one part's contacts or minutes in
-- them (numerator), per case manager.
insert into outcomes.unit_row
with part as (
    select a.partner, m.cohort, a.person_id, m.quarter, a.case_manager_id, a.minutes,
        case
            when a.recipient = 'family' then 'family'
            when a.direct and a.recipient in ('client', 'client_and_family') then 'direct'
            else 'indirect'
        end as part
    from outcomes.activity as a
    inner join outcomes.client_month as m
        on
            m.partner = a.partner and m.person_id = a.person_id and a.date >= m.first_day and a.date < m.next_first_day
            and m.cohort = case a.programme when 'romodrom' then 'romodrom' else 'programme' end
    where a.kind = 'service' and coalesce(a.attendance, 'attended') = 'attended'
),
added as (
    select c.component, m.cohort, m.person_id, m.partner, m.quarter, m.case_manager_id, 1 as amount, 0 as number, 0 as unseen
    from outcomes.client_month as m
    cross join outcomes.measure_component as c
    where c.measure = 'dose'
    union all
    select 'contacts_' || part, cohort, person_id, partner, quarter, case_manager_id, 0, 1, 0 from part
    union all
    select
        'minutes_' || part, cohort, person_id, partner, quarter, case_manager_id, 0, coalesce(minutes, 0),
        case when minutes is null then 1 else 0 end
    from part
)
select
    'dose', x.component, x.cohort, 'own', null, 'groups', x.person_id, p.state, sum(x.amount), sum(x.number), 0,
    sum(x.unseen), null, x.partner, null, x.quarter, null, null, null, null, x.case_manager_id, p.covered_to, false
from added as x
inner join outcomes.partner_quarter as p on p.measure = 'dose' and p.partner = x.partner and p.quarter = x.quarter
group by x.component, x.cohort, x.person_id, p.state, x.partner, x.quarter, x.case_manager_id, p.covered_to;
