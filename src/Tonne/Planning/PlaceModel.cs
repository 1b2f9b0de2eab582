using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>
/// A place over the window of a request as plain arrays: intensity and power of renewables in equal pieces of time, with prefix sums.
/// Times are ticks, UTC.
/// </summary>
sealed class PlaceModel
{
    const double KilowattHoursPerWattTick = 1 / (1_000d * TimeSpan.TicksPerHour);

    readonly double[]? _renewables;
    readonly double _renewableIntensity;
    readonly double[] _sums;
    readonly int[] _gaps;

    internal PlaceModel(PlanPlace place, int index, PowerProfile profile, long from, long to)
    {
        (Place, Index) = (place, index);
        var series = place.Intensity;
        Step = place.Renewables is { } own ? SlotGrid.Gcd(series.Step.Ticks, own.Step.Ticks) : series.Step.Ticks;
        Origin = from / Step * Step;
        var count = (int)((to - Origin + Step - 1) / Step);
        Intensity = new double[count];
        var values = series.Values.AsSpan();
        var (seriesStart, seriesStep) = (series.Start.UtcTicks, series.Step.Ticks);
        if (Step == seriesStep)
        {
            var first = (Origin - seriesStart) / seriesStep;
            for (var i = 0; i < count; i++)
                Intensity[i] = first + i is >= 0 and var known && known < values.Length ? values[(int)known]?.GramsPerKilowattHour ?? double.NaN : double.NaN;
        }
        else
        {
            for (var i = 0; i < count; i++)
                Intensity[i] = FindIndex(Origin + (Step * i), seriesStart, seriesStep, values.Length) is >= 0 and var at
                    ? values[at]?.GramsPerKilowattHour ?? double.NaN : double.NaN;
        }

        if (place.Renewables is { } renewables)
        {
            _renewables = new double[count];
            _renewableIntensity = renewables.Intensity.GramsPerKilowattHour;
            for (var i = 0; i < count; i++)
            {
                if (FindIndex(Origin + (Step * i), renewables.Start.UtcTicks, renewables.Step.Ticks,
                    renewables.Values.Length) is >= 0 and var at)
                    _renewables[i] = renewables.Values[at].Watts;
            }
        }

        var hardware = place.Hardware;
        PowerFactor = hardware?.PowerFactor ?? 1;
        DurationFactor = hardware?.DurationFactor ?? 1;
        EmbodiedPerTick = (hardware?.EmbodiedPerHour.Grams ?? 0) / TimeSpan.TicksPerHour;
        StageEnds = new long[profile.Stages.Length];
        StageWatts = new double[profile.Stages.Length];
        var end = 0L;
        for (var i = 0; i < StageEnds.Length; i++)
        {
            end += profile.Stages[i].Duration.Ticks;
            StageEnds[i] = DurationFactor == 1 ? end : (long)Math.Round(end * DurationFactor);
            StageWatts[i] = profile.Stages[i].Power.Watts * PowerFactor;
        }

        Duration = Math.Max(1, StageEnds[^1]);
        MeanWatts = profile.MeanPower.Watts * PowerFactor;
        _sums = new double[count + 1];
        _gaps = new int[count + 1];
        Sum();
    }

    PlaceModel(PlaceModel other, double[] intensity)
    {
        (Place, Index, Step, Origin, Intensity) = (other.Place, other.Index, other.Step, other.Origin, intensity);
        (_renewables, _renewableIntensity) = (other._renewables, other._renewableIntensity);
        (PowerFactor, DurationFactor, EmbodiedPerTick) = (other.PowerFactor, other.DurationFactor, other.EmbodiedPerTick);
        (StageEnds, StageWatts, Duration, MeanWatts) = (other.StageEnds, other.StageWatts, other.Duration, other.MeanWatts);
        _sums = new double[intensity.Length + 1];
        _gaps = new int[intensity.Length + 1];
        Sum();
    }

    internal PlanPlace Place { get; }

    internal int Index { get; }

    internal long Origin { get; }

    internal long Step { get; }

    /// <summary>g CO2e/kWh of each piece; NaN for a gap.</summary>
    internal double[] Intensity { get; }

    internal double PowerFactor { get; }

    internal double DurationFactor { get; }

    internal double EmbodiedPerTick { get; }

    /// <summary>Ends of the stages on this hardware, in ticks of the job's own time.</summary>
    internal long[] StageEnds { get; }

