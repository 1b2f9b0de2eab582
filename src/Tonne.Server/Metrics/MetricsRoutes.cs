using System.Globalization;
using System.Text;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Watching;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Metrics;

/// <summary>The route of metrics for Prometheus, in the OpenMetrics text format: totals of the ledger, and the power of runs that are recorded now.</summary>
/// <remarks>All are gauges: a recount may lower a total, which a counter cannot. Names end in their unit: joules, grams, watts, seconds.</remarks>
/// <param name="runs">The runs.</param>
/// <param name="home">The folder with the traces of running runs.</param>
/// <param name="time">The clock.</param>
/// <param name="options">The database of a fleet, if there is one.</param>
sealed class MetricsRoutes(IRunDirectory runs, LedgerHome home, TimeProvider time, ServerOptions options)
{
    const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    const double JoulesPerKilowattHour = 3.6e6;
    const double GramsPerKilogram = 1000;

    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    // A sum of a fleet for each budget takes longer.
    static readonly TimeSpan BudgetsFreshFor = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly LiveRuns _live = new(new ListedRuns(runs), home, time);
    readonly FleetMetrics? _fleet = options.Fleet is { } store ? new FleetMetrics(store, time) : null;

    // Each person sees the sums of their own rows.
    readonly Dictionary<string, (string Text, long Read)> _texts = new(StringComparer.Ordinal);
    readonly Dictionary<string, (IReadOnlyList<BudgetState> Budgets, long Checked)> _budgets = new(StringComparer.Ordinal);

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => ApiRoutes.Describe(
        routes.MapGet("/metrics", async (HttpContext context, TimeProvider clock) =>
        {
            _ = new ApiRequest(context, new([]), clock);
            var nodes = _fleet is null ? default : await _fleet.ReadNodesAsync(context).ConfigureAwait(false);
            var sums = _fleet?.ReadSums(new Person(RequestPerson.Of(context).Name));
            return Results.Text(Read(runs.ReaderKey) + Write(sums) + Write(nodes.States, nodes.LastHeard) + "# EOF\n", ContentType, Encoding.UTF8);
        }),
        "getMetrics", "Totals of the ledger and the power of running runs for Prometheus (OpenMetrics)", new([])).Produces<string>(StatusCodes.Status200OK, "application/openmetrics-text");

    string Read(string key)
    {
        IReadOnlyList<BudgetState>? budgets;
        lock (_lock)
        {
            RemoveOld(_texts, static each => each.Read, FreshFor);
            RemoveOld(_budgets, static each => each.Checked, BudgetsFreshFor);
            if (_texts.TryGetValue(key, out var known))
                return known.Text;
            budgets = _budgets.GetValueOrDefault(key).Budgets;
        }

        // What one person asks for may take seconds, for which others do not wait.
        var checkedNow = budgets ?? runs.CheckBudgets();
        var sum = runs.SumUp();
        lock (_lock)
        {
            if (budgets is null)
                _budgets[key] = (checkedNow, time.GetTimestamp());
            var text = Write(sum, _live.Look(except: null), checkedNow);
            _texts[key] = (text, time.GetTimestamp());
            return text;
        }
    }

    void RemoveOld<T>(Dictionary<string, T> held, Func<T, long> read, TimeSpan freshFor)
    {
        foreach (var old in held.Where(each => time.GetElapsedTime(read(each.Value)) >= freshFor).Select(each => each.Key).ToList())
            held.Remove(old);
    }

    static string Write(LedgerSum sum, IReadOnlyList<JobPower> live, IReadOnlyList<BudgetState> budgets)
    {
        var text = new StringBuilder();
        Begin(text, "tonne_ledger_runs", null, "Ended runs of the ledger that are counted.");
        Add(text, "tonne_ledger_runs", [("status", "completed")], sum.Completed);
        Add(text, "tonne_ledger_runs", [("status", "failed")], sum.Failed);
        Add(text, "tonne_ledger_runs", [("status", "interrupted")], sum.Interrupted);
        AddBounds(text, "tonne_ledger_it_energy_joules", "joules", "Energy of the runs at the plug, each joule once.", sum.Energy, JoulesPerKilowattHour);
        AddBounds(text, "tonne_ledger_facility_energy_joules", "joules", "Facility energy of the runs, PUE included.", sum.FacilityEnergy, JoulesPerKilowattHour);
        AddBounds(text, "tonne_ledger_operational_emissions_grams", "grams", "Operational emissions of the runs, CO2e, location-based.", sum.Operational, GramsPerKilogram);
        if (sum.Embodied is { } embodied)
            AddBounds(text, "tonne_ledger_embodied_emissions_grams", "grams", "Embodied emissions of the runs, CO2e, where known.", embodied, GramsPerKilogram);
        AddBounds(text, "tonne_ledger_emissions_grams", "grams", "Operational and embodied emissions of the runs, CO2e.", sum.Emissions, GramsPerKilogram);
        Begin(text, "tonne_running_runs", null, "Runs that are recorded now.");
        Add(text, "tonne_running_runs", [], live.Count);
        Begin(text, "tonne_run_power_watts", "watts", "Power of a running run at the plug, between two reads of its trace.");
        foreach (var run in live)
            Add(text, "tonne_run_power_watts", [("run", run.Id), ("name", run.Name)], run.Watts);
        Begin(text, "tonne_run_duration_seconds", "seconds", "Time since the start of a running run.");
        foreach (var run in live)
            Add(text, "tonne_run_duration_seconds", [("run", run.Id), ("name", run.Name)], run.Seconds);
        AddBudgets(text, budgets);
        return text.ToString();
    }

