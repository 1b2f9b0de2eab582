-- The lines that nodes push, and the row of each run made from them. One partition for each month of the start that the id states.

create function tonne.month_of(run text) returns date
    language sql immutable strict parallel safe
    return make_date(substr(run, 1, 4)::int, substr(run, 5, 2)::int, 1);

-- The node that pushed the first line of a run: only that one adds lines to it.
create table tonne.run_sources (
    run text collate "C" not null,
    month date not null,
    node text not null,
    received_at timestamptz not null default now(),
    primary key (run, month),
    constraint month_is_of_the_id check (month = tonne.month_of(run))
) partition by range (month);

-- The lines, byte for byte: the source of truth of this database. Sequence 0 is the record, 1 and up its statements.
create table tonne.run_lines (
    run text collate "C" not null,
    month date not null,
    sequence int not null check (sequence >= 0),
    node text not null,
    line bytea not null,
    sha256 bytea not null check (length(sha256) = 32),
    received_at timestamptz not null default now(),
    primary key (run, month, sequence),
    constraint month_is_of_the_id check (month = tonne.month_of(run))
) partition by range (month);

-- A row for each run whose record is there, made from its lines; it can be made again from them at any time.
create table tonne.runs (
    id text collate "C" not null,
    month date not null,
    suffix text collate "C" not null,
    pushed_by text not null,
    name text not null,
    name_folded text not null,
    project text,
    account text,
    user_name text,
    node text,
    boot_id text,
    cpu text,
    cluster text,
    scheduler_partition text,
    job_key text,
    job_step text,
    restarts int not null,
    covers_job boolean not null,
    covers_node boolean not null,
    parent text collate "C",
    rank int,
    model text,
    exported_from text collate "C",
    tags jsonb not null,
    kind text not null,
    status text,
    exit_code int,
    has_figures boolean not null,
    started_at timestamptz not null,
    started_ticks bigint not null,
    ended_ticks bigint not null,
    duration_s double precision,
    zone text,
    method text,
    factors_hash text,
    statements int not null,
    energy_microjoules bigint not null,
    energy_quality text,
    measured_share double precision,
    facility_kwh double precision,
    facility_kwh_low double precision,
    facility_kwh_high double precision,
    operational_kg double precision,
    operational_kg_low double precision,
    operational_kg_high double precision,
    embodied_kg double precision,
    embodied_kg_low double precision,
    embodied_kg_high double precision,
    total_kg double precision,
    total_kg_low double precision,
    total_kg_high double precision,
    boundary text,
    hours timestamptz[] not null,
    hour_microjoules bigint[] not null,
    last_hour timestamptz not null,
    format int not null,
    summary bytea not null,
    counted bytea not null,
    primary key (id, month),
    constraint month_is_of_the_id check (month = tonne.month_of(id))
) partition by range (month);

-- Row level security lets an index be used only by operators that cannot reveal a row: comparisons of columns, and not substr() or those of
-- jsonb.
create index runs_by_start on tonne.runs (started_ticks desc, id desc);
create index runs_by_end on tonne.runs (ended_ticks);
create index runs_by_name on tonne.runs (name);
create index runs_by_suffix on tonne.runs (suffix);
create index runs_by_account on tonne.runs (account, started_ticks desc, id desc);
create index runs_by_user on tonne.runs (user_name, started_ticks desc, id desc);
create index runs_by_project on tonne.runs (project, started_ticks desc, id desc);
create index runs_by_pusher on tonne.runs (pushed_by, last_hour);
create index runs_by_parent on tonne.runs (parent) where parent is not null;
create index runs_by_job on tonne.runs (job_key) where job_key is not null;
create index runs_by_export on tonne.runs (exported_from) where exported_from is not null;
create index runs_by_model on tonne.runs (model, started_ticks desc, id desc);

-- Makes the partitions of a month, once, however many servers ask at the same time. It runs as the owner of the schema, because only an
-- owner can.
-- A partition is attached, not created as one: that does not wait for transactions that write to the others.
create function tonne.ensure_month(month date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    first date := date_trunc('month', month)::date;
    parent text;
    part text;
begin
    if month < date '2000-01-01' or month > (now() at time zone 'UTC')::date + 62 then
        raise exception 'there is no partition for %', month using errcode = 'check_violation';
    end if;
    if to_regclass(format('tonne.runs_%s', to_char(first, 'YYYY_MM'))) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(7449, 2);
    foreach parent in array array['run_sources', 'run_lines', 'runs'] loop
        part := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
        if to_regclass('tonne.' || part) is null then
            execute format('create table tonne.%I (like tonne.%I including all)', part, parent);
            -- Nobody has a grant on a partition. If somebody is given one, no row is seen through it: there is no policy.
            execute format('alter table tonne.%I enable row level security, force row level security', part);
            execute format('alter table tonne.%I attach partition tonne.%I for values from (%L) to (%L)',
                parent, part, first, (first + interval '1 month')::date);
        end if;
    end loop;
end
$$;
