-- A row is a person who has withdrawn consent, with the day and the partners who say so.
select
    person.person_id,
    person.consent_withdrawn_date,
    (
        select string_agg(distinct told.partner, ', ' order by told.partner)
        from validated.person as told
        where told.person_id = person.person_id and told.consent_withdrawn_date is not null
    ) as partners
from core.person as person
where person.consent_withdrawn_date is not null
order by person.consent_withdrawn_date, person.person_id;
