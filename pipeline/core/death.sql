-- A row is a death, in its newest accepted version.
create or replace table core.death as
select newest.*
from newest_death as newest
order by newest.person_id;
