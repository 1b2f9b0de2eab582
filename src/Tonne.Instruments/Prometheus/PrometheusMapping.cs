using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Instruments.Prometheus;

/// <summary>The component and device of this machine that a series describes.</summary>
/// <param name="Name">Of the meter, below the id of its source: <c>gpu-0</c>. Series with the same name measure the same thing.</param>
/// <param name="Component">Part of the machine.</param>
/// <param name="Device">Number of the device; null if the machine has only one such component.</param>
/// <param name="Role">Whether the series is summed.</param>
/// <param name="Why">Why the series is summed, or not.</param>
/// <param name="Product">Product name of the device; null if it is not reported.</param>
sealed record PrometheusMapping(string Name, Component Component, string? Device, MeterRole Role, string Why, string? Product = null)
{
    /// <summary>For a GPU: its UUID; null if it is not reported.</summary>
    internal string? Uuid { get; init; }

    /// <summary>For a GPU: its place on the bus; null if it is not reported.</summary>
    internal string? PciBus { get; init; }
}
