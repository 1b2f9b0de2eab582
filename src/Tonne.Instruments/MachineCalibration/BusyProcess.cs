namespace Tonne.Instruments.MachineCalibration;

/// <summary>A process that is at work.</summary>
/// <param name="Id">Process id.</param>
/// <param name="Name">Short name of the process.</param>
/// <param name="Threads">Mean number of hardware threads that the process kept busy.</param>
public sealed record BusyProcess(int Id, string Name, double Threads);
