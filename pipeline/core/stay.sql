-- A row is one stay of one person in one prison, placed in its spell. release_date and release_reason are effective: an
-- open stay that another follows is closed by rule. joined_by says how the stay came into its spell:
--   first                 the person's first stay
--   continuing            begins on or before the spell's latest known release
--   same_day_readmission  the same, on the very day of a release from sentence or remand: continuing custody
--   transfer              transfer_in or return_from_absence, whatever the gap, while the spell has not ended in a release
--   same_day              begins on the same day as the open stay before it: a change of legal status
--   new                   begins a new spell
--   new_after_release     begins a new spell though it says transfer_in or return_from_absence: reason taken as unknown
-- gap_days counts from the latest known release of the person's earlier stays to this admission. whole_spell: the spell is
-- this stay and no other.
--
-- The rule goes from stay to stay; windows give the same because (1) stays are sorted by admission, so a release of an
-- earlier spell lies before every later admission, and the running maximum over the person is that over the spell; (2) only
-- the stay just before can still be open when the next begins; an earlier one was closed no later than its follower's
-- admission, so it is never the last released unless that follower is open too, and then the spell has not ended.
--
-- Stays of one person that begin on one day are few: a sieve (a hash and nothing more) finds them, and only they are put in
-- order by their names and looked through for equal ones. The end of a stay is one number: day of release, day of admission,
-- place among the stays that begin on that day; its last digit is 1 for a release.
create or replace table core.stay as
with one_day as (
    select hash(person_id, admission_date) as sieve
    from newest_custody_stay
    group by hash(person_id, admission_date)
    having count(*) > 1
),

together as (
    select
        stay_id,
        row_number() over (partition by person_id, admission_date order by stay_id) as among,
        row_number() over (
            partition by person_id, prison, admission_date, release_date, admission_reason order by stay_id
        ) as copy
    from newest_custody_stay
    where hash(person_id, admission_date) in (select one_day.sieve from one_day)
),

kept as (
    select
        stay.*,
        number.person_key,
        coalesce(together.among, 1) as among,
        (
            cast(date_diff('day', date '1900-01-01', stay.release_date) as bigint) * 10000000
            + date_diff('day', date '1900-01-01', stay.admission_date)
        ) * 1000000 + coalesce(together.among, 1) * 10
        + case when ending.kind <> 'none' then 1 else 0 end as ended
    from newest_custody_stay as stay
    inner join core.person_number as number on stay.person_id = number.person_id
    left join together on stay.stay_id = together.stay_id
    left join core.release_reason_kind as ending on stay.release_reason = ending.release_reason
    where coalesce(together.copy, 1) = 1
),

followed as (
    select
        *,
        row_number() over person_order as place,
        lag(admission_date) over person_order as admission_before,
        coalesce(lag(release_date is null) over person_order, false) as open_before,
        lead(admission_date) over person_order as admission_after,
        max(release_date) over earlier as latest_release,
        max(ended) over earlier % 10 = 1 as released_last
    from kept
    window
        person_order as (partition by person_key order by admission_date, among),
        earlier as (
            partition by person_key order by admission_date, among rows between unbounded preceding and 1 preceding
        )
),

joined as (
    select
        *,
        case
            when place = 1 then 'first'
            when admission_date = latest_release and released_last and not open_before then 'same_day_readmission'
            when admission_date <= latest_release then 'continuing'
            when
                admission_reason in ('transfer_in', 'return_from_absence')
                and (open_before or not coalesce(released_last, false))
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
        sum(case when joined_by in ('first', 'new', 'new_after_release') then 1 else 0 end) over so_far as spell_number,
        max(case when joined_by in ('first', 'new', 'new_after_release') then place end) over so_far as spell_place,
        lead(joined_by) over person_order as joined_after
    from joined
    window
        person_order as (partition by person_key order by place),
        so_far as (partition by person_key order by place rows between unbounded preceding and current row)
)

-- Where two open stays and a third begin on one day, the first closing makes that day a known release, which the third joins.
select
    stay_id,
    person_id,
    person_key,
    cast(spell_number as integer) as spell_number,
    cast(place - spell_place + 1 as integer) as position,
    place = spell_place and coalesce(joined_after in ('new', 'new_after_release'), true) as whole_spell,
    joined_by,
    cast(date_diff('day', latest_release, admission_date) as integer) as gap_days,
    prison,
    regime,
    admission_date,
    case when joined_by = 'new_after_release' then 'unknown' else admission_reason end as admission_reason,
    offence_date,
    offence_group,
    sentence_days,
    case
        when release_date is not null or joined_after is null then release_date
        when joined_after in ('new', 'new_after_release') then cast(admission_after - interval 1 day as date)
        else admission_after
    end as release_date,
    case
        when release_date is not null or joined_after is null then release_reason
        when joined_after in ('continuing', 'same_day_readmission', 'transfer') then 'transfer_out'
        when joined_after = 'same_day' and open_before and place > spell_place then 'transfer_out'
        when joined_after = 'same_day' then 'status_change'
        else 'unknown'
    end as release_reason,
    release_date is null and joined_after is not null as closed_by_rule,
    planned_release_date,
    prior_terms,
    sarpo_risk,
    drug_user
from numbered;
