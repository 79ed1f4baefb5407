-- A row is one piece of work with or for a client, in its newest accepted version. prison is that of the person's stay on
-- that day (half-open: not on the day of release), otherwise that of the case. By far the longest table, so it is not sorted.
create or replace table core.service as
with consented as (
    select service.*
    from newest_service as service
    where
        not exists (select 1 from withdrawn_person where withdrawn_person.person_id = service.person_id)
        and not exists (
            select 1 from withdrawn_case
            where withdrawn_case.partner = service.partner and withdrawn_case.case_id = service.case_id
        )
        and not exists (
            select 1 from withdrawn_family_member
            where
                withdrawn_family_member.partner = service.partner
                and withdrawn_family_member.family_member_id = service.family_member_id
        )
),

held as (
    select
        consented.partner,
        consented.service_id,
        arg_max(stay.prison, stay.spell_number * cast(100000 as bigint) + stay.position) as prison
    from consented
    inner join core.stay as stay
        on
            consented.person_id = stay.person_id
            and consented.service_date >= stay.admission_date
            and consented.service_date < coalesce(stay.release_date, date '9999-12-31')
    group by consented.partner, consented.service_id
)

select
    consented.*,
    coalesce(held.prison, agreement.prison) as prison
from consented
left join held on consented.partner = held.partner and consented.service_id = held.service_id
left join core."case" as agreement
    on consented.partner = agreement.partner and consented.case_id = agreement.case_id;
