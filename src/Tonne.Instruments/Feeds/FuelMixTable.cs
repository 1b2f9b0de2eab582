using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>Generation by fuel over time, and the intensity of each step that has all fuels.</summary>
/// <remarks>
/// A step is a gap if a fuel has no value there that generates at another time of the same answer: else a late report of one fuel would
/// change the figure
/// silently. A fuel that never has a value, or is always zero, is left out. Power of a longer step is repeated over the shortest step.
/// </remarks>
sealed class FuelMixTable
{
    readonly Dictionary<(DateTimeOffset Time, TimeSpan? Length), Dictionary<string, double?>> _steps = [];
    readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    /// <summary>Adds the power of a fuel; several entries of one fuel and time are summed.</summary>
    /// <param name="time">Start of the step.</param>
    /// <param name="name">The provider's name of the fuel.</param>
    /// <param name="fuel">Our name of it; null if the name is unknown.</param>
    /// <param name="megawatts">Power; null if unknown.</param>
    /// <param name="length">Length of the step; null to derive it from the neighbours.</param>
    internal void Add(DateTimeOffset time, string name, string? fuel, double? megawatts, TimeSpan? length = null)
    {
        if (fuel is null && megawatts > 0)
            _unknown.Add(name);
        if (!_steps.TryGetValue((time, length), out var step))
            _steps.Add((time, length), step = new Dictionary<string, double?>(StringComparer.Ordinal));
        // The later value of the same name and time counts, as for repeated rows elsewhere.
        step[$"{fuel ?? "other"}\n{name}"] = megawatts;
    }

    /// <summary>Writes the intensities as observed values.</summary>
    internal void WriteTo(FeedContent content)
    {
        if (_unknown.Count > 0)
            content.Warn("unknown-fuel",
                $"the factor of \"other\" was used for {string.Join(", ", _unknown.Order(StringComparer.Ordinal).Take(8))}");
        var shortest = _steps.Keys.Select(key => key.Length).OfType<TimeSpan>().DefaultIfEmpty().Min();
        var steps = shortest > TimeSpan.Zero ? Expand(shortest) : _steps.Select(pair => (pair.Key.Time, pair.Key.Length, pair.Value));
        var all = steps.ToList();
        var active = all.SelectMany(step => step.Value).Where(pair => pair.Value is { } power && power != 0).Select(pair =>
            pair.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (time, length, powers) in all)
        {
            var mix = new FuelMix();
            var complete = true;
            foreach (var name in active)
            {
                if (powers.TryGetValue(name, out var power) && power is { } known)
                    mix.Add(name[..name.IndexOf('\n')], known);
                else
                    complete &= name.StartsWith("imports\n", StringComparison.Ordinal) || name.StartsWith("storage\n",
                        StringComparison.Ordinal);
            }

            content.Observed.Add((time, complete ? mix.Intensity?.GramsPerKilowattHour : null, length));
        }
    }

    IEnumerable<(DateTimeOffset Time, TimeSpan? Length, Dictionary<string, double?> Value)> Expand(TimeSpan shortest)
    {
        var expanded = new Dictionary<DateTimeOffset, Dictionary<string, double?>>();
        foreach (var ((time, given), powers) in _steps)
        {
            for (var at = time; at < time + (given ?? shortest); at += shortest)
            {
                if (!expanded.TryGetValue(at, out var step))
                    expanded.Add(at, step = new Dictionary<string, double?>(StringComparer.Ordinal));
                foreach (var (name, power) in powers)
                    step[name] = power;
            }
        }

        return expanded.Select(pair => (pair.Key, (TimeSpan?)shortest, pair.Value));
    }
}
