namespace Tonne.Instruments.MachineCalibration;

/// <summary>A stretch of time in which the machine worked evenly, and its mean powers.</summary>
/// <param name="Level">Load of the machine.</param>
/// <param name="Phase">Number of the repetition of that level, from 0.</param>
/// <param name="Load">Busy share of all hardware threads, 0 to 1.</param>
/// <param name="PlugWatts">At the plug, W.</param>
/// <param name="MeteredWatts">Processors, memory and GPUs by their own meters, W; memory without a meter as modelled. Null if the
/// processors have none.</param>
/// <param name="PackageWatts">Processor packages by their own meters, W; null if they have none.</param>
public sealed record CalibrationBlock(CalibrationLevel Level, int Phase, double Load, double PlugWatts, double? MeteredWatts = null, double? PackageWatts = null);
