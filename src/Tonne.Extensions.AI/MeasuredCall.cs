namespace Tonne.Extensions.AI;

/// <summary>The part of one call in the energy of this process. Used by <see cref="EnergyDivider"/> only, under its lock.</summary>
sealed class MeasuredCall
{
    /// <summary>The shared work when the call began, or when its energy was settled last.</summary>
    public double From { get; set; }

    /// <summary>The shared work when the call ended; null while it runs.</summary>
    public double? To { get; set; }

    /// <summary>Its settled energy, µJ.</summary>
    public long Microjoules { get; set; }

    /// <summary>Called with the settled call once it has ended.</summary>
    public Action<MeasuredCall>? OnSettled { get; set; }
}
