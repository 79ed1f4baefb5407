-- A row is one need raised (for the parts met and partly_met), in all groups and again in its domain.
insert into outcomes.unit_row
with need as (
    select
        case a.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort,
        a.person_id, a.partner, a.prison, a.quarter, a.service_domain as domain, a.reason as outcome, a.case_manager_id
    from outcomes.activity as a
    cross join outcomes.study as y
    where a.kind = 'need_raised' and a.date <= y.last_day
)
select
    'needs', c.component, n.cohort, 'own', null, s.scope, n.person_id, p.state, 1,
    case when n.outcome = c.component then 1 else 0 end,
    case when coalesce(n.outcome, 'open') = 'open' then 1 else 0 end,
    0, null, n.partner, n.prison, n.quarter, null, null, case s.scope when 'detail' then 'domain' end,
    case s.scope when 'detail' then n.domain end, n.case_manager_id, p.covered_to, false
from need as n
cross join (select 'groups' as scope union all select 'detail') as s
inner join outcomes.measure_component as c on c.measure = 'needs' and c.component <> 'raised'
inner join outcomes.partner_quarter as p on p.measure = 'needs' and p.partner = n.partner and p.quarter = n.quarter;

-- A row is one client of one partner (first agreement), in all groups and again in each domain: was a need raised?
insert into outcomes.unit_row
with client as (
    select
        case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, c.person_id, c.partner,
        min(c.quarter) as quarter, min(c.case_manager_id) as case_manager_id
    from outcomes.case_period as c
    cross join outcomes.study as y
    where c.agreement_date <= y.last_day and c.agreement_date <= y.as_of
    group by c.programme, c.person_id, c.partner
),
raised as (
    select distinct
        case a.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, a.person_id, a.partner,
        a.service_domain as domain
    from outcomes.activity as a
    cross join outcomes.study as y
    where a.kind = 'need_raised' and a.date <= y.last_day
),
asked as (
    select c.*, 'groups' as scope, cast(null as varchar) as domain, r.person_id is not null as raised
    from client as c
    left join (select distinct cohort, person_id, partner from raised) as r
        on r.cohort = c.cohort and r.person_id = c.person_id and r.partner = c.partner
    union all
    select c.*, 'detail', d.domain, r.person_id is not null
    from client as c
    cross join (select distinct domain from raised) as d
    left join raised as r
        on r.cohort = c.cohort and r.person_id = c.person_id and r.partner = c.partner and r.domain = d.domain
)
select
    'needs', 'raised', a.cohort, 'own', null, a.scope, a.person_id, p.state, 1, case when a.raised then 1 else 0 end, 0, 0,
    null, a.partner, null, a.quarter, null, null, case a.scope when 'detail' then 'domain' end, a.domain,
    a.case_manager_id, p.covered_to, false
from asked as a
inner join outcomes.partner_quarter as p on p.measure = 'needs' and p.partner = a.partner and p.quarter = a.quarter;

-- A row is one agreement made, in all groups and again for each reason of ending: has it ended (for that reason)?
insert into outcomes.unit_row
with agreement as (
    select
        case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, c.person_id, c.partner, c.prison,
        c.quarter, c.case_manager_id,
        case when c.end_date <= y.last_day and c.end_date <= y.as_of then coalesce(c.end_reason, 'unknown') end as reason
    from outcomes.case_period as c
    cross join outcomes.study as y
    where c.agreement_date <= y.last_day and c.agreement_date <= y.as_of
),
scoped as (
    select a.*, 'groups' as scope, cast(null as varchar) as detail, a.reason is not null as counted from agreement as a
    union all
    select a.*, 'detail', d.reason, coalesce(a.reason = d.reason, false)
    from agreement as a
    cross join (select distinct reason from agreement where reason is not null) as d
)
select
    'agreements', '', a.cohort, 'own', null, a.scope, a.person_id, p.state, 1, case when a.counted then 1 else 0 end, 0, 0,
    null, a.partner, a.prison, a.quarter, null, null, case a.scope when 'detail' then 'end_reason' end, a.detail,
    a.case_manager_id, p.covered_to, false
from scoped as a
inner join outcomes.partner_quarter as p on p.measure = 'agreements' and p.partner = a.partner and p.quarter = a.quarter;

-- A row is one visit arranged with a client or family in prison, in all groups and again for each reason of cancelling.
-- What was held must be direct; what was not held is known as a visit by its attendance, since nobody was there to count.
insert into outcomes.unit_row
with visit as (
    select
        case a.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, a.person_id, a.partner, a.prison,
        a.quarter, a.case_manager_id,
        case when a.attendance = 'cancelled_by_prison' then coalesce(a.reason, 'unknown') end as reason
    from outcomes.activity as a
    cross join outcomes.study as y
    where
        a.kind = 'service' and a.setting = 'prison' and a.recipient in ('client', 'client_and_family', 'family')
        and (a.direct or a.attendance <> 'attended') and a.attendance is not null and a.date <= y.last_day
),
scoped as (
    select v.*, 'groups' as scope, cast(null as varchar) as detail, v.reason is not null as counted from visit as v
    union all
    select v.*, 'detail', d.reason, coalesce(v.reason = d.reason, false)
    from visit as v
    cross join (select distinct reason from visit where reason is not null) as d
)
select
    'cancelled_by_prison_share', '', a.cohort, 'own', null, a.scope, a.person_id, p.state, 1,
    case when a.counted then 1 else 0 end, 0, 0, null, a.partner, a.prison, a.quarter, null, null,
    case a.scope when 'detail' then 'reason' end, a.detail, a.case_manager_id, p.covered_to, false
from scoped as a
inner join outcomes.partner_quarter as p
    on p.measure = 'cancelled_by_prison_share' and p.partner = a.partner and p.quarter = a.quarter;

-- A row is one appointment with the client that was held (directly) or missed (nobody was there, so a partner that counts
-- heads says 0); neither indirect work nor work with others is one.
insert into outcomes.unit_row
select
    'missed_share', '', case a.programme when 'romodrom' then 'romodrom' else 'programme' end, 'own', null, 'groups',
    a.person_id, p.state, 1, case when a.attendance = 'missed' then 1 else 0 end, 0, 0, null, a.partner, a.prison,
    a.quarter, null, null, null, null, a.case_manager_id, p.covered_to, false
from outcomes.activity as a
cross join outcomes.study as y
inner join outcomes.partner_quarter as p
    on p.measure = 'missed_share' and p.partner = a.partner and p.quarter = a.quarter
where
    a.kind = 'service' and a.recipient in ('client', 'client_and_family')
    and (a.attendance = 'missed' or (a.attendance = 'attended' and a.direct)) and a.date <= y.last_day;
