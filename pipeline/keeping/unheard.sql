-- The one row is the number of people of whose withdrawn consent only refused rows tell, so that they are not left out.
select count(distinct refused.person_id) as people
from staging.person as refused
inner join validated.quarantine as reason
    on
        reason.table_name = 'person'
        and refused.file_id = reason.file_id
        and refused.sheet = reason.sheet
        and refused.row_number = reason.row_number
        and refused.ordinal = reason.ordinal
where
    refused.consent_withdrawn_date is not null
    and not exists (select 1 from core.withdrawn_person as heard where heard.person_id = refused.person_id);
