-- A short row for each run, of which lists are made: searched, filtered, sorted and counted without reading the wide rows of tonne.runs.
-- One table, not one for each month: a list by any column reads one index, and its plan is made in a millisecond.

create table tonne.run_list (
    id text collate "C" not null primary key,
    month date not null,
    pushed_by text not null,
    account text,
    user_name text,
    project text,
    node text,
    model text,
    tags jsonb not null,
    kind text not null,
    status text,
    has_figures boolean not null,
    started_ticks bigint not null,
    duration_s double precision,
    facility_kwh double precision,
    total_kg double precision,
    -- Upper case by the rules of .NET, so that a search finds here what it finds in folders. "C": in the order of code points.
    name_folded text collate "C" not null,
    -- What the list is sorted by: their first 100 characters, which an index can hold.
    name_key text collate "C" not null,
    project_key text collate "C",
    user_key text collate "C",
    node_key text collate "C",
    status_rank smallint,
    -- All texts in which words are searched, with the character 1 between them.
    search text collate "C" not null,
    constraint month_is_of_the_id check (month = tonne.month_of(id))
);

-- A list by a column is this index, forwards or backwards; equal values are sorted by start. The first one has what row level security
-- looks at, so that counting and leaving out many rows read no row.
create index run_list_by_start on tonne.run_list (started_ticks desc, id desc) include (account, user_name);
create index run_list_by_account on tonne.run_list (account, user_name);
create index run_list_by_user on tonne.run_list (user_name);
create index run_list_by_name on tonne.run_list (name_key, started_ticks desc, id desc);
create index run_list_by_project_key on tonne.run_list (project_key, started_ticks desc, id desc);
create index run_list_by_user_key on tonne.run_list (user_key, started_ticks desc, id desc);
create index run_list_by_node_key on tonne.run_list (node_key, started_ticks desc, id desc);
create index run_list_by_status on tonne.run_list (status_rank, started_ticks desc, id desc);
create index run_list_by_duration on tonne.run_list (duration_s, started_ticks desc, id desc);
create index run_list_by_energy on tonne.run_list (facility_kwh, started_ticks desc, id desc);
create index run_list_by_emissions on tonne.run_list (total_kg, started_ticks desc, id desc);
create index run_list_by_pusher on tonne.run_list (pushed_by);

-- Freezing and the map of what all can see are kept up to date as rows are added: counts read the map instead of rows.
alter table tonne.run_list set (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02);

-- How often the runs of a month were changed by each node: sums of months in which nothing has changed are not made again.
create table tonne.month_changes (
    month date not null,
    pushed_by text not null,
    changes bigint not null,
    primary key (month, pushed_by)
);

grant select on tonne.run_list to tonne_reader;
grant select, insert, update on tonne.run_list to tonne_ingest;
grant select (month, changes) on tonne.month_changes to tonne_reader;
grant select, insert, update on tonne.month_changes to tonne_ingest;

alter table tonne.run_list enable row level security, force row level security;

create policy persons_see_their_accounts on tonne.run_list for select to tonne_reader
    using ((select tonne.sees_all()) or account = any ((select tonne.visible_accounts())::text[]) or user_name = (select tonne.person()));
create policy nodes_have_their_own on tonne.run_list to tonne_ingest
    using (pushed_by = (select tonne.node())) with check (pushed_by = (select tonne.node()));
