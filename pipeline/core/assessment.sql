-- A row is one item of one instrument on a day, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.assessment as
select newest.*
from newest_assessment as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.assessment_id, newest.item;
