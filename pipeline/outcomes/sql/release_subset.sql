-- A row is one release that belongs to one part of the cohorts that some measures are about, known on the day of release:
-- conditional releases.
create or replace table outcomes.release_subset as
select 'conditional' as subset, s.release_id
from outcomes.release_seen as s
inner join core.release as r on r.release_id = s.release_id
where r.conditional;
