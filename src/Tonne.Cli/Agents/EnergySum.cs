using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>Energy and emissions of a run so far, or of several runs.</summary>
sealed record EnergySum
{
    const double JoulesPerKilowattHour = 3_600_000;
    const double GramsPerKilogram = 1_000;
    const double MicrojoulesPerJoule = 1e6;

    /// <summary>Nothing.</summary>
    public static EnergySum Zero { get; } = new();

    /// <summary>The machine's energy by part, µJ.</summary>
    public ImmutableSortedDictionary<EnergyPart, long> Parts { get; init; } =
        ImmutableSortedDictionary.Create<EnergyPart, long>(EnergyPart.ById);

    /// <summary>The machine's energy, J.</summary>
    public double MachineJoules => Parts.Values.Sum() / MicrojoulesPerJoule;

    /// <summary>The job's IT energy, J.</summary>
    public Bounds Joules { get; init; } = new(0, 0, 0);

    /// <summary>The job's emissions with the facility and embodied emissions, g CO2e.</summary>
    public Bounds Grams { get; init; } = new(0, 0, 0);

    /// <summary>What a run has.</summary>
    /// <param name="record">Its record, so far.</param>
    /// <param name="footprint">The footprint of the record.</param>
    public static EnergySum From(RunRecord record, Footprint footprint)
    {
        var parts = ImmutableSortedDictionary.CreateBuilder<EnergyPart, long>(EnergyPart.ById);
        foreach (var component in record.Components)
        {
            var part = EnergyPart.From(component.Component, component.Device, component.Quality);
            parts[part] = parts.GetValueOrDefault(part) + component.MachineMicrojoules;
        }

        return new EnergySum
        {
            Parts = parts.ToImmutable(),
            Joules = Scale(footprint.Energy.Bounds, JoulesPerKilowattHour),
            Grams = Scale(footprint.Total.Bounds, GramsPerKilogram),
        };
    }

    /// <summary>The sum of two. The bounds are added, as if both erred the same way.</summary>
    public EnergySum Add(EnergySum other) => new()
    {
        Parts = Parts.SetItems(other.Parts.Select(part => KeyValuePair.Create(part.Key, part.Value + Parts.GetValueOrDefault(part.Key)))),
        Joules = Add(Joules, other.Joules),
        Grams = Add(Grams, other.Grams),
    };

    static Bounds Scale(Bounds bounds, double factor) => new(bounds.Low * factor, bounds.Best * factor, bounds.High * factor);

    static Bounds Add(Bounds one, Bounds other) => new(one.Low + other.Low, one.Best + other.Best, one.High + other.High);
}
