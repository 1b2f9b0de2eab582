using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>Finds a figure by its name as people write it.</summary>
/// <remarks>
/// The stable name always works (<c>emissions_kg.operational</c>, <c>stages.train.energy_kwh</c>). So do its short forms without unit or without
/// prefix: <c>emissions</c> (the total), <c>energy</c>, <c>embodied</c>, <c>train</c> or <c>train energy</c>, <c>epoch 3 emissions</c>, <c>steps</c>. Case, spaces and punctuation do not matter.
/// </remarks>
public static class FigureIndex
{
    /// <summary>Returns the figure with that name, or else the most similar names.</summary>
    public static LookupResult<Figure> Find(Footprint footprint, string name)
    {
        var all = Names(footprint).ToList();
        var key = NameMatching.ToKey(name);
        if (all.FirstOrDefault(entry => NameMatching.ToKey(entry.Figure.Name) == key).Figure is { } exact)
            return exact;
        var found = all.Where(entry => NameMatching.ToKey(entry.Name) == key).Select(entry => entry.Figure).Distinct().ToList();
        if (found.Count == 0)
            found = [.. all.Where(entry => key.Length >= 3 && NameMatching.ToKey(entry.Figure.Name).StartsWith(key, StringComparison.Ordinal)).Select(entry => entry.Figure).Distinct()];
        return found.Count switch
        {
            1 => found[0],
            0 => new UnknownName("figure", name, Ambiguous: false, Nearest(all, name)),
            _ => new UnknownName("figure", name, Ambiguous: true, [.. found.Take(8).Select(figure => figure.Name)]),
        };
    }

    static List<string> Nearest(List<(string Name, Figure Figure)> all, string name)
    {
        var near = NameMatching.FindNearest(name, all.Select(entry => (NameMatching.ToKey(entry.Name), entry.Figure.Name)));
        return near.Count > 0 ? [.. near] : [.. all.Select(entry => entry.Figure.Name).Distinct(StringComparer.Ordinal).Take(7)];
    }

    static IEnumerable<(string Name, Figure Figure)> Names(Footprint footprint)
    {
        foreach (var figure in footprint.GetFigures())
            yield return (figure.Name, figure);
        foreach (var name in new[] { "emissions", "emissions_kg", "total", "carbon", "co2", "co2e", "footprint", "total emissions" })
            yield return (name, footprint.Total);
        foreach (var name in new[] { "operational", "electricity", "operational emissions", "emissions.operational" })
            yield return (name, footprint.Operational);
        foreach (var name in new[] { "energy", "kwh", "it energy", "job energy" })
            yield return (name, footprint.Energy);
        foreach (var name in new[] { "machine", "machine energy" })
            yield return (name, footprint.MachineEnergy);
        foreach (var name in new[] { "facility", "facility energy", "building" })
            yield return (name, footprint.FacilityEnergy);
        if (footprint.Embodied is { } embodied)
        {
            foreach (var name in new[] { "embodied", "hardware", "embodied emissions", "emissions.embodied", "manufacturing" })
                yield return (name, embodied);
        }

        if (footprint.Water is { } water)
            yield return ("water", water);
        foreach (var (parts, word, many) in new[] { (footprint.Stages, "stage ", "stages."), (footprint.Epochs, "epoch ", "epochs.") })
        {
            foreach (var part in parts.Where(part => !part.IsWithheld))
            {
                foreach (var name in new[] { part.Name, word + part.Name, many + part.Name })
                {
                    yield return (name, part.Emissions);
                    yield return (name + " emissions", part.Emissions);
                    yield return (name + " energy", part.Energy);
                }
            }
        }

        foreach (var part in footprint.Ranks)
        {
            yield return (part.Name, part.Emissions);
            yield return (part.Name + " emissions", part.Emissions);
            yield return (part.Name + " energy", part.Energy);
        }

        foreach (var (i, part) in footprint.StepSeries.Index().Where(one => !one.Item.IsWithheld))
        {
            foreach (var name in new[] { part.Name, string.Create(CultureInfo.InvariantCulture, $"steps {i + 1}"), footprint.StepSeries.Length == 1 ? "steps" : part.Name })
            {
                yield return (name, part.Energy);
                yield return (name + " energy", part.Energy);
                yield return (name + " emissions", part.Emissions);
            }
        }
    }
}
