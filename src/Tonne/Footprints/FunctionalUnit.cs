using Tonne.Quantities;

namespace Tonne.Footprints;

/// <summary>What a system is useful for, and how often it was: the R of SCI.</summary>
/// <param name="Name">One of it, for example <c>request</c>, <c>token</c>, <c>image</c>, <c>training run</c>.</param>
/// <param name="Count">How many, more than 0.</param>
public sealed record FunctionalUnit(string Name, Factor Count);
