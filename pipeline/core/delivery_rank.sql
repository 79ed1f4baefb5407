-- A row is one accepted delivery with its place in time: a later place is newer, the same place as old. Of deliveries
-- of one extract's day a correction has the last word, then a full extract, then an increment.
create or replace table core.delivery_rank as
select
    delivery_id,
    extract_date,
    rank() over (
        order by extract_date, case kind when 'correction' then 2 when 'full' then 1 else 0 end, received_at
    ) as place
from validated.delivery
where verdict = 'accepted'
order by delivery_id;
