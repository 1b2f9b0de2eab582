namespace Tonne.Instruments.MachineCalibration;

/// <summary>A process that is at work.</summary>
/// <param name="Id">Process id.</param>
/// <param name="Name">Short name of the process.</param>
/// <param name="Threads">Hardware threads that it kept at work, 1 is one whole thread.</param>
public sealed record BusyProcess(int Id, string Name, double Threads);
