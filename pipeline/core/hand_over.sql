-- A row is one client who was due to be taken over by somebody else, at most once a through-the-gate case: on the day on
-- which it ended as transferred to a partner (case_transferred), or on a release from sentence into a region that the holder
-- of the case agreed last, of those open on that day, does not serve (moved_away), whichever came first. to_partner is the partner named as the
-- receiver, outside_provider, or NULL when nobody is named.
create or replace table core.hand_over as
with held as (
    select
        agreement.*,
        release.release_date,
        row_number() over (
            partition by release.release_id
            order by agreement.agreement_date desc, agreement.partner, agreement.case_id
        ) as newness
    from core.release as release
    inner join core."case" as agreement
        on release.person_id = agreement.person_id and agreement.agreement_date <= release.release_date
    where
        release.release_kind = 'sentence'
        and agreement.programme = 'through_the_gate'
        and coalesce(agreement.end_date, release.release_date) >= release.release_date
),

moved as (
    select held.*
    from held
    where
        held.newness = 1
        and held.region_after_release is not null
        and held.region_after_release <> 'unknown'
        and exists (
            select 1 from core.service_area as area
            where
                area.partner = held.partner
                and held.release_date >= area.valid_from
                and held.release_date < coalesce(area.valid_to, date '9999-12-31')
        )
        and not exists (
            select 1 from core.service_area as area
            where
                area.partner = held.partner
                and area.region = held.region_after_release
                and held.release_date >= area.valid_from
                and held.release_date < coalesce(area.valid_to, date '9999-12-31')
        )
),

due as (
    select
        agreement.partner, agreement.case_id, agreement.person_id, agreement.handed_over_to, agreement.region_after_release,
        agreement.case_manager_id, agreement.end_date as due_date, 'case_transferred' as due_reason
    from core."case" as agreement
    where
        agreement.programme = 'through_the_gate'
        and agreement.end_reason = 'transferred_to_partner'
        and agreement.end_date is not null
    union all
    select
        partner, case_id, person_id, handed_over_to, region_after_release, case_manager_id, release_date, 'moved_away'
    from moved
),

ordered as (
    select
        *,
        row_number() over (partition by partner, case_id order by due_date, due_reason) as number
    from due
)

select
    partner,
    case_id,
    person_id,
    due_date,
    due_reason,
    case when handed_over_to <> '' then lower(handed_over_to) end as to_partner,
    region_after_release as region,
    case_manager_id
from ordered
where number = 1
order by partner, case_id;
