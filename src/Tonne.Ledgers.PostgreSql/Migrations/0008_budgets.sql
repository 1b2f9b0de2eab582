-- Budgets of a fleet: a limit for an account, a user, a project, or all, in each period. An empty name is "any".

create table tonne.budgets (
    project text not null default '',
    account text not null default '',
    user_name text not null default '',
    period text not null check (period in ('total', 'day', 'week', 'month', 'quarter', 'year')),
    is_energy boolean not null,
    -- kWh of facility energy, or kg CO2e.
    limit_value double precision not null check (limit_value > 0 and limit_value < 'infinity'),
    warn_at double precision[],
    primary key (project, account, user_name, period, is_energy)
);

revoke all on tonne.budgets from public;
grant select, insert, update, delete on tonne.budgets to tonne_registry;
