namespace Tonne.Instruments.Calibrating;

/// <summary>What a file of calibrations holds.</summary>
sealed record CalibrationFile(string Schema, IReadOnlyList<Calibration> Calibrations);
