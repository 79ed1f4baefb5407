-- A row is one member of one cohort under one question: what it is grouped by, the first window in which its event lies
-- (a million days: none), those in which it is in doubt, and how long it was followed (reach; -2: its partner does not
-- deliver what the question needs).
create or replace temp table member_outcome as
with member as (
    select c.scope, c.question, c.several, c.later_events, c.causes, m.*
    from outcomes.followed_member as m
    inner join outcomes.question_scope as c on c.cohort = m.cohort and c.kind = m.kind and c.subset = ''
    union all
    select c.scope, c.question, c.several, c.later_events, c.causes, m.*
    from outcomes.followed_member as m
    inner join outcomes.question_scope as c on c.cohort = m.cohort and c.kind = m.kind and c.subset <> ''
    inner join outcomes.release_subset as s on s.subset = c.subset and s.release_key = m.release_key
)
select
    m.scope, m.cohort, m.kind, m.several, m.later_events, m.release_key, m.person_key, m.partner, m.prison,
    m.release_quarter as quarter, m.planned, m.drug_user,
    case when m.causes = 1 then coalesce(m.reason, '') end as reason,
    coalesce(m.event_window, 1000000) as event_window, m.doubt_window, m.unseen_window, m.pending,
    case when coalesce(d.delivers, true) then q.reach else -2 end as reach
from member as m
inner join outcomes.quarter_reach as q on q.kind = m.kind and q.quarter = m.release_quarter
left join outcomes.partner_measure as d on d.measure = m.question and d.partner = m.partner;

-- A row is one combination of two groups (the first is a prison or a partner) and of outcomes, with the number of members:
-- every window and measure is counted from these few rows. later_events counts events after the first, each by its window.
create or replace table outcomes.member_count as
with told as (
    select m.*, case when m.cohort = 'programme' then x.complex end as complex_case
    from member_outcome as m
    left join outcomes.complex_case as x on x.release_key = m.release_key
),
combined as (
    select
        scope, prison, partner, quarter, planned, drug_user, complex_case, reason, event_window, doubt_window,
        unseen_window, pending, reach, count(*) as members, 0 as later_events
    from told
    group by
        scope, prison, partner, quarter, planned, drug_user, complex_case, reason, event_window, doubt_window,
        unseen_window, pending, reach
    union all
    select
        m.scope, m.prison, m.partner, m.quarter, m.planned, m.drug_user, m.complex_case, null, w.window_days, null, null,
        0, m.reach, 0, count(*)
    from told as m
    inner join outcomes.event_per_release as e
        on e.release_key = m.release_key and e.kind = m.kind and e.status = 'event' and e.place > 1
    inner join outcomes.day_window as w on w.kind = e.kind and w.day = e.days
    where m.later_events = 1
    group by m.scope, m.prison, m.partner, m.quarter, m.planned, m.drug_user, m.complex_case, w.window_days, m.reach
),
paired as (
    select
        c.*, p.first_by, p.second_by,
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
    scope, first_by, first, second_by, second, event_window, doubt_window, unseen_window, pending, reach,
    min(quarter) as quarter_from, max(quarter) as quarter_to,
    cast(sum(members) as bigint) as members, cast(sum(later_events) as bigint) as later_events
from paired
where first is not null and second is not null
group by scope, first_by, first, second_by, second, event_window, doubt_window, unseen_window, pending, reach;