    internal double[] StageWatts { get; }

    internal long Duration { get; }

    internal double MeanWatts { get; }

    internal double Pue => Place.Pue;

    internal bool HasRenewables => _renewables is not null;

    internal long End => Origin + (Step * Intensity.Length);

    internal PlaceModel WithIntensity(double[] intensity) => new(this, intensity);

    /// <summary>Index of the first piece that a time belongs to.</summary>
    internal int IndexOf(long time) => (int)((time - Origin) / Step);

    /// <summary>Whether every piece of a span has a value.</summary>
    internal bool IsKnown(long from, long to) =>
        from >= Origin && to <= End && (to <= from || _gaps[IndexOf(to - 1) + 1] == _gaps[IndexOf(from)]);

    /// <summary>∫ intensity dt from the origin, in g/kWh · ticks; gaps count as zero.</summary>
    internal double IntegrateTo(long time)
    {
        var index = IndexOf(time);
        var rest = time - Origin - (Step * index);
        return rest == 0 ? _sums[index] : _sums[index] + (double.IsNaN(Intensity[index]) ? 0 : Intensity[index] * rest);
    }

    /// <summary>Adds the cost of a power (IT watts on this hardware) over a span.</summary>
    internal void Add(long from, long to, double watts, PlanTally tally)
    {
        if (to <= from)
            return;
        if (from < Origin || to > End)
        {
            tally.IsUnknown = true;
            return;
        }

        watts *= Pue;
        var index = IndexOf(from);
        for (var at = from; at < to; index++)
        {
            var next = Math.Min(Origin + (Step * (index + 1)), to);
            var span = (next - at) * KilowattHoursPerWattTick;
            var own = _renewables is null ? 0 : Math.Min(watts, _renewables[index]);
            tally.Add(this, index, (watts - own) * span, own * span, own * span * _renewableIntensity);
            at = next;
        }
    }

    /// <summary>Adds an energy (J at the plug) spent at one moment, from the grid.</summary>
    internal void AddAt(long time, double joules, PlanTally tally)
    {
        if (joules == 0)
            return;
        if (time < Origin || time >= End)
            tally.IsUnknown = true;
        else
            tally.Add(this, IndexOf(time), joules * Pue / Energy.JoulesPerKilowattHour, 0, 0);
    }

    /// <summary>Adds a transfer that ends at a time.</summary>
    internal void AddTransfer(Transfer? transfer, long end, PlanTally tally)
    {
        if (transfer is null)
            return;
        if (transfer.Time.Ticks == 0)
            AddAt(end, transfer.Energy.Joules, tally);
        else
            Add(end - transfer.Time.Ticks, end, transfer.Energy.Joules / transfer.Time.TotalSeconds, tally);
    }

    /// <summary>Mean intensity and power of renewables over a slot; NaN with a gap.</summary>
    internal (double Intensity, double Renewables) Average(long from, long to)
    {
        if (!IsKnown(from, to))
            return (double.NaN, 0);
        var index = IndexOf(from);
        if (to <= Origin + (Step * (index + 1)))
            return (Intensity[index], _renewables?[index] ?? 0);
        var own = 0d;
        if (_renewables is not null)
        {
            for (var at = from; at < to; index++)
            {
                var next = Math.Min(Origin + (Step * (index + 1)), to);
                own += _renewables[index] * (next - at);
                at = next;
            }
        }

        return ((IntegrateTo(to) - IntegrateTo(from)) / (to - from), own / (to - from));
    }

    /// <summary>Grams of a power over a slot of known intensity.</summary>
    internal double Cost(double watts, double intensity, double renewables, long ticks)
    {
        watts *= Pue;
        var own = Math.Min(watts, renewables);
        return (((watts - own) * intensity) + (own * _renewableIntensity)) * ticks * KilowattHoursPerWattTick;
    }

    static int FindIndex(long time, long start, long step, int length)
    {
        var index = time < start ? -1 : (time - start) / step;
        return index < length ? (int)index : -1;
    }

    void Sum()
    {
        for (var i = 0; i < Intensity.Length; i++)
        {
            var gap = double.IsNaN(Intensity[i]);
            _sums[i + 1] = _sums[i] + (gap ? 0 : Intensity[i] * Step);
            _gaps[i + 1] = _gaps[i] + (gap ? 1 : 0);
        }
    }
}
