using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>A figure as it was stated, without its derivation.</summary>
/// <param name="Name">Name of the figure.</param>
/// <param name="Unit">Unit of the bounds.</param>
/// <param name="Boundary">Boundary as text.</param>
/// <param name="Bounds">Low, best, high (95 %).</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="MeasuredShare">Measured ÷ total energy.</param>
public sealed record StatedFigure(string Name, string Unit, string Boundary, Bounds Bounds, Quality Quality, double MeasuredShare);
