using System.Globalization;
using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>Divides the facility energy of runs among the hours (UTC) in which they used it, by account and zone, each joule once.</summary>
/// <remarks>
/// A run has the hours of its quarter hours; one without any, as from many imports, has all of it in the hour of its start. A node's own run
/// has in each hour what the other runs on the same boot of the machine leave of it, scaled so that its hours add up to what a total counts
/// of it (<see cref="RunContribution"/>).
/// </remarks>
public sealed class HourlyEnergy
{
    const double MicrojoulesPerKilowattHour = 3.6e12;

    readonly SortedDictionary<string, Sum> _rows = new(StringComparer.Ordinal);
    readonly Dictionary<(string Boot, DateTimeOffset Hour), double> _ofJobs = [];
    readonly Dictionary<(string Boot, DateTimeOffset Hour), double> _ofNodes = [];
    readonly List<NodeRun> _nodes = [];

    /// <summary>Adds a run.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="statement">The statement whose figures count.</param>
    /// <param name="contribution">What it adds to a total of all runs.</param>
    /// <param name="isInRows">Whether it is in the rows. Default: true. Otherwise only what it takes from a node's own run counts.</param>
    public void Add(RunRecord record, FootprintStatement statement, RunContribution contribution, bool isInRows = true)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(contribution);
        if (statement.Figures.FirstOrDefault(static figure => figure.Name == "facility_energy_kwh") is not { } facility)
            return;
        var boot = record.Opening.Machine.BootId;
        var hours = FindHours(record, statement.Factors.Grid, facility.Bounds.Best);
        if (record.Opening.CoversNode && boot is { Length: > 0 })
        {
            foreach (var hour in hours)
                Count(_ofNodes, boot, hour);
            if (isInRows)
                _nodes.Add(new NodeRun(boot, record, statement, facility.Quality, hours, contribution.FacilityEnergy.Best));
            return;
        }

        foreach (var hour in hours)
        {
            if (boot is not null)
                Count(_ofJobs, boot, hour);
            if (isInRows)
                AddRow(record, statement, facility.Quality, hour);
        }

        static void Count(Dictionary<(string, DateTimeOffset), double> sums, string boot, HourPart hour) =>
            sums[(boot, hour.Start)] = sums.GetValueOrDefault((boot, hour.Start)) + hour.KilowattHours;
    }

    /// <summary>The rows, by hour, account and zone.</summary>
    /// <param name="since">Only hours that start at this time or later. Default: null, all.</param>
    /// <param name="until">Only hours that start before this time. Default: null, all.</param>
    public IReadOnlyList<HourlyEnergyRow> Build(DateTimeOffset? since = null, DateTimeOffset? until = null)
    {
        foreach (var node in _nodes)
        {
            List<HourPart> left = [.. node.Hours.Select(hour => hour with { KilowattHours = FindLeft(node.Boot, hour) })];
            // Jobs that were read as using more than the machine leave nothing; what is counted then has the hours of the machine.
            if (left.Sum(static hour => hour.KilowattHours) <= 0)
                left = [.. node.Hours];
            var scale = left.Sum(static hour => hour.KilowattHours) is > 0 and var sum ? node.KilowattHours / sum : 0;
            foreach (var hour in left.Where(static hour => hour.KilowattHours > 0))
                AddRow(node.Record, node.Statement, node.Quality, hour with { KilowattHours = hour.KilowattHours * scale });
        }

        _nodes.Clear();
        return
        [
            .. _rows.Values.Select(static row => row.Build()).Where(row => !(row.Hour < since) && !(row.Hour >= until)),
        ];
    }

    double FindLeft(string boot, HourPart hour)
    {
        // In an hour in which one run of the node ended and the next began, each has its part of the jobs.
        var all = _ofNodes.GetValueOrDefault((boot, hour.Start));
        return all <= 0 ? 0
            : Math.Max(0, hour.KilowattHours - (_ofJobs.GetValueOrDefault((boot, hour.Start)) * hour.KilowattHours / all));
    }

    void AddRow(RunRecord record, FootprintStatement statement, Quality quality, HourPart hour)
    {
        var grid = statement.Factors.Grid;
        var row = new HourlyEnergyRow(
            hour.Start, record.Opening.Job?.Account ?? "", grid.Zone ?? "", hour.Intensity, EnumWords.Format(grid.Basis),
            EnumWords.Format(grid.Scope), statement.Method, EnumWords.Format(quality), grid.Intensity.Source.Id, 0, []);
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Hour:yyyy-MM-dd'T'HH}\n{row.Account}\n{row.Zone}\n{row.Intensity:R}\n{row.Basis}\n{row.Scope}\n{row.Method}\n{row.Quality}\n{row.Source}");
        if (!_rows.TryGetValue(key, out var known))
            _rows[key] = known = new Sum(row);
        known.Add(record.Opening.Id, hour.KilowattHours);
    }

    static List<HourPart> FindHours(RunRecord record, GridFactor grid, double kilowattHours)
    {
        var hours = record.QuarterHours.GroupBy(static quarter => TruncateToHour(quarter.Start))
            .Select(hour => Combine(hour.Key, hour, grid)).ToList();
        var sum = hours.Sum(static hour => hour.KilowattHours);
        if (sum <= 0)
        {
            var start = TruncateToHour(record.Opening.StartedAt);
            return [new HourPart(start, kilowattHours, grid.FindIntensity(start))];
        }

        return [.. hours.Select(hour => hour with { KilowattHours = kilowattHours * (hour.KilowattHours / sum) })];
    }

    /// <summary>Energy of an hour, and its intensity weighted by the energy of its quarter hours, so that the rows of a run sum to its
    /// emissions.</summary>
    static HourPart Combine(DateTimeOffset hour, IEnumerable<QuarterHour> quarters, GridFactor grid)
    {
        List<(double Energy, double Grams)> parts =
        [
            .. quarters.Select(quarter => (
                quarter.Energy.Sum(static use => (double)use.Microjoules) / MicrojoulesPerKilowattHour,
                grid.FindQuarterHourIntensity(quarter.Start))),
        ];
        var (energy, first) = (parts.Sum(static part => part.Energy), parts[0].Grams);
        // Differences from the first, so that equal quarter hours give exactly their value.
        var intensity = energy > 0 ? Math.Max(0, first + (parts.Sum(part => part.Energy * (part.Grams - first)) / energy))
            : grid.FindIntensity(hour);
        return new HourPart(hour, energy, intensity);
    }

    static DateTimeOffset TruncateToHour(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    /// <summary>Energy of a run in an hour, kWh, and its intensity, g CO2e/kWh.</summary>
    readonly record struct HourPart(DateTimeOffset Start, double KilowattHours, double Intensity);

    sealed record NodeRun(
        string Boot, RunRecord Record, FootprintStatement Statement, Quality Quality, List<HourPart> Hours, double KilowattHours);

    sealed class Sum(HourlyEnergyRow first)
    {
        readonly List<string> _runs = [];
        double _kilowattHours;

        public void Add(string run, double kilowattHours)
        {
            _runs.Add(run);
            _kilowattHours = Math.Min(double.MaxValue, _kilowattHours + kilowattHours);
        }

        public HourlyEnergyRow Build() => first with { KilowattHours = _kilowattHours, Runs = _runs };
    }
}
