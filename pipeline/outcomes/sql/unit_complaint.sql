-- A row is one client with an agreement in a quarter (adds to the denominator of that quarter), or over the whole period
-- (adds to all other groups), in all groups and again for each channel.
insert into outcomes.unit_row
with channel as (
    select distinct setting as channel from outcomes.activity where kind = 'complaint_received'
),
client as (
    select cohort, partner, person_id, quarter, min(case_manager_id) as case_manager_id
    from outcomes.client_month
    group by cohort, partner, person_id, quarter
),
seen as (
    select c.*, p.state, p.covered_to
    from client as c
    inner join outcomes.partner_quarter as p
        on p.measure = 'complaints' and p.partner = c.partner and p.quarter = c.quarter
),
whole as (
    select
        cohort, partner, person_id,
        case
            when max(case state when 'measured' then 1 else 0 end) = 1 then 'measured'
            when max(case state when 'too_early' then 1 else 0 end) = 1 then 'too_early'
            else 'not_collected'
        end as state,
        max(covered_to) as covered_to
    from seen
    group by cohort, partner, person_id
),
scoped as (
    select
        cohort, partner, person_id, quarter, state, covered_to, 'quarters' as scope, cast(null as varchar) as detail,
        1 as amount
    from seen
    union all
    select cohort, partner, person_id, null, state, covered_to, 'groups', null, 1 from whole
    union all
    select cohort, partner, person_id, quarter, state, covered_to, 'groups', null, 0 from seen
    union all
    select w.cohort, w.partner, w.person_id, null, w.state, w.covered_to, 'detail', c.channel, 1
    from whole as w cross join channel as c
)
select
    'complaints', '', s.cohort, 'own', null, s.scope, s.person_id, s.state, s.amount, 0, 0, 0, null, s.partner, null,
    s.quarter, null, null, case s.scope when 'detail' then 'channel' end, s.detail, null, s.covered_to, false
from scoped as s;

-- A row is one complaint received (adds to the numerator), or one resolved (its days enter the median).
insert into outcomes.unit_row
with complaint as (
    select
        m.partner, m.partner || '/' || m.complaint_id as complaint_id, m.channel, q.quarter, p.state, p.covered_to,
        case
            when m.resolved_date <= y.last_day and m.resolved_date <= y.as_of
                then date_diff('day', m.received_date, m.resolved_date)
        end as days,
        case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort
    from core.complaint as m
    cross join outcomes.study as y
    inner join outcomes.calendar_quarter as q on m.received_date between q.first_day and q.last_day
    inner join outcomes.partner_quarter as p
        on p.measure = 'complaints' and p.partner = m.partner and p.quarter = q.quarter
    inner join (select partner, max(programme) as programme from outcomes.case_period group by partner) as c
        on c.partner = m.partner
    where m.received_date <= y.last_day and m.received_date <= y.as_of
),
scoped as (
    select *, '' as component, 'groups' as scope from complaint
    union all
    select *, '', 'quarters' from complaint
    union all
    select *, '', 'detail' from complaint
    union all
    select *, 'days_to_resolve', 'groups' from complaint
    union all
    select *, 'days_to_resolve', 'quarters' from complaint
)
select
    'complaints', s.component, s.cohort, 'own', null, s.scope, 'complaint/' || s.complaint_id, s.state,
    case s.component when '' then 0 else 1 end,
    case when s.component = '' or s.days is not null then 1 else 0 end, 0, 0,
    case s.component when 'days_to_resolve' then s.days end,
    s.partner, null, s.quarter, null, null, case s.scope when 'detail' then 'channel' end,
    case s.scope when 'detail' then s.channel end, null, s.covered_to, false
from scoped as s;
