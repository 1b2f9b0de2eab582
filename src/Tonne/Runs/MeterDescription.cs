using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>What a meter reads, and how far to trust it.</summary>
/// <param name="Id">Stable id, for example <c>rapl:package-0</c> or <c>proc:busy</c>.</param>
/// <param name="Component">Part of the machine.</param>
/// <param name="Kind">Meaning and unit of the number.</param>
/// <param name="Role">Whose use it counts.</param>
/// <param name="Quality">Measured for a meter; a model has none.</param>
/// <param name="Device">Which one, where there are several; null otherwise.</param>
/// <param name="Range">For an energy counter that wraps: the largest value in µJ; null if it does not.</param>
/// <param name="CeilingWatts">A power the device cannot exceed: a larger difference is a reset, not energy. Default 5,000 W.</param>
/// <param name="Note">Path, caveat, or why it is not counted.</param>
/// <param name="RefreshSeconds">How long its device leaves a number unchanged, in s: two readings closer than that may hold the energy of this time too. Null where it is at once.</param>
/// <param name="LimitWatts">The power that the device holds itself to, W: what a power that was missed may have been at most. Null where it is not told.</param>
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
