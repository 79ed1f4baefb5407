-- A row is one expected day of release that one record (a case, a stay) has carried, with the day from which it was known:
-- the extract date of the delivery that first carried it, for a case's first delivery the day of its agreement.
create or replace table core.expected_date as
with case_version as (
    select
        version.partner,
        version.person_id,
        version.case_id,
        version.expected_release_date,
        version.agreement_date,
        delivery_rank.extract_date,
        delivery_rank.place,
        min(delivery_rank.place) over (partition by version.partner, version.case_id) as first_place
    from validated."case" as version
    inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
),

delivered as (
    select
        person_id,
        'case' as source,
        partner,
        case_id as record_id,
        expected_release_date as expected_date,
        case when place = first_place then agreement_date else extract_date end as known_from
    from case_version
    union all
    select
        version.person_id,
        'stay' as source,
        version.partner,
        version.stay_id as record_id,
        version.planned_release_date as expected_date,
        delivery_rank.extract_date as known_from
    from validated.custody_stay as version
    inner join delivery_rank on version.delivery_id = delivery_rank.delivery_id
),

carried as (
    select
        coalesce(same_person.counted_as, delivered.person_id) as person_id,
        delivered.source,
        delivered.partner,
        delivered.record_id,
        delivered.expected_date,
        delivered.known_from
    from delivered
    left join core.same_person as same_person on delivered.person_id = same_person.person_id
)

select
    carried.person_id,
    carried.source,
    carried.record_id,
    carried.expected_date,
    min(carried.known_from) as known_from,
    carried.partner
from carried
where
    carried.expected_date is not null
    and not exists (
        select 1
        from validated.closed as closed
        where
            closed.table_name = case when carried.source = 'case' then 'case' else 'custody_stay' end
            and closed.partner = carried.partner
            and closed.record_key = carried.record_id
    )
    and not (
        carried.source = 'case'
        and exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = carried.person_id)
    )
group by carried.person_id, carried.source, carried.partner, carried.record_id, carried.expected_date;
