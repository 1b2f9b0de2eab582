namespace Tonne.Estimation.Training;

/// <summary>What the published chip-hours of a training say about the hours that it took.</summary>
public enum HoursBound
{
    /// <summary>The hours that it took.</summary>
    None,

    /// <summary>At most so many: chips × days, with restarts, evaluation and idle days.</summary>
    Upper,

    /// <summary>At least so many: tokens ÷ the published rate, without restarts.</summary>
    Lower,
}
