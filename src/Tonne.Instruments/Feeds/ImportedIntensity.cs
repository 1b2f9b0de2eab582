using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>What a file of intensities holds.</summary>
/// <param name="Series">One series for each zone, basis, scope, kind and signal.</param>
/// <param name="Rows">Number of rows taken.</param>
/// <param name="Problems">Rows that were left out, each with its line, and other warnings.</param>
public sealed record ImportedIntensity(ImmutableArray<IntensitySeries> Series, int Rows, ImmutableArray<Warning> Problems);
