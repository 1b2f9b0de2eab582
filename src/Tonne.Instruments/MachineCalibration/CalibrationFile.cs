namespace Tonne.Instruments.MachineCalibration;

/// <summary>What a file of calibrations holds.</summary>
sealed record CalibrationFile(string Schema, IReadOnlyList<Calibration> Calibrations);
