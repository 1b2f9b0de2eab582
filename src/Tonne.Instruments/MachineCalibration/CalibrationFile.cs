namespace Tonne.Instruments.MachineCalibration;

/// <summary>Content of a file of calibrations.</summary>
sealed record CalibrationFile(string Schema, IReadOnlyList<Calibration> Calibrations);
