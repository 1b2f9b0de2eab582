-- What the last run of a node's whole machine says of it, to compare with nodes of the same hardware.

create table tonne.node_measures (
    node text primary key,
    run text collate "C" not null,
    hardware text not null,
    idle_w double precision,
    load_w double precision,
    busy_hour_kwh double precision,
    gap_share double precision,
    pue double precision
);

revoke all on tonne.node_measures from public;
grant select, insert, update on tonne.node_measures to tonne_ingest;
grant select on tonne.node_measures to tonne_registry;

alter table tonne.node_measures enable row level security, force row level security;
create policy nodes_have_their_own on tonne.node_measures to tonne_ingest
    using (node = (select tonne.node())) with check (node = (select tonne.node()));
create policy the_registry_reads_all on tonne.node_measures for select to tonne_registry using (true);
