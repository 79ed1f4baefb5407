-- A row is one piece of work with or for a client, in its newest accepted version. prison is that of the person's stay on
-- that day (half-open: not on the day of release; of several stays at once that which began last), otherwise that of the
-- case. By far the longest table, so it is not sorted, and only the few people who had two stays at once are looked at
-- apart: everybody else is in one prison at most on any day.
create or replace table core.service as
with served as (
    select distinct person_id from newest_service
),

overlapping as (
    select distinct person_id from core.stay where gap_days < 0
),

held as (
    select
        stay.person_id,
        stay.prison,
        stay.spell_number * cast(100000 as bigint) + stay.position as place,
        stay.admission_date as start_date,
        coalesce(stay.release_date, date '9999-12-31') as end_date_exclusive,
        overlapping.person_id is null as alone
    from core.stay as stay
    inner join served on stay.person_id = served.person_id
    left join overlapping on stay.person_id = overlapping.person_id
    where stay.admission_date < coalesce(stay.release_date, date '9999-12-31')
),

overlapped as (
    select
        service.partner,
        service.service_id,
        arg_max(held.prison, held.place) as prison
    from newest_service as service
    inner join held
        on
            service.person_id = held.person_id
            and service.service_date >= held.start_date
            and service.service_date < held.end_date_exclusive
    where not held.alone
    group by service.partner, service.service_id
)

select
    service.*,
    coalesce(held.prison, overlapped.prison, agreement.prison) as prison
from newest_service as service
left join held
    on
        service.person_id = held.person_id
        and service.service_date >= held.start_date
        and service.service_date < held.end_date_exclusive
        and held.alone
left join overlapped on service.partner = overlapped.partner and service.service_id = overlapped.service_id
left join core."case" as agreement
    on service.partner = agreement.partner and service.case_id = agreement.case_id
left join core.withdrawn_person on service.person_id = withdrawn_person.person_id
left join core.withdrawn_case on service.partner = withdrawn_case.partner and service.case_id = withdrawn_case.case_id
left join core.withdrawn_family_member
    on
        service.partner = withdrawn_family_member.partner
        and service.family_member_id = withdrawn_family_member.family_member_id
where
    withdrawn_person.person_id is null
    and withdrawn_case.case_id is null
    and withdrawn_family_member.family_member_id is null;
