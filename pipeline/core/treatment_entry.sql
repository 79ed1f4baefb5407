-- A row is a treatment demand at entry, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.treatment_entry as
select newest.*
from newest_treatment_entry as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.entry_id;
