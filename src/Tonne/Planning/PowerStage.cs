using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A part of a job with one power.</summary>
/// <param name="Duration">How long it takes, above zero.</param>
/// <param name="Power">IT power at the plug, before PUE; not negative.</param>
public readonly record struct PowerStage(TimeSpan Duration, Power Power);
