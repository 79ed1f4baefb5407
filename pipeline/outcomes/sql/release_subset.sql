-- A row is one release that belongs to one part of the cohorts that some measures are about, known on the day of release:
-- conditional releases, people in (opioid agonist) treatment in prison in the last 30 days before release. seen_to is the
-- day on which that treatment ended, at the latest the release.
create or replace table outcomes.release_subset as
select 'conditional' as subset, s.release_key, s.release_date as seen_to
from outcomes.release_observed as s
where s.conditional
union all
select k.subset, s.release_key, max(least(coalesce(t.end_date_exclusive, s.release_date), s.release_date))
from outcomes.release_seen as s
inner join core.treatment as t on t.person_id = s.person_id and t.start_date < s.release_date
inner join (select 'treated_in_prison' as subset union all select 'opioid_agonist_in_prison') as k
    on k.subset = 'treated_in_prison' or t.treatment_type = 'opioid_agonist'
where t.setting = 'prison' and coalesce(t.end_date_exclusive, s.release_date) > s.release_date - interval 30 day
group by k.subset, s.release_key;
