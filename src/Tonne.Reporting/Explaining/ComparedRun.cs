using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Reporting.Explaining;

/// <summary>A run to be compared: its facts and its figures.</summary>
/// <param name="Record">The record of the run.</param>
/// <param name="Footprint">The footprint of the run.</param>
public sealed record ComparedRun(RunRecord Record, Footprint Footprint);
