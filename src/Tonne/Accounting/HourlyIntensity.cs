using System.Collections.Immutable;
using System.Globalization;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>The intensity of a run from its quarter hours: each has the intensity that was observed then, else the profile of its month and hour, else the annual mean.</summary>
/// <remarks>
/// <code>
/// operational = Σ quarter hours E_q × PUE × I_q = E × PUE × Ī        Ī = Σ E_q × I_q ÷ Σ E_q
/// </code>
/// E_q: the job's energy in a quarter hour (UTC). So an hourly account keeps the formula of the annual one, with Ī in place of the annual mean.
/// One method for a figure: the basis and scope of all quarter hours are the same. A history of another method than the annual mean is used only if it
/// covers the run, which it does from <see cref="SufficientShare"/> of the energy on; what is left has the mean of the observed then.
/// Bounds: σ² = method² + Σ over signals (share of the emissions × σ of the signal)². See docs/methods/grid-intensity.md.
/// Stages and epochs have the Ī of their own quarter hours (<see cref="PartIntensity"/>), ranks and steps that of the run; either way they sum to it.
/// </remarks>
static class HourlyIntensity
{
    /// <summary>Share of the energy from which on a history is taken to cover a run.</summary>
    internal const double SufficientShare = 0.95;

    static readonly IntensityBasis[] _preferred = [IntensityBasis.Lifecycle, IntensityBasis.Direct, IntensityBasis.Unstated];
    static readonly TimeSpan _quarterHour = TimeSpan.FromMinutes(15);

    /// <summary>Finds the intensity of a run.</summary>
    /// <param name="quarterHours">Energy of the job, by quarter hour.</param>
    /// <param name="zone">The zone of its electricity.</param>
    /// <param name="annual">The annual mean, for what is not known better.</param>
    /// <param name="history">What is known by the hour.</param>
    /// <param name="warnings">Receives why a history was not used.</param>
    /// <returns>The annual mean itself if nothing better is known.</returns>
    internal static GridFactor Find(ImmutableArray<QuarterHour> quarterHours, Zone zone, GridFactor annual, IIntensityHistory history, List<Warning> warnings)
    {
        var quarters = quarterHours.Select(quarter => (quarter.Start, Energy: quarter.Energy.Sum(use => (double)use.Microjoules))).ToList();
        var energy = quarters.Sum(quarter => quarter.Energy);
        if (energy <= 0)
            return annual;
        var found = history.Find(zone, quarters[0].Start, quarters[^1].Start + _quarterHour).Where(series => series.Kind == IntensityKind.Average).ToList();
        var methods = found.Where(series => series.Signal == IntensitySignal.Observed).GroupBy(series => (series.Basis, series.Scope))
            .Select(group => new Method(group.Key.Basis, group.Key.Scope, [.. group], quarters, energy)).Where(method => method.Coverage > 0).ToList();
        var isAnnualMethod = (Method method) => method.Basis == annual.Basis && method.Scope == annual.Scope;
        var chosen = methods.Where(method => isAnnualMethod(method) || method.Coverage >= SufficientShare)
            .OrderByDescending(method => method.Coverage >= SufficientShare).ThenByDescending(isAnnualMethod).ThenBy(method => Array.IndexOf(_preferred, method.Basis)).ThenByDescending(method => method.Coverage)
            .FirstOrDefault();
        if (chosen is null && methods.Count > 0)
        {
            var most = methods.MaxBy(method => method.Coverage)!;
            warnings.Add(new Warning("intensity-history-partial", string.Create(CultureInfo.InvariantCulture,
                $"The history of {zone.Name} ({AnnualIntensityCatalog.Describe(most.Basis, most.Scope)}) has {most.Coverage:P0} of the run's energy, and the rest is known by another method only; it is not used."),
                "Import the missing hours: tonne grid import FILE, then tonne ledger recount."));
        }

        var profiles = found.Where(series => series.Signal == IntensitySignal.Profile && series.Basis == (chosen?.Basis ?? annual.Basis) && series.Scope == (chosen?.Scope ?? annual.Scope)).ToList();
        if (chosen is null && profiles.Count == 0)
            return annual;
        return Combine(quarters, energy, zone, annual, chosen, profiles);
    }

    static GridFactor Combine(List<(DateTimeOffset Start, double Energy)> quarters, double energy, Zone zone, GridFactor annual, Method? chosen, List<IntensitySeries> profiles)
    {
        // What a history of another method leaves open has the mean of what it has: the annual mean would be another method.
        var rest = chosen is null || (chosen.Basis == annual.Basis && chosen.Scope == annual.Scope)
            ? new Value(IntensitySignal.Annual, annual.Intensity.Bounds.Best, annual.Intensity.Source)
            : new Value(IntensitySignal.Observed, chosen.Mean, chosen.Source);
        var values = quarters.ConvertAll(quarter => chosen?.Find(quarter.Start) ?? FindProfile(profiles, quarter.Start) ?? rest);
        // Differences from the first value, so that a flat series gives exactly itself.
        var first = values[0].Grams;
        var mean = first + (values.Select((value, i) => quarters[i].Energy * (value.Grams - first)).Sum() / energy);
        var spans = DescribeSpans(quarters, values, energy);
        var sigma = CombineSigma(spans, mean, annual);
        var sources = spans.Select(span => span.Source).Distinct(StringComparer.Ordinal).ToList();
        var (basis, scope) = (chosen?.Basis ?? annual.Basis, chosen?.Scope ?? annual.Scope);
        var main = values.GroupBy(value => value.Source).MaxBy(group => group.Count())!.Key;
        var how = DescribeSignals(spans, zone);
        var factor = new Factor(
            $"grid/{zone.Code}/hourly/{string.Join('+', sources)}", $"grid intensity, {zone.Name} by the hour, {AnnualIntensityCatalog.Describe(basis, scope)}", "g CO2e/kWh",
            mean > 0 ? LogNormal.CreateBounds(mean, sigma) : new Bounds(0, 0, annual.Intensity.Bounds.High), Quality.Modelled, main,
            "mean of the quarter hours, weighted by the energy of the job in each");
        return new GridFactor(factor, zone.Code, basis, scope, null, how) { Spans = spans };
    }

