namespace Tonne.Instruments.MachineCalibration;

/// <summary>How hard the machine works while its power is read.</summary>
public enum CalibrationLevel
{
    /// <summary>Nothing but the system itself.</summary>
    Idle,

    /// <summary>Half of the hardware threads.</summary>
    Half,

    /// <summary>All hardware threads.</summary>
    Full,
}
