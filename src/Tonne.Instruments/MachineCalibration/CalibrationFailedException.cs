namespace Tonne.Instruments.MachineCalibration;

/// <summary>The readings cannot be those of this machine, or there are too few: the message says which and what to do.</summary>
public sealed class CalibrationFailedException(string message) : Exception(message);
