-- A row is one expected day of release that one version of a record (a case, a stay) carries, with the day from which that
-- version made it known: its extract date, for a case's first delivery the day of its agreement.
create or replace view core.delivered_date as
with first_case as (
    select
        version.partner,
        version.case_id,
        min(delivery_rank.place) as place
    from validated."case" as version
    inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
    group by version.partner, version.case_id
),

delivered as (
    select
        version.person_id,
        'case' as source,
        'case' as table_name,
        version.partner,
        version.case_id as record_id,
        version.expected_release_date as expected_date,
        case
            when delivery_rank.place = first_case.place then version.agreement_date
            else delivery_rank.extract_date
        end as known_from
    from validated."case" as version
    inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
    inner join first_case on version.partner = first_case.partner and version.case_id = first_case.case_id
    where version.expected_release_date is not null
    union all
    select
        version.person_id,
        'stay' as source,
        'custody_stay' as table_name,
        version.partner,
        version.stay_id as record_id,
        version.planned_release_date as expected_date,
        delivery_rank.extract_date as known_from
    from validated.custody_stay as version
    inner join core.delivery_rank as delivery_rank on version.delivery_id = delivery_rank.delivery_id
    where version.planned_release_date is not null
)

select
    coalesce(same_person.counted_as, delivered.person_id) as person_id,
    delivered.source,
    delivered.partner,
    delivered.record_id,
    delivered.expected_date,
    delivered.known_from
from delivered
left join core.same_person as same_person on delivered.person_id = same_person.person_id
left join validated.closed as closed
    on
        delivered.table_name = closed.table_name
        and delivered.partner = closed.partner
        and delivered.record_id = closed.record_key
left join core.withdrawn_person as withdrawn
    on coalesce(same_person.counted_as, delivered.person_id) = withdrawn.person_id and delivered.source = 'case'
where closed.record_key is null and withdrawn.person_id is null;
