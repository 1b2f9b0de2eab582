namespace Tonne.Runs;

/// <summary>The job's energy of a stage or an epoch in one quarter of an hour (UTC).</summary>
/// <param name="Start">Start of the quarter hour, UTC.</param>
/// <param name="Microjoules">Energy of all components at best rates, in µJ; over the stages of a run the sum is that of the run's quarter hour, exactly.</param>
public sealed record QuarterHourEnergy(DateTimeOffset Start, long Microjoules);
