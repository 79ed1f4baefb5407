-- A row is a person with a quarantined stay that no newer accepted version has mended and that the newest full extract still
-- has: their custody is not fully seen.
create or replace table core.custody_conflict as
select distinct coalesce(same_person.counted_as, refused.person_id) as person_id
from validated.quarantine as refused
left join core.same_person as same_person on refused.person_id = same_person.person_id
inner join core.delivery_rank as refused_in on refused.delivery_id = refused_in.delivery_id
where
    refused.table_name = 'custody_stay'
    and refused.person_id is not null
    and not exists (
        select 1
        from validated.closed as closed
        where
            closed.table_name = 'custody_stay'
            and closed.partner = refused.partner
            and closed.record_key = refused.record_key
    )
    and not exists (
        select 1
        from validated.custody_stay as mended
        inner join core.delivery_rank as mended_in on mended.delivery_id = mended_in.delivery_id
        where mended.stay_id = refused.record_key and mended_in.place > refused_in.place
    )
order by person_id;
