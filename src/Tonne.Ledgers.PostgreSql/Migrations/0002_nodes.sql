-- Nodes that may push, their keys and the codes with which they enrol, and who changed what.

create table tonne.nodes (
    name text primary key,
    enrolled_at timestamptz not null,
    revoked_at timestamptz,
    last_seen_at timestamptz,
    report jsonb,
    runs bigint not null default 0
);

-- Of a key only its SHA-256 is kept.
create table tonne.node_keys (
    hash bytea primary key check (length(hash) = 32),
    node text not null references tonne.nodes (name),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);

create index node_keys_by_node on tonne.node_keys (node);

-- Of a code only its SHA-256 is kept.
create table tonne.enrolment_codes (
    hash bytea primary key check (length(hash) = 32),
    node text,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    used_by text
);

-- Only appended to: no role may change or remove a row.
create table tonne.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    who text not null,
    action text not null,
    subject text not null,
    details jsonb
);

-- Who sees the runs of which account. Role owner of account * is the owner of the fleet.
create table tonne.members (
    person text not null check (person <> ''),
    account text not null check (account <> ''),
    role text not null check (role in ('owner', 'member', 'viewer')),
    primary key (person, account),
    constraint only_an_owner_has_all_accounts check (account <> '*' or role = 'owner')
);
