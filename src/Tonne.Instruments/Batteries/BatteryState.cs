namespace Tonne.Instruments.Batteries;

/// <summary>The state of a battery.</summary>
enum BatteryState
{
    /// <summary>Unknown.</summary>
    Unknown,

    /// <summary>It discharges.</summary>
    Discharging,

    /// <summary>It charges.</summary>
    Charging,

    /// <summary>Neither: full, or held at a level.</summary>
    NotCharging,
}
