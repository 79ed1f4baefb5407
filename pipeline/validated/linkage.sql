-- A row is one pseudonym as all sources together know it: what is compared to find one person under two of them.
-- `places` are months in a prison, `days` are days on which something happened that two sources may both have recorded.
with told as (
    select
        person_id,
        partner,
        nullif(sex, 'unknown') as sex,
        birth_year,
        nullif(region, 'unknown') as region,
        nullif(citizenship, 'unknown') as citizenship,
        nullif(education, 'unknown') as education,
        partner in (select partner from newest_custody_stay) as from_custody
    from newest_person
),

merged as (
    select
        person_id,
        arg_min(sex, not from_custody) filter (where sex is not null) as sex,
        arg_min(birth_year, not from_custody) filter (where birth_year is not null) as birth_year,
        arg_min(citizenship, not from_custody) filter (where citizenship is not null) as citizenship,
        mode(region) as region,
        mode(education) as education
    from told
    group by person_id
),

-- An open stay is known to last up to the day of the newest extract.
stay as (
    select
        person_id,
        prison,
        admission_date,
        coalesce(release_date, (select max(extract_date) from validated.delivery)) as end_date,
        release_date,
        release_reason
    from newest_custody_stay
),

contact as (
    select
        newest_service.person_id,
        newest_case.prison,
        newest_service.service_date as day
    from newest_service
    inner join newest_case
        on newest_service.partner = newest_case.partner and newest_service.case_id = newest_case.case_id
    where newest_service.setting = 'prison' and newest_service.attendance = 'attended'
    union all
    select
        person_id,
        prison,
        agreement_date
    from newest_case
    union all
    select
        person_id,
        prison,
        first_contact_date
    from newest_case
),

place as (
    select
        person_id,
        concat(prison, '/', strftime(day, '%Y-%m')) as token
    from contact
    where prison is not null and day is not null
    union
    select
        person_id,
        concat(prison, '/', strftime(unnest(generate_series(
            date_trunc('month', admission_date), end_date, interval 1 month
        )), '%Y-%m')) as token
    from stay
),

day as (
    select
        person_id,
        concat('release ', release_date) as token
    from stay
    where release_date is not null and release_reason not in ('transfer_out', 'status_change', 'temporary_absence')
    union
    select
        person_id,
        concat('release ', service_date)
    from newest_service
    where setting = 'gate' and attendance = 'attended' and recipient in ('client', 'client_and_family')
    union
    select
        person_id,
        unnest([concat('release ', expected_release_date), concat('planned ', expected_release_date)])
    from newest_case
    where expected_release_date is not null
    union
    select
        person_id,
        concat('planned ', planned_release_date)
    from newest_custody_stay
    where planned_release_date is not null
    union
    select
        person_id,
        concat('release ', status_date)
    from newest_living_status
    where stage = 'release'
    union
    select
        person_id,
        concat('admission ', admission_date)
    from stay
    union
    select
        person_id,
        concat('admission ', end_date)
    from newest_case
    where end_reason = 'imprisoned' and end_date is not null
    union
    select
        person_id,
        concat('treatment ', start_date)
    from newest_treatment
    union
    select
        person_id,
        concat('transfer ', release_date, ' ', prison)
    from stay
    where release_reason in ('transfer_out', 'status_change')
),

-- A person is in one place at a time: from the first admission to the last release there may be gaps, so spans are kept.
spans as (
    select
        person_id,
        list({'first': admission_date, 'last': end_date} order by admission_date) as stays
    from stay
    group by person_id
),

places as (
    select
        person_id,
        list(token order by token) as places
    from place
    group by person_id
),

days as (
    select
        person_id,
        list(token order by token) as days
    from day
    group by person_id
),

sources as (
    select
        person_id,
        list(distinct partner order by partner) as sources
    from told
    group by person_id
)

select
    merged.person_id as unique_id,
    merged.sex,
    merged.birth_year,
    merged.region,
    merged.citizenship,
    merged.education,
    coalesce(places.places, []) as places,
    coalesce(days.days, []) as days,
    sources.sources,
    spans.stays
from merged
inner join sources on merged.person_id = sources.person_id
left join places on merged.person_id = places.person_id
left join days on merged.person_id = days.person_id
left join spans on merged.person_id = spans.person_id
order by merged.person_id;
