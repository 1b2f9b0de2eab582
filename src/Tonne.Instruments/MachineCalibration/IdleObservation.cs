namespace Tonne.Instruments.MachineCalibration;

/// <summary>The idle power that one run saw on one meter.</summary>
/// <param name="Machine">Identifies the machine: a hash of its id, which stays the same across boots.</param>
/// <param name="Cpu">Name of its processor and number of threads: a copy of a system may have the same id.</param>
/// <param name="Meter">Id of the meter.</param>
/// <param name="Watts">Lowest mean of an idle stretch, W.</param>
/// <param name="HighestWatts">Highest mean of an idle stretch, W.</param>
/// <param name="Seconds">Length of all idle stretches, s.</param>
/// <param name="At">End of the run, UTC.</param>
public sealed record IdleObservation(string Machine, string Cpu, string Meter, double Watts, double HighestWatts, double Seconds, DateTimeOffset At);
