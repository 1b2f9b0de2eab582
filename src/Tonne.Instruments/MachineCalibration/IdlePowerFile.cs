namespace Tonne.Instruments.MachineCalibration;

/// <summary>Content of a file of idle powers.</summary>
sealed record IdlePowerFile(string Schema, IReadOnlyList<IdleObservation> Observations);
