using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Cli.Agents;

/// <summary>A part of the machine, with the attributes that its metrics have.</summary>
/// <param name="Id">Attribute <c>hw.id</c>: <c>cpu</c>, <c>gpu-0</c>.</param>
/// <param name="Type">Attribute <c>hw.type</c>.</param>
/// <param name="Quality">Attribute <c>tonne.quality</c>: measured, modelled or assumed.</param>
sealed record EnergyPart(string Id, string Type, string Quality)
{
    /// <summary>By id, then by quality.</summary>
    public static IComparer<EnergyPart> ById { get; } = Comparer<EnergyPart>.Create(static (one, other) =>
        string.CompareOrdinal(one.Id, other.Id) is var order and not 0 ? order : string.CompareOrdinal(one.Quality, other.Quality));

    /// <summary>The part of a component.</summary>
    public static EnergyPart From(Component component, string? device, Quality quality)
    {
        var type = component switch { Component.Cpu => "cpu", Component.Memory => "memory", Component.Gpu => "gpu", _ => "enclosure" };
        return new EnergyPart(device is null ? type : $"{type}-{device}", type, quality.ToString().ToLowerInvariant());
    }
}
