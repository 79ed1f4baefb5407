-- A row is one member of one cohort under one question: the numbers of what it is grouped by, the first window in which its
-- event lies (a million days: none), those in which it is in doubt, and how long it was followed (reach; -2: its partner does
-- not deliver what the question needs). The reason of no event, and of an event of another cause, has the number 0.
create or replace temp table member_outcome as
with released as (
    select
        r.release_key, r.person_key, prison.number as prison, quarter.number as quarter, planned.number as planned,
        drug_user.number as drug_user
    from outcomes.release_observed as r
    inner join outcomes.group_number as prison on prison.group_value = r.prison and prison.group_by = 'prison'
    inner join outcomes.group_number as quarter
        on quarter.group_value = r.release_quarter and quarter.group_by = 'quarter'
    left join outcomes.group_number as planned on planned.group_value = r.planned and planned.group_by = 'planned'
    left join outcomes.group_number as drug_user
        on drug_user.group_value = r.drug_user and drug_user.group_by = 'drug_user'
),
complex as (
    select x.release_key, n.number
    from outcomes.complex_case as x
    inner join outcomes.group_number as n on n.group_value = x.complex and n.group_by = 'complex_case'
),
grouped as (
    select 'all_releases' as cohort, r.*, cast(null as integer) as partner, cast(null as integer) as complex_case
    from released as r
    union all
    select m.cohort, r.*, p.number, case when m.cohort = 'programme' then x.number end
    from outcomes.member as m
    inner join released as r on r.release_key = m.release_key
    left join outcomes.group_number as p on p.group_value = m.partner and p.group_by = 'partner'
    left join complex as x on x.release_key = m.release_key
),
asked as (
    select c.*, k.kind_number, k.everybody
    from outcomes.question_scope as c
    inner join outcomes.event_kind as k on k.kind = c.kind
),
member as (
    select m.*, c.scope, c.kind_number, c.several, c.later_events, c.causes
    from grouped as m
    inner join asked as c on c.cohort = m.cohort and c.subset = ''
    where c.everybody or m.partner is not null
    union all
    select m.*, c.scope, c.kind_number, c.several, c.later_events, c.causes
    from grouped as m
    inner join asked as c on c.cohort = m.cohort and c.subset <> ''
    inner join outcomes.release_subset as s on s.subset = c.subset and s.release_key = m.release_key
    where c.everybody or m.partner is not null
),
reached as (
    select c.scope, n.number as quarter, q.reach
    from asked as c
    inner join outcomes.quarter_reach as q on q.kind = c.kind
    inner join outcomes.group_number as n on n.group_value = q.quarter and n.group_by = 'quarter'
),
undelivered as (
    select c.scope, n.number as partner
    from asked as c
    inner join outcomes.partner_measure as d on d.measure = c.question and not d.delivers
    inner join outcomes.group_number as n on n.group_value = d.partner and n.group_by = 'partner'
)
select
    m.scope, m.kind_number, m.several, m.later_events, m.release_key, m.person_key, m.partner, m.prison, m.quarter,
    m.planned, m.drug_user, m.complex_case,
    case when m.causes = 1 then coalesce(reason.number, 0) end as reason,
    coalesce(f.event_window, 1000000) as event_window, f.doubt_window, f.unseen_window, coalesce(f.pending, 0) as pending,
    case when u.scope is null then q.reach else -2 end as reach
from member as m
inner join reached as q on q.scope = m.scope and q.quarter = m.quarter
left join undelivered as u on u.scope = m.scope and u.partner = m.partner
left join outcomes.first_event as f on f.release_key = m.release_key and f.kind_number = m.kind_number
left join outcomes.group_number as reason on reason.group_value = f.reason and reason.group_by = 'reason';

-- A row is one combination of two groups (a pair of question_pair: the first is a prison or a partner) and of outcomes, with
-- the number of members: every window and measure is counted from these few rows. later_events counts events after the
-- first, each by its window: all events, less the first one of each member.
create or replace table outcomes.member_count as
with combined as (
    select
        scope, prison, partner, quarter, planned, drug_user, complex_case, reason, event_window, doubt_window,
        unseen_window, pending, reach, count(*) as members,
        max(case when event_window < 1000000 then -later_events else 0 end) * count(*) as later_events
    from member_outcome
    group by
        scope, prison, partner, quarter, planned, drug_user, complex_case, reason, event_window, doubt_window,
        unseen_window, pending, reach
    union all
    select
        m.scope, m.prison, m.partner, m.quarter, m.planned, m.drug_user, m.complex_case, null, w.window_days, null, null,
        0, m.reach, 0, count(*)
    from member_outcome as m
    inner join outcomes.release_event as e
        on e.release_key = m.release_key and e.kind_number = m.kind_number and e.status = 'event'
    inner join outcomes.day_window as w on w.kind_number = e.kind_number and w.day = e.days
    where m.later_events = 1
    group by m.scope, m.prison, m.partner, m.quarter, m.planned, m.drug_user, m.complex_case, w.window_days, m.reach
),
paired as (
    select
        c.*, p.pair,
        case p.first_by when 'prison' then c.prison else c.partner end as first,
        case p.second_by
            when 'partner' then c.partner
            when 'quarter' then c.quarter
            when 'planned' then c.planned
            when 'drug_user' then c.drug_user
            when 'complex_case' then c.complex_case
            when 'reason' then c.reason
        end as second
    from combined as c
    inner join outcomes.question_scope as s on s.scope = c.scope
    inner join outcomes.question_pair as p on p.question = s.question
)
select
    scope, pair, first, second, event_window, doubt_window, unseen_window, pending, reach,
    min(quarter) as quarter_from, max(quarter) as quarter_to,
    cast(sum(members) as bigint) as members, cast(sum(later_events) as bigint) as later_events
from paired
where first is not null and second is not null
group by scope, pair, first, second, event_window, doubt_window, unseen_window, pending, reach;
