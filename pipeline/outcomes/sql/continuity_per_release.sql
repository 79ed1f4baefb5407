-- A row is one day on which a programme client had contact, or started or went on with treatment, after one release. For
-- opioid agonist treatment days are the gap since that in prison ended (at the latest on release).
create or replace table outcomes.continuity_per_release as
with member as (
    select o.release_id, o.person_id, o.release_date, o.observed_to
    from outcomes.observation_per_release as o
    inner join outcomes.release_agreement as a on a.release_id = o.release_id
    where a.in_term
),
found as (
    select m.release_id, 'contact' as kind, a.setting as reason, date_diff('day', m.release_date, a.date) as days
    from member as m
    inner join outcomes.activity as a on a.person_id = m.person_id and a.date between m.release_date and m.observed_to
    where
        a.kind = 'service' and a.direct and a.attendance = 'attended' and a.recipient in ('client', 'client_and_family')
        and a.setting in ('gate', 'community', 'residential', 'phone', 'online')
    union all
    select m.release_id, 'treatment', 'started', date_diff('day', m.release_date, t.start_date)
    from member as m
    inner join core.treatment as t
        on t.person_id = m.person_id and t.start_date between m.release_date and m.observed_to
    where t.setting = 'community' and t.treatment_type <> 'aftercare'
    union all
    select m.release_id, 'treatment', 'went_on', date_diff('day', m.release_date, s.service_date)
    from member as m
    inner join core.treatment as t on t.person_id = m.person_id and t.start_date < m.release_date
    inner join core.service as s
        on
            s.partner = t.partner and s.treatment_id = t.treatment_id
            and s.service_date between m.release_date and m.observed_to
    where t.setting = 'community' and t.treatment_type <> 'aftercare' and s.attendance = 'attended'
    union all
    select
        m.release_id, 'opioid_agonist', 'continued', greatest(date_diff('day', cast(b.seen_to as date), t.start_date), 0)
    from member as m
    inner join outcomes.release_subset as b on b.release_id = m.release_id and b.subset = 'opioid_agonist_in_prison'
    inner join core.treatment as t on t.person_id = m.person_id and t.start_date <= m.observed_to
    where
        t.setting = 'community' and t.treatment_type = 'opioid_agonist'
        and coalesce(t.end_date_exclusive, date '9999-12-31') > m.release_date
)
select release_id, kind, days, min(reason) as reason from found group by release_id, kind, days;

-- A row is one release of a programme client, one kind of event: the first day on which one of the partners with which the
-- client had an agreement on day 0 (the member's own, and every other one that delivers the tables) was not seen.
create or replace table outcomes.unseen_per_release as
with needed as (
    select a.release_id, a.partner, true as own
    from outcomes.release_agreement as a
    where a.in_term
    union
    select r.release_id, c.partner, false
    from outcomes.release_seen as r
    inner join outcomes.release_agreement as a on a.release_id = r.release_id
    inner join core."case" as c
        on
            c.person_id = r.person_id and c.agreement_date <= r.release_date
            and coalesce(c.end_date, r.release_date) >= r.release_date
    where a.in_term
),
seen as (
    select
        n.release_id,
        case p.measure
            when 'contact_made' then 'contact' when 'oat_continued' then 'opioid_agonist' else 'treatment'
        end as kind,
        case
            when not p.delivers or p.covered_from > o.release_date then 0
            when p.covered_to < o.observed_to then greatest(date_diff('day', o.release_date, p.covered_to) + 1, 0)
        end as days,
        case when p.delivers then 'partner_coverage' else 'not_collected' end as reason
    from needed as n
    inner join outcomes.observation_per_release as o on o.release_id = n.release_id
    inner join outcomes.partner_measure as p on p.partner = n.partner
    where p.measure in ('contact_made', 'treatment_started', 'oat_continued') and (p.delivers or n.own)
),
ranked as (
    select *, row_number() over (partition by release_id, kind order by days, reason) as rank
    from seen
    where days is not null
)
select release_id, kind, days, reason from ranked where rank = 1;
