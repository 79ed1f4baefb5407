-- A row is one accepted delivery with its place in time: a later place is newer, the same place as old.
create or replace temp view delivery_rank as
select
    delivery_id,
    extract_date,
    rank() over (order by extract_date, received_at) as place
from validated.delivery
where verdict = 'accepted';
