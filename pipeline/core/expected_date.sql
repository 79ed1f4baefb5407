-- A row is one expected day of release that one record has carried, with the day from which it was known: that of the
-- version that first carried it.
create or replace view core.expected_date as
select
    person_id,
    source,
    record_id,
    expected_date,
    min(known_from) as known_from,
    partner
from core.delivered_date
group by person_id, source, partner, record_id, expected_date;
