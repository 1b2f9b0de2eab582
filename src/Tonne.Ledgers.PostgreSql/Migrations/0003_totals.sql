-- Sums by hour and by day. They are made again from the rows of the runs, in the transaction that changes these.

create table tonne.totals_by_hour (
    hour timestamptz not null,
    day date not null,
    pushed_by text not null,
    account text,
    user_name text,
    project text,
    node text,
    model text,
    runs bigint not null,
    energy_microjoules numeric not null,
    facility_kwh double precision not null,
    operational_kg double precision not null,
    total_kg double precision not null
);

create index totals_by_hour_of_pusher on tonne.totals_by_hour (pushed_by, day);
create index totals_by_hour_by_account on tonne.totals_by_hour (account, hour);
create index totals_by_hour_by_hour on tonne.totals_by_hour (hour);

create table tonne.totals_by_day (
    day date not null,
    pushed_by text not null,
    account text,
    user_name text,
    project text,
    node text,
    model text,
    runs bigint not null,
    energy_microjoules numeric not null,
    facility_kwh double precision not null,
    operational_kg double precision not null,
    total_kg double precision not null
);

create index totals_by_day_of_pusher on tonne.totals_by_day (pushed_by, day);
create index totals_by_day_by_account on tonne.totals_by_day (account, day);
create index totals_by_day_by_day on tonne.totals_by_day (day);

-- The days of the former rows of some runs, and of the runs that these include now or have included. Planning it takes longer than doing
-- it, so a connection plans it once. So with the next function.
create function tonne.find_days(
    pusher text, ids text[], months date[], jobs text[], cpus text[], from_ticks bigint, to_ticks bigint) returns date[]
    language plpgsql set plan_cache_mode to force_generic_plan
as $$
begin
    return array(
        select distinct (h at time zone 'UTC')::date from (
            select r.hours from unnest(ids, months) as wanted(id, month)
                join tonne.runs r on r.id = wanted.id and r.month = wanted.month
            union all select r.hours from tonne.runs r where r.pushed_by = pusher and r.parent = any (ids)
            union all select r.hours from tonne.runs r where r.pushed_by = pusher and r.job_key = any (jobs)
            union all select r.hours from tonne.runs r where r.pushed_by = pusher and r.exported_from = any (ids)
            union all select r.hours from tonne.runs r where r.pushed_by = pusher and r.kind = 'imported' and r.cpu = any (cpus)
                and r.started_ticks >= from_ticks and r.started_ticks <= to_ticks
        ) runs cross join lateral unnest(hours) h);
end
$$;

-- Makes the sums of some days of a node again. The caller holds the lock of the node, so that no other transaction changes its runs
-- meanwhile.
create function tonne.refresh_totals(pusher text, days date[]) returns void
    language plpgsql set plan_cache_mode to force_generic_plan
as $$
declare
    first timestamptz := (select min(d) from unnest(days) d)::timestamp at time zone 'UTC';
    after bigint := (extract(epoch from ((select max(d) from unnest(days) d) + 2)::timestamp)::bigint + 62135596800) * 10000000;
begin
    delete from tonne.totals_by_hour t where t.pushed_by = pusher and t.day = any (days);
    delete from tonne.totals_by_day t where t.pushed_by = pusher and t.day = any (days);
    insert into tonne.totals_by_hour
    -- The node's runs first: the questions about other runs are then planned once, and not for each partition.
    with candidates as materialized (
        select r.id, r.parent, r.job_key, r.covers_job, r.restarts, r.kind, r.exported_from, r.cpu, r.duration_s,
            r.started_ticks, r.ended_ticks,
            r.account, r.user_name, r.project, r.node, r.model, r.hours, r.hour_microjoules, r.energy_microjoules,
            r.facility_kwh, r.operational_kg, r.total_kg
        from tonne.runs r
        where r.pushed_by = pusher and r.last_hour >= first and r.started_ticks < after
            and r.has_figures and r.total_kg is not null and r.facility_kwh is not null
            -- An agent's run of its whole machine has the energy of all other runs there once more.
            and not r.covers_node
    )
    select h.hour, (h.hour at time zone 'UTC')::date, pusher, r.account, r.user_name, r.project, r.node, r.model,
        count(*) filter (where h.number = 1), sum(h.microjoules),
        sum(r.facility_kwh * s.part), coalesce(sum(r.operational_kg * s.part), 0), sum(r.total_kg * s.part)
    from candidates r
        cross join lateral unnest(r.hours, r.hour_microjoules) with ordinality as h(hour, microjoules, number)
        cross join lateral (
            select case
                when r.energy_microjoules <> 0 then h.microjoules::double precision / r.energy_microjoules
                when h.number = 1 then 1
                else 0
            end as part) s
    where (h.hour at time zone 'UTC')::date = any (days)
        -- Not the runs whose energy is part of another one of this node; src/Tonne.Ledgers/Totals/IncludedRuns.cs has the same rules.
        -- 50000000 ticks are the 5 s by which clocks of two tools may differ.
        and (r.parent is null or not exists (
            select from tonne.runs p
            where p.id = r.parent and p.id <> r.id and p.pushed_by = pusher
                and p.has_figures and p.total_kg is not null and p.facility_kwh is not null
                and r.started_ticks >= p.started_ticks
                and (r.started_ticks - p.started_ticks)::double precision / 1e7 <= coalesce(p.duration_s, 0)))
        and (r.job_key is null or r.covers_job or r.kind <> 'recorded' or not exists (
            select from tonne.runs j
            where j.job_key = r.job_key and j.covers_job and j.pushed_by = pusher
                and j.node is not distinct from r.node and j.restarts = r.restarts
                and j.has_figures and j.total_kg is not null and j.facility_kwh is not null
                and r.started_ticks >= j.started_ticks - 50000000 and r.started_ticks <= j.ended_ticks))
        and (r.kind <> 'imported' or r.exported_from is null or not exists (
            select from tonne.runs e
            where e.id = r.exported_from and e.kind = 'recorded' and e.pushed_by = pusher
                and e.has_figures and e.total_kg is not null and e.facility_kwh is not null))
        and (r.kind <> 'imported' or r.cpu is null or r.cpu = '' or r.duration_s <= 0 or not exists (
            select from tonne.runs s
            where s.pushed_by = pusher and s.kind = 'recorded' and s.cpu = r.cpu
                and s.has_figures and s.total_kg is not null and s.facility_kwh is not null
                and s.ended_ticks >= r.ended_ticks - 50000000 and s.started_ticks <= r.started_ticks + 50000000))
    group by h.hour, r.account, r.user_name, r.project, r.node, r.model;
    insert into tonne.totals_by_day
    select t.day, pusher, t.account, t.user_name, t.project, t.node, t.model,
        sum(t.runs), sum(t.energy_microjoules), sum(t.facility_kwh), sum(t.operational_kg), sum(t.total_kg)
    from tonne.totals_by_hour t
    where t.pushed_by = pusher and t.day = any (days)
    group by t.day, t.account, t.user_name, t.project, t.node, t.model;
end
$$;