    static string Write((IReadOnlyList<KeyValuePair<string, GroupSum>> Nodes, IReadOnlyList<KeyValuePair<string, GroupSum>> Accounts)? sums)
    {
        if (sums is not { } known)
            return "";
        var text = new StringBuilder();
        foreach (var (label, groups) in new[] { ("node", known.Nodes), ("account", known.Accounts) })
        {
            Add($"tonne_fleet_{label}_runs", null, $"Ended runs by {label}.", static sum => sum.Runs);
            Add($"tonne_fleet_{label}_it_energy_joules", "joules", $"Energy at the plug by {label}, each joule once, best estimate.", static sum => sum.EnergyKwh * JoulesPerKilowattHour);
            Add($"tonne_fleet_{label}_emissions_grams", "grams", $"Operational and embodied emissions by {label}, CO2e, best estimate.", static sum => sum.EmissionsKg * GramsPerKilogram);

            void Add(string name, string? unit, string help, Func<GroupSum, double> select)
            {
                Begin(text, name, unit, help);
                foreach (var group in groups)
                    MetricsRoutes.Add(text, name, [(label, group.Key)], select(group.Value));
            }
        }

        return text.ToString();
    }

    static string Write(IReadOnlyDictionary<string, int>? states, IReadOnlyList<(string Name, DateTimeOffset At)>? heard)
    {
        var text = new StringBuilder();
        if (states is null || heard is null)
            return "";
        Begin(text, "tonne_fleet_nodes", null, "Nodes by state.");
        foreach (var (state, count) in states)
            Add(text, "tonne_fleet_nodes", [("state", state)], count);
        Begin(text, "tonne_fleet_node_last_heard_timestamp_seconds", "seconds", "When a node was last heard of, since 1970.");
        foreach (var (name, at) in heard)
            Add(text, "tonne_fleet_node_last_heard_timestamp_seconds", [("node", name)], at.ToUnixTimeMilliseconds() / 1e3);
        return text.ToString();
    }

    static void AddBudgets(StringBuilder text, IReadOnlyList<BudgetState> budgets)
    {
        if (budgets.Count == 0)
            return;
        var labelled = budgets.Select(static state => (State: state, Labels: new (string, string)[]
        {
            ("project", state.Budget.Project ?? ""), ("account", state.Budget.Account ?? ""), ("user", state.Budget.User ?? ""),
            ("period", state.Budget.Period.ToString().ToLowerInvariant()), ("of", state.Budget.Limit.IsEnergy ? "energy" : "emissions"),
        })).ToList();
        Begin(text, "tonne_budget_used_ratio", "ratio", "Used of a budget in its period, as a share of the limit. An empty label is any.");
        foreach (var (state, labels) in labelled)
            Add(text, "tonne_budget_used_ratio", labels, state.Share);
        Begin(text, "tonne_budget_warning_ratio", "ratio",
            "The highest warning of a budget that is reached, as a share of the limit; 0 for none.");
        foreach (var (state, labels) in labelled)
            Add(text, "tonne_budget_warning_ratio", labels, state.Warning ?? 0);
        Begin(text, "tonne_budget_forecast_ratio", "ratio",
            "Expected at the end of the period, as a share of the limit. bound: low and high are the 95 % interval.");
        foreach (var (state, labels) in labelled)
        {
            if (state.Forecast is not { } forecast)
                continue;
            foreach (var (bound, value) in new[] { ("best", forecast.Best), ("low", forecast.Low), ("high", forecast.High) })
                Add(text, "tonne_budget_forecast_ratio", [.. labels, ("bound", bound)], value / state.Budget.Limit.Value);
        }
    }

    static void AddBounds(StringBuilder text, string name, string unit, string help, Bounds bounds, double scale)
    {
        Begin(text, name, unit, help + " bound: low and high are the 95 % interval.");
        Add(text, name, [("bound", "best")], bounds.Best * scale);
        Add(text, name, [("bound", "low")], bounds.Low * scale);
        Add(text, name, [("bound", "high")], bounds.High * scale);
    }

    static void Begin(StringBuilder text, string name, string? unit, string help)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} gauge\n");
        if (unit is not null)
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {unit}\n");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n");
    }

    static void Add(StringBuilder text, string name, IReadOnlyList<(string Name, string Value)> labels, double value)
    {
        text.Append(name);
        if (labels.Count > 0)
            text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value)}\"")).Append('}');
        text.Append(CultureInfo.InvariantCulture, $" {value:R}\n");
    }

    static string Escape(string value) => Formatting.TextSanitizer.ToOneLine(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
