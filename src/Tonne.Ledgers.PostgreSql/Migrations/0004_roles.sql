-- Roles without a login, and which rows each sees. A server logs in as a member of all three.

do $$
declare
    name text;
begin
    foreach name in array array['tonne_reader', 'tonne_ingest', 'tonne_registry'] loop
        begin
            if not exists (select from pg_roles where rolname = name) then
                execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', name);
            end if;
        exception when duplicate_object or unique_violation then
            -- Another database of this cluster was migrated at the same time.
        end;
        begin
            if not pg_has_role(current_user, name, 'member') then
                execute format('grant %I to current_user', name);
            end if;
        exception when unique_violation then
            -- As above.
        end;
    end loop;
    if exists (select from pg_roles where rolname in ('tonne_reader', 'tonne_ingest', 'tonne_registry') and (rolbypassrls or rolsuper)) then
        raise exception 'the roles tonne_reader, tonne_ingest and tonne_registry must not be superusers or bypass row level security';
    end if;
    execute format('grant temporary on database %I to tonne_ingest', current_database());
end
$$;

revoke all on schema tonne from public;
revoke all on all tables in schema tonne from public;
revoke all on all functions in schema tonne from public;
grant usage on schema tonne to tonne_reader, tonne_ingest, tonne_registry;
grant select on tonne.migrations to tonne_reader, tonne_ingest, tonne_registry;

-- Whose request it is: set for each transaction by the server.
create function tonne.person() returns text
    language sql stable parallel safe
    return nullif(current_setting('tonne.person', true), '');

create function tonne.node() returns text
    language sql stable parallel safe
    return nullif(current_setting('tonne.node', true), '');

-- A reader may not read who is a member of what, only whether it is one itself.
create function tonne.visible_accounts() returns text[]
    language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(array_agg(m.account), '{}') from tonne.members m where m.person = tonne.person() and m.account <> '*' $$;

create function tonne.sees_all() returns boolean
    language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
as $$ select exists (select from tonne.members m where m.person = tonne.person() and m.account = '*' and m.role = 'owner') $$;

revoke all on function tonne.person(), tonne.node(), tonne.visible_accounts(), tonne.sees_all() from public;
grant execute on function tonne.person(), tonne.visible_accounts(), tonne.sees_all() to tonne_reader;
grant execute on function tonne.node(), tonne.month_of(text), tonne.ensure_month(date), tonne.refresh_totals(text, date[]),
    tonne.find_days(text, text[], date[], text[], text[], bigint, bigint) to tonne_ingest;

-- Reading.
grant select on tonne.runs, tonne.run_lines, tonne.totals_by_hour, tonne.totals_by_day to tonne_reader;
-- Receiving. "on conflict" reads the key columns of lines; bytes are compared, and rows made again, from lines of the same node only: see
-- the policies.
grant select, insert on tonne.run_lines to tonne_ingest;
grant select (run, month, node), insert (run, month, node) on tonne.run_sources to tonne_ingest;
grant select, insert, update on tonne.runs to tonne_ingest;
grant select, insert, delete on tonne.totals_by_hour, tonne.totals_by_day to tonne_ingest;
grant select (name, runs), update (runs) on tonne.nodes to tonne_ingest;
-- Nodes, codes, members.
grant select, insert, update on tonne.nodes, tonne.node_keys, tonne.enrolment_codes to tonne_registry;
grant select, insert, update, delete on tonne.members to tonne_registry;
grant select, insert on tonne.audit to tonne_registry;

alter table tonne.runs enable row level security, force row level security;
alter table tonne.run_lines enable row level security, force row level security;
alter table tonne.totals_by_hour enable row level security, force row level security;
alter table tonne.totals_by_day enable row level security, force row level security;

-- The selects in parentheses are computed once for a query, not for each row.
create policy persons_see_their_accounts on tonne.runs for select to tonne_reader
    using ((select tonne.sees_all()) or account = any ((select tonne.visible_accounts())::text[]) or user_name = (select tonne.person()));
create policy persons_see_their_accounts on tonne.totals_by_hour for select to tonne_reader
    using ((select tonne.sees_all()) or account = any ((select tonne.visible_accounts())::text[]) or user_name = (select tonne.person()));
create policy persons_see_their_accounts on tonne.totals_by_day for select to tonne_reader
    using ((select tonne.sees_all()) or account = any ((select tonne.visible_accounts())::text[]) or user_name = (select tonne.person()));
-- The policy of the runs applies inside.
create policy lines_of_visible_runs on tonne.run_lines for select to tonne_reader
    using (exists (select from tonne.runs r where r.id = run_lines.run and r.month = run_lines.month));

create policy nodes_have_their_own on tonne.runs to tonne_ingest
    using (pushed_by = (select tonne.node())) with check (pushed_by = (select tonne.node()));
create policy nodes_have_their_own on tonne.run_lines to tonne_ingest
    using (node = (select tonne.node())) with check (node = (select tonne.node()));
create policy nodes_have_their_own on tonne.totals_by_hour to tonne_ingest
    using (pushed_by = (select tonne.node())) with check (pushed_by = (select tonne.node()));
create policy nodes_have_their_own on tonne.totals_by_day to tonne_ingest
    using (pushed_by = (select tonne.node())) with check (pushed_by = (select tonne.node()));
