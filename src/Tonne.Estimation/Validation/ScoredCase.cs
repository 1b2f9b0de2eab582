using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>A case whose truth was published, what we said without having seen it, and what a plain rule says.</summary>
/// <param name="Name">The case.</param>
/// <param name="Truth">What was published or measured; above 0.</param>
/// <param name="Estimate">Our estimate with its 95 % bounds, in the unit of the truth; made without the case.</param>
/// <param name="Baseline">The plain rule's with its own spread, made without the case.</param>
/// <param name="Group">What the case has in common with others, such as its family.</param>
public sealed record ScoredCase(string Name, double Truth, Bounds Estimate, Bounds Baseline, string Group = "");
