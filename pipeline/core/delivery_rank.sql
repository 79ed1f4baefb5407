-- A row is one accepted delivery with its place in time: a later place is newer.
create or replace temp view delivery_rank as
select
    delivery_id,
    extract_date,
    row_number() over (order by extract_date, received_at, delivery_id) as place
from validated.delivery
where verdict = 'accepted';
