namespace Tonne.Instruments.Diagnostics;

/// <summary>The measured cost of one sample of all meters.</summary>
/// <param name="CpuMicroseconds">CPU time of a sample in µs, the mean of those taken.</param>
/// <param name="Samples">Samples taken.</param>
/// <param name="Meters">Meters read in each.</param>
public sealed record SamplingCost(double CpuMicroseconds, int Samples, int Meters);