    static Value? FindProfile(List<IntensitySeries> profiles, DateTimeOffset start)
    {
        foreach (var profile in profiles)
        {
            if (profile.Average(start, start + _quarterHour, out _) is { } value)
                return new Value(IntensitySignal.Profile, value.GramsPerKilowattHour, profile.Source);
        }

        return null;
    }

    static double CombineSigma(ImmutableArray<IntensitySpan> spans, double mean, GridFactor annual)
    {
        var squares = AnnualIntensityCatalog.PublisherSigma * AnnualIntensityCatalog.PublisherSigma;
        foreach (var group in spans.GroupBy(span => span.Signal))
        {
            var share = mean > 0 ? group.Sum(span => span.EnergyShare * span.GramsPerKwh) / mean : 0;
            var sigma = group.Key switch
            {
                IntensitySignal.Observed => 0,
                IntensitySignal.Profile => AnnualIntensityCatalog.HourSigma,
                _ => annual.Intensity.Bounds.SigmaHigh,
            };
            squares += share * share * sigma * sigma;
        }

        return Math.Sqrt(squares);
    }

    static ImmutableArray<IntensitySpan> DescribeSpans(List<(DateTimeOffset Start, double Energy)> quarters, List<Value> values, double energy)
    {
        var spans = ImmutableArray.CreateBuilder<IntensitySpan>();
        for (var i = 0; i < quarters.Count;)
        {
            var (begin, part, emissions) = (i, 0d, 0d);
            do
            {
                part += quarters[i].Energy;
                emissions += quarters[i].Energy * (values[i].Grams - values[begin].Grams);
                i++;
            }
            while (i < quarters.Count && values[i].Signal == values[begin].Signal && values[i].Source.Id == values[begin].Source.Id && quarters[i].Start == quarters[i - 1].Start + _quarterHour);
            spans.Add(new IntensitySpan(
                quarters[begin].Start, quarters[i - 1].Start + _quarterHour, values[begin].Signal,
                values[begin].Grams + (part > 0 ? emissions / part : 0), part / energy, values[begin].Source.Id)
            {
                QuarterHours = values[begin..i].TrueForAll(value => value.Grams == values[begin].Grams) ? [values[begin].Grams] : [.. values[begin..i].Select(value => value.Grams)],
            });
        }

        return spans.DrainToImmutable();
    }

    static string DescribeSignals(ImmutableArray<IntensitySpan> spans, Zone zone)
    {
        var parts = spans.GroupBy(span => span.Signal).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Sum(span => span.EnergyShare):P0} {Describe(group.Key)}"));
        return $"by the hour, {zone.Name}: {string.Join(", ", parts)}";

        static string Describe(IntensitySignal signal) => signal switch
        {
            IntensitySignal.Observed => "observed",
            IntensitySignal.Profile => "from the profile of its month and hour",
            _ => "at the annual mean",
        };
    }

    readonly record struct Value(IntensitySignal Signal, double Grams, Source Source);

    /// <summary>What was observed by one method: series of one basis and scope.</summary>
    sealed class Method
    {
        readonly IReadOnlyList<IntensitySeries> _series;

        public Method(IntensityBasis basis, IntensityScope scope, IReadOnlyList<IntensitySeries> series, List<(DateTimeOffset Start, double Energy)> quarters, double energy)
        {
            (Basis, Scope, _series) = (basis, scope, series);
            var (known, emissions) = (0d, 0d);
            foreach (var quarter in quarters)
            {
                if (Find(quarter.Start) is not { } value)
                    continue;
                known += quarter.Energy;
                emissions += quarter.Energy * value.Grams;
            }

            (Coverage, Mean) = (known / energy, known > 0 ? emissions / known : 0);
        }

        public IntensityBasis Basis { get; }

        public IntensityScope Scope { get; }

        public Source Source => _series[^1].Source;

        /// <summary>Share of the run's energy that it has values for, 0 to 1.</summary>
        public double Coverage { get; }

        /// <summary>Mean of those values in g CO2e/kWh, weighted by energy.</summary>
        public double Mean { get; }

        public Value? Find(DateTimeOffset start)
        {
            for (var i = _series.Count - 1; i >= 0; i--)
            {
                if (_series[i].Average(start, start + _quarterHour, out _) is { } value)
                    return new Value(IntensitySignal.Observed, value.GramsPerKilowattHour, _series[i].Source);
            }

            return null;
        }
    }
}
