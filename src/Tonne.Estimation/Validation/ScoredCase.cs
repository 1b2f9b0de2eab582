using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>A case with its published value, our estimate made without it, and the baseline.</summary>
/// <param name="Name">The case.</param>
/// <param name="Truth">The published or measured value; above 0.</param>
/// <param name="Estimate">Our estimate with its 95 % bounds, in the unit of the true value, made without the case.</param>
/// <param name="Baseline">Prediction of the baseline with its own spread, made without the case.</param>
/// <param name="Group">Group of the case, such as its family.</param>
public sealed record ScoredCase(string Name, double Truth, Bounds Estimate, Bounds Baseline, string Group = "");
