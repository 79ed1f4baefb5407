-- A row is one finding over a partner's deliveries: in which it began and in which it ended. The same finding is the
-- same table, record key, rule and column. It goes on while its record does not come again; it is `mended` when the
-- record comes again without it, and `gone` when a full extract no longer has the record.
create or replace table validated.finding_history as
with told_key as (
    select
        partner,
        table_name,
        record_key,
        rule_id,
        severity,
        column_name,
        min(place) as first_place
    from told
    group by partner, table_name, record_key, rule_id, severity, column_name
),

-- A warning is asked only of accepted rows, so a row that repeats an accepted one or is quarantined says nothing new.
came_right as (
    select distinct
        told_key.* exclude (first_place),
        came.place
    from told_key
    inner join came
        on
            told_key.partner = came.partner
            and told_key.table_name = came.table_name
            and told_key.record_key = came.record_key
            and told_key.first_place < came.place
    where came.fate = 'accepted' or (told_key.severity = 'row' and came.fate in ('duplicate', 'judged'))
),

full_extract as (
    select
        partner,
        place,
        unnest(tables) as table_name
    from validated.delivery_place
    where kind = 'full'
),

without_record as (
    select
        told_key.* exclude (first_place),
        full_extract.place
    from told_key
    inner join full_extract
        on
            told_key.partner = full_extract.partner
            and told_key.table_name = full_extract.table_name
            and told_key.first_place < full_extract.place
    anti join came
        on
            told_key.partner = came.partner
            and told_key.table_name = came.table_name
            and told_key.record_key = came.record_key
            and full_extract.place = came.place
),

event as (
    select
        partner,
        table_name,
        record_key,
        rule_id,
        severity,
        column_name,
        place,
        min(kind) as kind
    from (
        select distinct
            *,
            '1 fails' as kind
        from told
        union all
        select
            *,
            '2 mended' as kind
        from came_right
        union all
        select
            *,
            '3 gone' as kind
        from without_record
    )
    group by all
),

turn as (
    select
        *,
        kind = '1 fails' as fails,
        coalesce(lag(kind) over (
            partition by partner, table_name, record_key, rule_id, severity, column_name order by place
        ) = '1 fails', false) as failed_before
    from event
),

interval as (
    select
        *,
        lead(place) over (
            partition by partner, table_name, record_key, rule_id, severity, column_name order by place
        ) as end_place,
        lead(kind) over (
            partition by partner, table_name, record_key, rule_id, severity, column_name order by place
        ) as ending
    from turn
    where fails <> failed_before
)

select
    interval.partner,
    interval.table_name,
    interval.record_key,
    interval.rule_id,
    interval.severity,
    interval.column_name,
    opening.delivery_id as opened_in,
    closing.delivery_id as closed_in,
    substr(interval.ending, 3) as closed_as
from interval
inner join validated.delivery_place as opening on interval.partner = opening.partner and interval.place = opening.place
left join validated.delivery_place as closing on interval.partner = closing.partner and interval.end_place = closing.place
where interval.fails
order by all;
