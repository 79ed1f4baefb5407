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
-- The windows see numbers alone; what else is known of a stay is added after them.
create or replace table core.stay as
with known as (
    select
        stay.stay_id,
        number.person_key,
        number.person_key * 100000 + date_diff('day', date '1900-01-01', stay.admission_date) as day_key,
        stay.prison,
        stay.admission_date,
        stay.admission_reason,
        stay.release_date,
        stay.release_reason
    from newest_custody_stay as stay
    inner join core.person_number as number on stay.person_id = number.person_id
),

-- Stays of one person that begin on one day are few: only they are put in order by their names and looked through for
-- equal ones.
one_day as (
    select day_key
    from known
    group by day_key
    having count(*) > 1
),

together as (
    select
        stay_id,
        row_number() over (partition by day_key order by stay_id) as among,
        row_number() over (partition by day_key, prison, release_date, admission_reason order by stay_id) as copy
    from known
    where day_key in (select one_day.day_key from one_day)
),

-- stay_key puts a person's stays in order: day of admission, then the place among those that begin on it. The end of a stay
-- is one number too: day of release, day of admission, that place; its last digit is 1 for a release.
told as (
    select
        known.stay_id,
        known.person_key,
        known.day_key * 100000 + coalesce(together.among, 1) as stay_key,
        known.admission_date,
        known.release_date,
        known.admission_reason in ('transfer_in', 'return_from_absence') as arrives,
        (
            cast(date_diff('day', date '1900-01-01', known.release_date) as bigint) * 10000000
            + mod(known.day_key, 100000)
        ) * 1000000 + coalesce(together.among, 1) * 10
        + case when ending.kind <> 'none' then 1 else 0 end as ended
    from known
    left join together on known.stay_id = together.stay_id
    left join core.release_reason_kind as ending on known.release_reason = ending.release_reason
    where coalesce(together.copy, 1) = 1
),

-- The ways in which a stay comes into its spell, as above; the first three begin one.
ways as (
    select
        1 as way,
        'first' as joined_by
    union all
    select 2, 'new'
    union all
    select 3, 'new_after_release'
    union all
    select 4, 'same_day_readmission'
    union all
    select 5, 'continuing'
    union all
    select 6, 'transfer'
    union all
    select 7, 'same_day'
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
    from told
    window
        person_order as (partition by person_key order by stay_key),
        earlier as (partition by person_key order by stay_key rows between unbounded preceding and 1 preceding)
),

joined as (
    select
        *,
        case
            when place = 1 then 1
            when admission_date = latest_release and released_last and not open_before then 4
            when admission_date <= latest_release then 5
            when arrives and (open_before or not coalesce(released_last, false)) then 6
            when open_before and admission_before = admission_date then 7
            when arrives then 3
            else 2
        end as way
    from followed
),

numbered as (
    select
        stay_id, person_key, place, way, latest_release, open_before, admission_after,
        sum(case when way <= 3 then 1 else 0 end) over so_far as spell_number,
        max(case when way <= 3 then place end) over so_far as spell_place,
        lead(way) over person_order as way_after
    from joined
    window
        person_order as (partition by person_key order by place),
        so_far as (partition by person_key order by place rows between unbounded preceding and current row)
)

-- Where two open stays and a third begin on one day, the first closing makes that day a known release, which the third joins.
select
    stay.stay_id,
    stay.person_id,
    numbered.person_key,
    cast(numbered.spell_number as integer) as spell_number,
    cast(numbered.place - numbered.spell_place + 1 as integer) as position,
    numbered.place = numbered.spell_place and coalesce(numbered.way_after <= 3, true) as whole_spell,
    ways.joined_by,
    cast(date_diff('day', numbered.latest_release, stay.admission_date) as integer) as gap_days,
    stay.prison,
    stay.regime,
    stay.admission_date,
    case when numbered.way = 3 then 'unknown' else stay.admission_reason end as admission_reason,
    stay.offence_date,
    stay.offence_group,
    stay.sentence_days,
    case
        when stay.release_date is not null or numbered.way_after is null then stay.release_date
        when numbered.way_after <= 3 then cast(numbered.admission_after - interval 1 day as date)
        else numbered.admission_after
    end as release_date,
    case
        when stay.release_date is not null or numbered.way_after is null then stay.release_reason
        when numbered.way_after in (4, 5, 6) then 'transfer_out'
        when
            numbered.way_after = 7 and numbered.open_before and numbered.place > numbered.spell_place
            then 'transfer_out'
        when numbered.way_after = 7 then 'status_change'
        else 'unknown'
    end as release_reason,
    stay.release_date is null and numbered.way_after is not null as closed_by_rule,
    stay.planned_release_date,
    stay.prior_terms,
    stay.sarpo_risk,
    stay.drug_user
from newest_custody_stay as stay
inner join numbered on stay.stay_id = numbered.stay_id
inner join ways on numbered.way = ways.way;
