using Tonne.Hardware;

namespace Tonne.Ledgers.ImportExport;

/// <summary>A part of the energy of a CodeCarbon row.</summary>
/// <param name="Component">The part of the machine.</param>
/// <param name="Joules">Its energy at the plug, in J.</param>
/// <param name="Origin">How the energy follows from the row, a sentence.</param>
sealed record CodeCarbonPart(Component Component, double Joules, string Origin);
