namespace Tonne.Instruments.Batteries;

/// <summary>What a battery is doing.</summary>
enum BatteryState
{
    /// <summary>It does not say.</summary>
    Unknown,

    /// <summary>It gives power.</summary>
    Discharging,

    /// <summary>It takes power.</summary>
    Charging,

    /// <summary>Neither: full, or held at a level.</summary>
    NotCharging,
}
