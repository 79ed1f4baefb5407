-- A row is one stay of one person in one prison, placed in its spell. release_date and release_reason are effective: an
-- open stay that another follows is closed by rule. joined_by says how the stay came into its spell:
--   first                 the person's first stay
--   continuing            begins on or before the spell's latest known release
--   same_day_readmission  the same, on the very day of a release from sentence or remand: continuing custody
--   transfer              transfer_in or return_from_absence, whatever the gap, while the spell has not ended in a release
--   same_day              begins on the same day as the open stay before it: a change of legal status
--   new                   begins a new spell
--   new_after_release     begins a new spell though it says transfer_in or return_from_absence: reason taken as unknown
-- gap_days counts from the latest known release of the person's earlier stays to this admission.
--
-- The rule goes from stay to stay; windows give the same because (1) stays are sorted by admission, so a release of an
-- earlier spell lies before every later admission, and the running maximum over the person is that over the spell; (2) only
-- the stay just before can still be open when the next begins; an earlier one was closed no later than its follower's
-- admission, so it is never the last released unless that follower is open too, and then the spell has not ended.
-- The windows carry only what the rule needs; the rest of a stay joins at the end by its name.
create or replace table core.stay as
with equal_stays as (
    select hash(person_id, prison, admission_date, release_date, admission_reason) as sieve
    from newest_custody_stay
    group by hash(person_id, prison, admission_date, release_date, admission_reason)
    having count(*) > 1
),

repeated as (
    select
        stay_id,
        row_number() over (
            partition by person_id, prison, admission_date, release_date, admission_reason order by stay_id
        ) as copy
    from newest_custody_stay
    where
        hash(person_id, prison, admission_date, release_date, admission_reason) in (select sieve from equal_stays)
),

placed as (
    select
        stay.stay_id,
        stay.person_id,
        stay.admission_date,
        stay.admission_reason,
        stay.release_date,
        stay.release_reason,
        coalesce(ending.kind, 'none') <> 'none' as is_release,
        row_number() over person_order as place,
        lag(stay.admission_date) over person_order as admission_before,
        coalesce(lag(stay.release_date is null) over person_order, false) as open_before,
        lead(stay.admission_date) over person_order as admission_after,
        max(stay.release_date) over (
            partition by stay.person_id
            order by stay.admission_date, stay.stay_id
            rows between unbounded preceding and 1 preceding
        ) as latest_release
    from newest_custody_stay as stay
    left join core.release_reason_kind as ending on stay.release_reason = ending.release_reason
    where stay.stay_id not in (select repeated.stay_id from repeated where repeated.copy > 1)
    window person_order as (partition by stay.person_id order by stay.admission_date, stay.stay_id)
),

-- The stay released last so far as one number: day of release, then place; its last digit is 1 for a release.
followed as (
    select
        *,
        max(
            (cast(date_diff('day', date '1900-01-01', release_date) as bigint) * 100000 + place) * 10
            + case when is_release then 1 else 0 end
        ) over (
            partition by person_id order by place
            rows between unbounded preceding and 1 preceding
        ) % 10 = 1 and not open_before as released_before
    from placed
),

joined as (
    select
        *,
        case
            when place = 1 then 'first'
            when admission_date = latest_release and released_before then 'same_day_readmission'
            when admission_date <= latest_release then 'continuing'
            when admission_reason in ('transfer_in', 'return_from_absence') and not coalesce(released_before, false)
                then 'transfer'
            when open_before and admission_before = admission_date then 'same_day'
            when admission_reason in ('transfer_in', 'return_from_absence') then 'new_after_release'
            else 'new'
        end as joined_by
    from followed
),

numbered as (
    select
        *,
        sum(case when joined_by in ('first', 'new', 'new_after_release') then 1 else 0 end) over (
            partition by person_id order by place rows between unbounded preceding and current row
        ) as spell_number,
        max(case when joined_by in ('first', 'new', 'new_after_release') then place end) over (
            partition by person_id order by place rows between unbounded preceding and current row
        ) as spell_place,
        lead(joined_by) over (partition by person_id order by place) as joined_after
    from joined
),

-- Where two open stays and a third begin on one day, the first closing makes that day a known release, which the third joins.
closed as (
    select
        *,
        case
            when release_date is not null or joined_after is null then release_reason
            when joined_after in ('continuing', 'same_day_readmission', 'transfer') then 'transfer_out'
            when joined_after = 'same_day' and open_before and place > spell_place then 'transfer_out'
            when joined_after = 'same_day' then 'status_change'
            else 'unknown'
        end as effective_reason
    from numbered
)

select
    closed.stay_id,
    closed.person_id,
    cast(closed.spell_number as integer) as spell_number,
    cast(closed.place - closed.spell_place + 1 as integer) as position,
    closed.joined_by,
    cast(date_diff('day', closed.latest_release, closed.admission_date) as integer) as gap_days,
    stay.prison,
    stay.regime,
    closed.admission_date,
    case when closed.joined_by = 'new_after_release' then 'unknown' else closed.admission_reason end as admission_reason,
    stay.offence_date,
    stay.offence_group,
    stay.sentence_days,
    case
        when closed.release_date is not null or closed.joined_after is null then closed.release_date
        when closed.joined_after in ('new', 'new_after_release')
            then cast(closed.admission_after - interval 1 day as date)
        else closed.admission_after
    end as release_date,
    closed.effective_reason as release_reason,
    closed.release_date is null and closed.joined_after is not null as closed_by_rule,
    stay.planned_release_date,
    stay.prior_terms,
    stay.sarpo_risk,
    stay.drug_user
from closed
inner join newest_custody_stay as stay on closed.stay_id = stay.stay_id;
