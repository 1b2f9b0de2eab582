namespace Tonne.Instruments.MachineCalibration;

/// <summary>Load of the machine while its power is measured.</summary>
public enum CalibrationLevel
{
    /// <summary>Nothing but the system itself.</summary>
    Idle,

    /// <summary>Half of the hardware threads.</summary>
    Half,

    /// <summary>All hardware threads.</summary>
    Full,
}
