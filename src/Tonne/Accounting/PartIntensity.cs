using System.Globalization;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>The intensity of a stage or an epoch from its own quarter hours, as a derivation that shows them.</summary>
/// <remarks>
/// <code>
/// operational of the part = E_s × PUE × Ī_s        Ī_s = Σ E_s,q × I_q ÷ Σ E_s,q
/// </code>
/// E_s,q: energy of the part in a quarter hour, to the microjoule; I_q: the intensity with which the run is accounted in it. The stages of a run share out each
/// quarter hour exactly, so Σ E_s × Ī_s = E × Ī: the stages, (outside) among them, sum to the run.
/// The errors are those of the run and are shared by all hours and parts, never independent: of one signal, the error of the run's intensity; of several, that of the
/// publisher and that of each signal.
/// </remarks>
sealed class PartIntensity
{
    const string PerKwh = "g CO2e/kWh";
    const double MicrojoulesPerKilowattHour = 3.6e12;

    // More rows are put together, so that a derivation can be read and drawn.
    const int MostRows = 24;

    readonly GridFactor _grid;
    readonly Dictionary<DateTimeOffset, (IntensitySignal Signal, double Grams)>? _quarters;
    readonly Derivation.FactorNode _mean;
    readonly Dictionary<IntensitySignal, Derivation.FactorNode> _errors = [];
    readonly Derivation.FactorNode? _publisher;
    readonly Derivation? _error;

    /// <summary>The intensities of a run.</summary>
    /// <param name="grid">Those with which the run is accounted.</param>
    /// <param name="mean">The node of its mean.</param>
    internal PartIntensity(GridFactor grid, Derivation.FactorNode mean)
    {
        (_grid, _mean, _quarters) = (grid, mean, grid.GetQuarterHours());
        var best = grid.Intensity.Bounds.Best;
        if (_quarters is null || best <= 0)
            return;
        if (_quarters.Values.Select(quarter => quarter.Signal).Distinct().Skip(1).Any())
            (_publisher, _errors) = DescribeErrors(grid);
        else
            _error = new Derivation.Quotient("error of the intensity, one for all hours of the run", "1", mean, new Derivation.Count("its best value", PerKwh, best));
    }

    /// <summary>Whether the hours of the run may differ, so that a part without hours of its own has another intensity than it should have.</summary>
    internal bool MayVary => _grid.Spans is { } spans && (_quarters is null || _quarters.Values.Any(quarter => quarter.Grams != _grid.Intensity.Bounds.Best));

    /// <summary>Derives the intensity of a part in g CO2e/kWh.</summary>
    /// <param name="name">Name of the part.</param>
    /// <param name="energies">Its energy by quarter hour; null if not kept.</param>
    /// <returns>Null where its own hours are not known, or its energy is not positive: the mean of the run holds.</returns>
    internal Derivation? Derive(string name, IReadOnlyList<QuarterHourEnergy>? energies)
    {
        if (_quarters is null || energies is null || FindRows(energies) is not { Count: > 0 } rows)
            return null;
        var best = _grid.Intensity.Bounds.Best;
        if (_publisher is null && rows.TrueForAll(row => row.Grams == best))
            return _mean;
        var total = rows.Sum(row => row.Energy);
        var mean = rows.Sum(row => row.Energy * row.Grams) / total;
        // Under the marginal policy an hour may have a negative energy; a mean outside its hours is none.
        if (!(total > 0 && mean >= rows.Min(row => row.Grams) * (1 - 1e-9) && mean <= rows.Max(row => row.Grams) * (1 + 1e-9)))
            return null;
        rows = Shorten(rows);
        if (_publisher is not { } publisher)
        {
            var hours = DeriveHours(name, rows, static (_, sum) => sum);
            return _error is null ? _mean : new Derivation.Product($"intensity of the hours of {name}, with its error", PerKwh, [hours, _error]);
        }

        return new Derivation.Product($"intensity of the hours of {name}, with its error", PerKwh,
            [
                DeriveHours(name, rows, (signal, sum) => _errors.TryGetValue(signal, out var error)
                    ? new Derivation.Product($"{Describe(signal)}, with its error", sum.Unit, [sum, error]) : sum),
                publisher,
            ]);
    }

    /// <summary>The mean over the rows; each signal may have an error.</summary>
    static Derivation DeriveHours(string name, List<Row> rows, Func<IntensitySignal, Derivation, Derivation> addError)
    {
        if (rows.Count == 1)
            return addError(rows[0].Signal, new Derivation.Count(rows[0].Label, PerKwh, rows[0].Grams));
        List<Derivation> signals = [.. rows.GroupBy(row => row.Signal).Select(group => addError(group.Key, new Derivation.Sum(
            $"energy × intensity, {Describe(group.Key)}", "g CO2e", [.. group.Select(row => (Derivation)new Derivation.Product(row.Label, "g CO2e",
                [new Derivation.Count("energy at the plug", "kWh", row.Energy / MicrojoulesPerKilowattHour), new Derivation.Count("intensity", PerKwh, row.Grams)]))])))];
        var sum = signals.Count == 1 ? signals[0] : new Derivation.Sum("energy × intensity of its hours", "g CO2e", [.. signals]);
        return new Derivation.Quotient($"intensity of the hours of {name}", PerKwh, sum,
            new Derivation.Count("energy at the plug in them", "kWh", rows.Sum(row => row.Energy) / MicrojoulesPerKilowattHour));
    }

