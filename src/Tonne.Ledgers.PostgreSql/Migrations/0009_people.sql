-- Reading the audit log, and keys of nodes that take the place of others.

create index audit_by_time on tonne.audit (at);

-- The key that this one replaces: it ends when this one is used for the first time.
alter table tonne.node_keys add column replaces bytea check (length(replaces) = 32);
alter table tonne.node_keys add column used_at timestamptz;

create index node_keys_by_replaced on tonne.node_keys (replaces) where replaces is not null;
