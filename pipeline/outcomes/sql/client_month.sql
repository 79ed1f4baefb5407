-- A row is one client of one partner in one calendar month with at least one day under an agreement.
create or replace table outcomes.client_month as
select
    c.partner,
    case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort,
    c.person_id,
    m.first_day,
    m.next_first_day,
    m.quarter,
    min(c.case_manager_id) as case_manager_id
from outcomes.case_period as c
cross join outcomes.study as y
inner join outcomes.calendar_month as m
    on m.first_day <= c.closed_date and m.next_first_day > c.agreement_date
where m.first_day <= y.last_day and c.agreement_date <= y.as_of
group by c.partner, c.programme, c.person_id, m.first_day, m.next_first_day, m.quarter;
