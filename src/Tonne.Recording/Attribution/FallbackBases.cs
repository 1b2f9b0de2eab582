using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Replaces the basis of each component whose meters never changed by its model.</summary>
/// <remarks>
/// A component with one meter that changes keeps its meters; what the others counted is unknown. Without a model the component is unknown.
/// If the meter of the whole machine did not change, processors without a meter of their own and all other parts are modelled too.
/// </remarks>
static class FallbackBases
{
    /// <summary>The opening with the bases that the run is accounted by.</summary>
    /// <param name="opening">The opening of the trace.</param>
    /// <param name="meters">The meters that did not change.</param>
    /// <param name="modelled">Receives the time of each meter whose component is modelled instead.</param>
    internal static RunOpening Apply(RunOpening opening, StuckMeters meters, List<Gap> modelled)
    {
        if (opening.Fallback is not { } fallback)
            return opening;
        var bases = opening.Bases.ToBuilder();
        var rates = opening.Rates.ToBuilder();
        foreach (var basis in opening.Bases)
        {
            if (basis.Meters.IsDefaultOrEmpty || basis.Meters.Any(id => meters.FindWhole(id) is null))
                continue;
            var model = fallback.Bases.FirstOrDefault(one => one.Component == basis.Component && one.Device == basis.Device);
            if (model is null && basis.Component != Component.Platform)
                continue;
            modelled.AddRange(basis.Meters.Select(id => meters.FindWhole(id)!).Where(gap => !modelled.Contains(gap)));
            bases.Remove(basis);
            if (model is not null)
                AddModel(model with { Excluded = basis.Excluded });
            // What the meter of the whole machine left of the parts is unknown too.
            if (basis.Component == Component.Platform && opening.Bases.FirstOrDefault(one => one.Component == Component.Other) is { } rest)
            {
                bases.Remove(rest);
                if (fallback.Bases.FirstOrDefault(one => one.Component == Component.Other) is { } other)
                    AddModel(other);
            }
        }

        // Memory that was inside what the meters should have measured.
        if (modelled.Count > 0 && !bases.Any(one => one.Component == Component.Memory)
            && fallback.Bases.FirstOrDefault(one => one.Component == Component.Memory) is { } memory)
        {
            AddModel(memory);
        }

        return opening with { Bases = bases.ToImmutable(), Rates = rates.ToImmutable(), Fallback = null };

        void AddModel(ComponentBasis model)
        {
            bases.Add(model);
            foreach (var id in new[] { model.IdleRate, model.BusyRate }.OfType<string>())
            {
                rates.AddRange(fallback.Rates.Where(rate =>
                    (rate.Id == id || rate.Id == Rate.GetOtherRateId(id)) && !rates.Any(known => known.Id == rate.Id)));
            }
        }
    }
}
