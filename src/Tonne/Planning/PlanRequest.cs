using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A job, its limits, and the places where it may run.</summary>
public sealed record PlanRequest
{
    /// <summary>Power of the job over its own time.</summary>
    public required PowerProfile Profile { get; init; }

    /// <summary>When the plan is made. The immediate option, which savings are relative to, starts then at the first place.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>When the job has to be finished.</summary>
    public required DateTimeOffset FinishBy { get; init; }

    /// <summary>Where the job may run; at least one. The first is where it runs without a plan.</summary>
    public required ImmutableArray<PlanPlace> Places { get; init; }

    /// <summary>Earliest start of all options but the immediate one. Default: null, now.</summary>
    public DateTimeOffset? StartAfter { get; init; }

    /// <summary>How many times the job may be paused. Default: 0. Null: without limit.</summary>
    public int? MaxPauses { get; init; } = 0;

    /// <summary>
    /// Energy of a resume, as the time for which the job's mean power would use it, at the intensity of the first resumed moment. It
    /// takes no time. Default: zero.
    /// </summary>
    public TimeSpan ResumeCost { get; init; }

    /// <summary>Time of a resume, at the job's mean power, before the work goes on. Default: zero.</summary>
    public TimeSpan ResumeTime { get; init; }

    /// <summary>IT power while the job is paused (held memory, idle devices), before PUE. Default: zero.</summary>
    /// <remarks>If above zero, hardware is held too, and its embodied emissions are counted. The pause is held at the place left.</remarks>
    public Power PausedPower { get; init; }

    /// <summary>Shortest work between two pauses, the last part included. Default: zero.</summary>
    public TimeSpan MinSegment { get; init; }

    /// <summary>Error of the forecasts, for intervals and expected regret. Default: null, none are computed.</summary>
    public ForecastError? ForecastError { get; init; }

    /// <summary>
    /// Whether the options are the best on the expected intensities given the forecast and its error, in place of the forecast itself.
    /// Their figures are on the forecast in both cases. Default: false. Without a forecast error it has no effect.
    /// </summary>
    public bool UseExpectedIntensity { get; init; }

    /// <summary>Draws for intervals, 20 to 10,000. Default: 400.</summary>
    public int Draws { get; init; } = 400;

    /// <summary>Seed of the draws. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Least expected saving for which waiting is recommended, 0 to 1. Default: 0.05.</summary>
    public double MinimumSaving { get; init; } = 0.05;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or the places mix bases, scopes or kinds of intensity.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Profile);
        if (Places.IsDefaultOrEmpty)
            throw new ArgumentException("A plan needs at least one place; set Places.");
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPauses ?? 0, nameof(MaxPauses));
        ArgumentOutOfRangeException.ThrowIfLessThan(ResumeCost, TimeSpan.Zero, nameof(ResumeCost));
        ArgumentOutOfRangeException.ThrowIfLessThan(ResumeTime, TimeSpan.Zero, nameof(ResumeTime));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinSegment, TimeSpan.Zero, nameof(MinSegment));
        ArgumentOutOfRangeException.ThrowIfLessThan(PausedPower, Power.Zero, nameof(PausedPower));
        ArgumentOutOfRangeException.ThrowIfLessThan(Draws, 20, nameof(Draws));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Draws, 10_000, nameof(Draws));
        if (MinimumSaving is not (>= 0 and <= 1))
            throw new ArgumentException($"MinimumSaving is a share, 0 to 1, but is {MinimumSaving}.");
        foreach (var place in Places)
            Validate(place);
    }

    void Validate(PlanPlace place)
    {
        if (place.Pue is not (>= 1 and < 100))
            throw new ArgumentException($"The PUE of {place.Label} is {place.Pue}, and must be at least 1.", nameof(place));
        if (place.Hardware is { } hardware
            && !(hardware.DurationFactor is > 0 and < 1e6 && hardware.PowerFactor is > 0 and < 1e6
                && hardware.EmbodiedPerHour >= Emissions.Zero))
        {
            throw new ArgumentException($"The factors of {hardware.Name} must be above zero, and its emissions not negative.",
                nameof(place));
        }

        Validate(place, place.TransferToStart);
        Validate(place, place.TransferToMove);
        var (first, other) = (Places[0].Intensity, place.Intensity);
        if (first.Basis != other.Basis)
            throw Differ("basis", first.Basis, other.Basis, place);
        if (first.Scope != other.Scope)
            throw Differ("scope", first.Scope, other.Scope, place);
        if (first.Kind != other.Kind)
            throw Differ("kind", first.Kind, other.Kind, place);
    }

    static void Validate(PlanPlace place, Transfer? transfer)
    {
        if (transfer is not null && (transfer.Energy < Energy.Zero || transfer.Time < TimeSpan.Zero))
            throw new ArgumentException($"Energy and time of the transfer to {place.Label} must not be negative.", nameof(transfer));
    }

    ArgumentException Differ<T>(string what, T first, T other, PlanPlace place)
        where T : struct, Enum =>
        new($"The intensities of {Places[0].Label} and {place.Label} differ in {what}: {first} and {other}. "
            + $"They cannot be compared; use series of one {what}.", nameof(place));
}
