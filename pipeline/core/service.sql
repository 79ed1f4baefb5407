-- A row is the part of a stay of somebody who is served during which no later stay had begun; such parts of one person do
-- not overlap, so that a day lies in one at most.
create or replace table core.stay_part as
select
    person_id,
    prison,
    admission_date as start_date,
    coalesce(
        least(
            release_date,
            lead(admission_date) over (partition by person_id order by spell_number, position)
        ),
        date '9999-12-31'
    ) as end_date_exclusive
from core.stay
where stay.person_id in (select service.person_id from validated.service as service);

-- A row is the rest of a stay that goes on after a later one has begun (rare: stays overlap).
create or replace table core.stay_rest as
with followed as (
    select
        person_id,
        prison,
        spell_number * cast(100000 as bigint) + position as place,
        lead(admission_date) over (partition by person_id order by spell_number, position) as start_date,
        coalesce(release_date, date '9999-12-31') as end_date_exclusive
    from core.stay
)

select * from followed where start_date < end_date_exclusive;

-- A row is one piece of work with or for a client, in its newest accepted version. prison is that of the person's stay on
-- that day (half-open: not on the day of release), otherwise that of the case. By far the longest table, so it is not sorted.
create or replace table core.service as
with overlapped as (
    select
        service.partner,
        service.service_id,
        arg_max(stay_rest.prison, stay_rest.place) as prison
    from newest_service as service
    inner join core.stay_rest as stay_rest
        on
            service.person_id = stay_rest.person_id
            and service.service_date >= stay_rest.start_date
            and service.service_date < stay_rest.end_date_exclusive
    group by service.partner, service.service_id
)

select
    service.*,
    coalesce(stay_part.prison, overlapped.prison, agreement.prison) as prison
from newest_service as service
left join core.stay_part as stay_part
    on
        service.person_id = stay_part.person_id
        and service.service_date >= stay_part.start_date
        and service.service_date < stay_part.end_date_exclusive
left join overlapped on service.partner = overlapped.partner and service.service_id = overlapped.service_id
left join core."case" as agreement
    on service.partner = agreement.partner and service.case_id = agreement.case_id
where
    not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = service.person_id)
    and not exists (
        select 1 from core.withdrawn_case
        where withdrawn_case.partner = service.partner and withdrawn_case.case_id = service.case_id
    )
    and not exists (
        select 1 from core.withdrawn_family_member
        where
            withdrawn_family_member.partner = service.partner
            and withdrawn_family_member.family_member_id = service.family_member_id
    );
