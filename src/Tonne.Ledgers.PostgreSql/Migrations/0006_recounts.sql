-- Statements that the server adds when it accounts runs again, and the jobs that do so. Lines of nodes are not touched.

-- Numbered by themselves, so that the next statement of the node has its place in run_lines whatever the server has added.
create table tonne.server_statements (
    run text collate "C" not null,
    month date not null,
    number int not null check (number >= 1),
    node text not null,
    job bigint not null,
    line bytea not null,
    sha256 bytea not null check (length(sha256) = 32),
    recounted_at timestamptz not null,
    primary key (run, number),
    constraint month_is_of_the_id check (month = tonne.month_of(run))
);

-- How far a recount has come: node by node, and in each by id. It is written in the transaction of the statements themselves.
create table tonne.recount_jobs (
    id bigint generated always as identity primary key,
    started_at timestamptz not null,
    started_by text not null,
    method text not null,
    factors_hash text not null,
    since date,
    account text,
    runs bigint not null,
    at_node text not null default '',
    at_run text collate "C" not null default '',
    done bigint not null default 0,
    changed bigint not null default 0,
    unchanged bigint not null default 0,
    of_another_tool bigint not null default 0,
    failed bigint not null default 0,
    first_problem text,
    updated_at timestamptz not null,
    ended_at timestamptz,
    outcome text check (outcome in ('finished', 'replaced')),
    check ((ended_at is null) = (outcome is null))
);

create unique index one_recount_is_unfinished on tonne.recount_jobs ((true)) where ended_at is null;

-- The runs of a node in the order in which a recount takes them.
create index runs_by_pusher_and_id on tonne.runs (pushed_by, id);

revoke all on tonne.server_statements, tonne.recount_jobs from public;
grant select on tonne.server_statements to tonne_reader;
grant select, insert on tonne.server_statements to tonne_ingest;
grant select, insert, update on tonne.recount_jobs to tonne_ingest;

alter table tonne.server_statements enable row level security, force row level security;
create policy lines_of_visible_runs on tonne.server_statements for select to tonne_reader
    using (exists (select from tonne.runs r where r.id = server_statements.run and r.month = server_statements.month));
create policy nodes_have_their_own on tonne.server_statements to tonne_ingest
    using (node = (select tonne.node())) with check (node = (select tonne.node()));
