-- The order in which lines of a node were kept, as a hash chain, and what servers have signed of it.

create table tonne.line_chain (
    node text not null,
    position bigint not null check (position >= 1),
    run text collate "C" not null,
    sequence int not null,
    sha256 bytea not null check (length(sha256) = 32),
    primary key (node, position)
);

create table tonne.push_receipts (
    node text not null,
    position bigint not null,
    head bytea not null check (length(head) = 32),
    signed_at timestamptz not null,
    key text not null,
    signature bytea not null,
    primary key (node, position)
);

-- Public keys. One that took the place of another is signed by that one.
create table tonne.signing_keys (
    id text primary key,
    public_key bytea not null,
    created_at timestamptz not null,
    endorsed_by text,
    endorsement bytea
);

-- Lines of before there was a chain, in the order in which they came. Their owner sees them only without its own policies.
alter table tonne.run_lines no force row level security;
insert into tonne.line_chain (node, position, run, sequence, sha256)
select node, row_number() over (partition by node order by received_at, run, sequence), run, sequence, sha256 from tonne.run_lines;
alter table tonne.run_lines force row level security;

revoke all on tonne.line_chain, tonne.push_receipts, tonne.signing_keys from public;
grant select, insert on tonne.line_chain, tonne.push_receipts, tonne.signing_keys to tonne_ingest;

alter table tonne.line_chain enable row level security, force row level security;
alter table tonne.push_receipts enable row level security, force row level security;
create policy nodes_have_their_own on tonne.line_chain to tonne_ingest
    using (node = (select tonne.node())) with check (node = (select tonne.node()));
create policy nodes_have_their_own on tonne.push_receipts to tonne_ingest
    using (node = (select tonne.node())) with check (node = (select tonne.node()));
