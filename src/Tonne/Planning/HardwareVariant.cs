using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Other hardware on which the same work takes another time and power.</summary>
/// <param name="Name">Name of the hardware.</param>
/// <param name="DurationFactor">Duration here ÷ duration of the profile, above zero. Default: 1.</param>
/// <param name="PowerFactor">Power here ÷ power of the profile, above zero. Default: 1.</param>
/// <param name="EmbodiedPerHour">Embodied emissions of one hour in which the hardware is held. Default: zero.</param>
public sealed record HardwareVariant(
    string Name, double DurationFactor = 1, double PowerFactor = 1, Emissions EmbodiedPerHour = default);
