-- A row is one day on which a programme client had contact, or started or went on with treatment, after one release. For
-- opioid agonist treatment days are the gap since that in prison ended (at the latest on release).
create or replace temp view continuity_per_release as
with client as (
    select r.release_key, r.person_id, r.release_date, r.observed_to
    from outcomes.release_seen as r
    inner join outcomes.release_agreement as a on a.release_key = r.release_key
    where a.in_term
),
served as (
    select s.person_id, s.setting, s.service_date
    from core.service as s
    where
        s.person_id is not null and s.direct and s.attendance = 'attended'
        and s.recipient in ('client', 'client_and_family')
        and s.setting in ('gate', 'community', 'residential', 'phone', 'online')
    union all
    select coalesce(c.person_id, f.person_id), s.setting, s.service_date
    from core.service as s
    left join core."case" as c on c.partner = s.partner and c.case_id = s.case_id
    left join (
        select partner, family_member_id, min(person_id) as person_id
        from core.family_member
        group by partner, family_member_id
    ) as f on f.partner = s.partner and f.family_member_id = s.family_member_id
    where
        s.person_id is null and s.direct and s.attendance = 'attended'
        and s.recipient in ('client', 'client_and_family')
        and s.setting in ('gate', 'community', 'residential', 'phone', 'online')
),
found as (
    select m.release_key, 'contact' as kind, s.setting as reason, date_diff('day', m.release_date, s.service_date) as days
    from client as m
    cross join outcomes.study as y
    inner join served as s on s.person_id = m.person_id and s.service_date between m.release_date and m.observed_to
    where s.service_date <= y.as_of
    union all
    select m.release_key, 'treatment', 'started', date_diff('day', m.release_date, t.start_date)
    from client as m
    inner join core.treatment as t
        on t.person_id = m.person_id and t.start_date between m.release_date and m.observed_to
    where t.setting = 'community' and t.treatment_type <> 'aftercare'
    union all
    select m.release_key, 'treatment', 'went_on', date_diff('day', m.release_date, s.service_date)
    from client as m
    inner join core.treatment as t on t.person_id = m.person_id and t.start_date < m.release_date
    inner join core.service as s
        on
            s.partner = t.partner and s.treatment_id = t.treatment_id
            and s.service_date between m.release_date and m.observed_to
    where t.setting = 'community' and t.treatment_type <> 'aftercare' and s.attendance = 'attended'
    union all
    select
        m.release_key, 'opioid_agonist', 'continued', greatest(date_diff('day', cast(b.seen_to as date), t.start_date), 0)
    from client as m
    inner join outcomes.release_subset as b on b.release_key = m.release_key and b.subset = 'opioid_agonist_in_prison'
    inner join core.treatment as t on t.person_id = m.person_id and t.start_date <= m.observed_to
    where
        t.setting = 'community' and t.treatment_type = 'opioid_agonist'
        and coalesce(t.end_date_exclusive, date '9999-12-31') > m.release_date
)
select f.release_key, k.kind_number, f.days, min(f.reason) as reason
from found as f
inner join outcomes.event_kind as k on k.kind = f.kind
group by f.release_key, k.kind_number, f.days;

-- A row is one release of a programme client, one kind of event: the first day on which one of the partners with which the
-- client had an agreement on day 0 (the member's own, and every other one that delivers the tables) was not seen.
create or replace temp view unseen_per_release as
with needed as (
    select a.release_key, a.partner, true as own
    from outcomes.release_agreement as a
    where a.in_term
    union
    select r.release_key, c.partner, false
    from outcomes.release_seen as r
    inner join outcomes.release_agreement as a on a.release_key = r.release_key
    inner join core."case" as c
        on
            c.person_id = r.person_id and c.agreement_date <= r.release_date
            and coalesce(c.end_date, r.release_date) >= r.release_date
    where a.in_term
),
seen as (
    select
        n.release_key,
        case p.measure
            when 'contact_made' then 'contact' when 'oat_continued' then 'opioid_agonist' else 'treatment'
        end as kind,
        case
            when not p.delivers or p.covered_from > o.release_date then 0
            when p.covered_to < o.observed_to then greatest(date_diff('day', o.release_date, p.covered_to) + 1, 0)
        end as days,
        case when p.delivers then 'partner_coverage' else 'not_collected' end as reason
    from needed as n
    inner join outcomes.release_observed as o on o.release_key = n.release_key
    inner join outcomes.partner_measure as p on p.partner = n.partner
    where p.measure in ('contact_made', 'treatment_started', 'oat_continued') and (p.delivers or n.own)
),
ranked as (
    select *, row_number() over (partition by release_key, kind order by days, reason) as rank
    from seen
    where days is not null
)
select r.release_key, k.kind_number, r.days, r.reason
from ranked as r
inner join outcomes.event_kind as k on k.kind = r.kind
where r.rank = 1;
