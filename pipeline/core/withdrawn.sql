-- A row is a person who has withdrawn consent at any partner, with the first day of that.
create or replace table core.withdrawn_person as
select
    person_id,
    min(consent_withdrawn_date) as consent_withdrawn_date
from newest_person
where consent_withdrawn_date is not null
group by person_id;

-- A row is a case of such a person.
create or replace table core.withdrawn_case as
select
    withdrawn.partner,
    withdrawn.case_id
from newest_case as withdrawn
inner join core.withdrawn_person on withdrawn.person_id = withdrawn_person.person_id;

-- A row is a relative of such a person.
create or replace table core.withdrawn_family_member as
select
    relative.partner,
    relative.family_member_id
from newest_family_member as relative
inner join core.withdrawn_person on relative.person_id = withdrawn_person.person_id;
