using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The description of a meter: what it measures, and its limits.</summary>
/// <param name="Id">Stable id, for example <c>rapl:package-0</c> or <c>proc:busy</c>.</param>
/// <param name="Component">Part of the machine.</param>
/// <param name="Kind">Meaning and unit of the number.</param>
/// <param name="Role">Purpose for which the readings are used.</param>
/// <param name="Quality">Measured for a meter; a model has none.</param>
/// <param name="Device">Number of the device if there are several; null otherwise.</param>
/// <param name="Range">For an energy counter that wraps: the largest value in µJ; null if it does not.</param>
/// <param name="CeilingWatts">A power the device cannot exceed: a larger difference is a reset, not energy. Default 5,000 W.</param>
/// <param name="Note">Path, caveat, or the reason why it is not summed.</param>
/// <param name="RefreshSeconds">Time between updates of the device's value, in s. The difference of two closer readings may include the
/// energy of this whole time. Null if always current.</param>
/// <param name="LimitWatts">The power limit of the device, W, which is also the highest power between samples. Null if unknown.</param>
public sealed record MeterDescription(
    string Id,
    Component Component,
    MeterKind Kind,
    MeterRole Role,
    Quality Quality = Quality.Measured,
    string? Device = null,
    long? Range = null,
    double CeilingWatts = 5_000,
    string? Note = null,
    double? RefreshSeconds = null,
    double? LimitWatts = null);
