namespace Tonne.Reporting.Advising;

/// <summary>Levers of one group overlap: they reduce the same thing, and only one of them counts in a combination.</summary>
public enum LeverGroup
{
    /// <summary>The intensity of the electricity, and with a cloud region its facility.</summary>
    PlaceAndTime,

    /// <summary>Energy of the facility beyond the IT equipment.</summary>
    Facility,

    /// <summary>How much is computed.</summary>
    Amount,

    /// <summary>Energy for what is computed: hardware, number format, batch.</summary>
    Efficiency,

    /// <summary>Energy of hardware that waits.</summary>
    Idle,
}
