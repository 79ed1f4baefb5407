-- A row is an agreement with a client, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core."case" as
select newest.*
from newest_case as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.case_id;
