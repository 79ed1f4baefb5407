-- A row is one kind of oddity that core met and settled by rule, and how often.
create or replace table core.joined_counts as
with counted as (
    select
        count(*) filter (where joined_by = 'same_day_readmission') as same_day_readmissions,
        count(*) filter (where joined_by = 'continuing' and gap_days < 0) as overlapping_stays,
        count(*) filter (where joined_by = 'transfer' and gap_days > 30) as transfer_gaps_over_30_days,
        count(*) filter (where joined_by = 'new_after_release') as reasons_taken_as_unknown,
        count(*) filter (where closed_by_rule and release_reason = 'transfer_out') as open_stays_closed_as_transfer,
        count(*) filter (where closed_by_rule and release_reason = 'status_change')
            as open_stays_closed_as_status_change,
        count(*) filter (where closed_by_rule and release_reason = 'unknown') as open_stays_closed_as_unknown,
        count(*) as stays
    from core.stay
),

-- Only of records with several versions (found by the sieves of the newest ones) can the expected day have changed.
several as (
    select
        source,
        partner,
        record_id,
        expected_date
    from core.delivered_date
    where
        (source = 'stay' and hash(record_id) in (select repeated.sieve from core.repeated_custody_stay as repeated))
        or (source = 'case' and hash(partner, record_id) in (select repeated.sieve from core.repeated_case as repeated))
),

dated as (
    select count(distinct expected_date) as dates
    from several
    group by source, partner, record_id
)

select 'same_day_readmissions' as what, same_day_readmissions as number from counted
union all
select 'overlapping_stays', overlapping_stays from counted
union all
select 'transfer_gaps_over_30_days', transfer_gaps_over_30_days from counted
union all
select 'reasons_taken_as_unknown', reasons_taken_as_unknown from counted
union all
select 'open_stays_closed_as_transfer', open_stays_closed_as_transfer from counted
union all
select 'open_stays_closed_as_status_change', open_stays_closed_as_status_change from counted
union all
select 'open_stays_closed_as_unknown', open_stays_closed_as_unknown from counted
union all
select 'equal_stays_merged', (select count(*) from newest_custody_stay) - stays from counted
union all
select
    'records_with_expected_date',
    (select count(*) from core.delivered_date) - (select count(*) from several) + (select count(*) from dated)
union all
select 'records_with_changed_expected_date', count(*) from dated where dates > 1
union all
select 'records_closed_by_full_extract', count(*) from validated.closed
union all
select 'persons_in_conflict', count(*) from core.person where conflict
union all
select 'pseudonyms_joined_by_decision', count(*) from core.same_person
union all
select 'persons_with_quarantined_stay', count(*) from core.custody_conflict
union all
select 'persons_consent_withdrawn', count(*) from core.withdrawn_person
union all
select 'cases_excluded_by_withdrawal', count(*) from core.withdrawn_case
union all
select 'case_persons_not_in_custody_data', count(distinct agreement.person_id)
from core."case" as agreement
left join core.spell as spell on agreement.person_id = spell.person_id and spell.spell_number = 1
where spell.person_id is null
union all
select 'prisons_never_covered', count(*)
from core.prison as prison
left join core.coverage as coverage on coverage.table_name = 'custody_stay' and coverage.prison in (prison.prison, '*')
where coverage.source is null
order by what;