    /// <summary>Times of one intensity after each other; null if a quarter hour is not known.</summary>
    List<Row>? FindRows(IReadOnlyList<QuarterHourEnergy> energies)
    {
        var rows = new List<Row>();
        foreach (var quarter in energies)
        {
            if (quarter.Microjoules == 0)
                continue;
            if (!_quarters!.TryGetValue(quarter.Start, out var value))
                return null;
            var row = new Row(quarter.Start, quarter.Start.AddMinutes(15), value.Signal, quarter.Microjoules, value.Grams);
            if (rows.Count > 0 && rows[^1] is var last && last.Signal == row.Signal && last.Grams == row.Grams)
                rows[^1] = last.Add(row);
            else
                rows.Add(row);
        }

        return rows;
    }

    static List<Row> Shorten(List<Row> rows)
    {
        if (rows.Count <= MostRows)
            return rows;
        var (size, shorter, inLast) = ((rows.Count + MostRows - 1) / MostRows, new List<Row>(), 0);
        foreach (var row in rows)
        {
            if (shorter.Count > 0 && inLast < size && shorter[^1].Signal == row.Signal)
                (shorter[^1], inLast) = (shorter[^1].Add(row), inLast + 1);
            else
                (shorter, inLast) = ([.. shorter, row], 1);
        }

        return shorter;
    }

    /// <summary>The error of the publisher and of each signal: together they are the σ of the run's intensity (docs/methods/grid-intensity.md).</summary>
    static (Derivation.FactorNode Publisher, Dictionary<IntensitySignal, Derivation.FactorNode> Signals) DescribeErrors(GridFactor grid)
    {
        var mean = grid.Intensity.Bounds.Best;
        var shares = grid.Spans!.Value.GroupBy(span => span.Signal).ToDictionary(group => group.Key, group => group.Sum(span => span.EnergyShare * span.GramsPerKwh) / mean);
        var (publisher, hour) = (AnnualIntensityCatalog.PublisherSigma, AnnualIntensityCatalog.HourSigma);
        var errors = new Dictionary<IntensitySignal, Derivation.FactorNode>();
        var profile = shares.GetValueOrDefault(IntensitySignal.Profile);
        if (shares.ContainsKey(IntensitySignal.Profile))
            errors[IntensitySignal.Profile] = CreateError("profile", "error of an hour against its profile", hour);
        if (shares.TryGetValue(IntensitySignal.Annual, out var annual) && annual > 0)
        {
            var run = grid.Intensity.Bounds.SigmaHigh;
            var rest = Math.Max(0, (run * run) - (publisher * publisher) - (profile * profile * hour * hour));
            errors[IntensitySignal.Annual] = CreateError("annual", "error of an hour against the annual mean", Math.Sqrt(rest) / annual);
        }

        return (CreateError("publisher", "error of the publisher, one for all hours", publisher), errors);

        Derivation.FactorNode CreateError(string id, string label, double sigma) => new(grid.Intensity with
        {
            Id = $"{grid.Intensity.Id}/{id}",
            Label = label,
            Unit = "1",
            Bounds = LogNormal.CreateBounds(1, sigma),
            Note = null,
        });
    }

    static string Describe(IntensitySignal signal) => signal switch
    {
        IntensitySignal.Observed => "observed",
        IntensitySignal.Profile => "from the profile",
        _ => "annual mean",
    };

    /// <summary>A time, with its energy in µJ and its mean intensity in g CO2e/kWh.</summary>
    readonly record struct Row(DateTimeOffset From, DateTimeOffset To, IntensitySignal Signal, double Energy, double Grams)
    {
        public string Label => string.Create(CultureInfo.InvariantCulture,
            $"{From.UtcDateTime:yyyy-MM-dd HH:mm} to {(To.UtcDateTime.Date == From.UtcDateTime.Date ? "" : $"{To.UtcDateTime:yyyy-MM-dd} ")}{To.UtcDateTime:HH:mm} UTC, {Describe(Signal)}");

        public Row Add(Row next)
        {
            var energy = Energy + next.Energy;
            return new(From, next.To, Signal, energy, next.Grams == Grams || energy == 0 ? Grams : Grams + (next.Energy * (next.Grams - Grams) / energy));
        }
    }
}
