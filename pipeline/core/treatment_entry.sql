-- A row is a treatment demand at entry, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.treatment_entry as
select newest.*
from newest_treatment_entry as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.entry_id;
