using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>What one unit of a counted amount costs: the only place where a run's facts meet factors of power.</summary>
/// <param name="Id">Id within the run, for example <c>cpu/busy</c>.</param>
/// <param name="Per">Unit of the amounts it applies to: <c>thread·s</c>, <c>GB·s</c>, <c>s</c> or <c>J</c> (for a meter's own joules).</param>
/// <param name="Derivation">Joules per unit of amount, from cited factors.</param>
public sealed record Rate(string Id, string Per, Derivation Derivation);
