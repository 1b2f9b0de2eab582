using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>A run that has ended: its facts and its footprint.</summary>
/// <param name="Record">The facts.</param>
/// <param name="Footprint">The footprint, with derivations.</param>
/// <param name="Statement">The footprint statement that was passed to the sink.</param>
public sealed record RunResult(RunRecord Record, Footprint Footprint, FootprintStatement Statement);
