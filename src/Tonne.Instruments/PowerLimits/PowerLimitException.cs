namespace Tonne.Instruments.PowerLimits;

/// <summary>A power limit cannot be read or set; the message says of which device, why, and what to do.</summary>
/// <param name="message">What went wrong.</param>
public sealed class PowerLimitException(string message) : Exception(message);
