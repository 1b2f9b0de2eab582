namespace Tonne.Runs;

/// <summary>The overhead of measuring.</summary>
/// <param name="CpuSeconds">CPU time of tonne itself over the run, in s.</param>
/// <param name="SamplerCpuSeconds">CPU time of the sampler thread, in s.</param>
/// <param name="PeakResidentBytes">Largest resident memory of tonne, in bytes.</param>
public sealed record Overhead(double CpuSeconds, double SamplerCpuSeconds, long PeakResidentBytes);
