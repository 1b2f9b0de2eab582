using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>The power of a job over its own time: constant, or in stages measured from a run.</summary>
/// <remarks>IT power at the plug, before PUE. The time of a job does not pass while it is paused. Immutable, thread safe.</remarks>
public sealed class PowerProfile
{
    /// <summary>Creates a profile from stages in their order. Neighbours of equal power are joined.</summary>
    /// <exception cref="ArgumentException">There is no stage.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A duration is not above zero, or a power is negative.</exception>
    public PowerProfile(ImmutableArray<PowerStage> stages)
    {
        if (stages.IsDefaultOrEmpty)
            throw new ArgumentException("A power profile has at least one stage.", nameof(stages));
        var joined = ImmutableArray.CreateBuilder<PowerStage>(stages.Length);
        foreach (var stage in stages)
        {
            if (stage.Duration <= TimeSpan.Zero)
                throw new ArgumentOutOfRangeException(nameof(stages), stage.Duration, "The duration of a stage must be above zero.");
            if (stage.Power < Power.Zero)
                throw new ArgumentOutOfRangeException(nameof(stages), stage.Power, "The power of a stage is not negative.");
            Duration += stage.Duration;
            Energy += stage.Power * stage.Duration;
            if (joined.Count > 0 && joined[^1].Power == stage.Power)
                joined[^1] = new PowerStage(joined[^1].Duration + stage.Duration, stage.Power);
            else
                joined.Add(stage);
        }

        Stages = joined.DrainToImmutable();
    }

    /// <summary>The stages in their order.</summary>
    public ImmutableArray<PowerStage> Stages { get; }

    /// <summary>How long the job runs.</summary>
    public TimeSpan Duration { get; }

    /// <summary>IT energy of the job without resumes, before PUE.</summary>
    public Energy Energy { get; }

    /// <summary>Energy ÷ duration.</summary>
    public Power MeanPower => Energy / Duration;

    /// <summary>A job of constant power.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is not above zero, or the power is negative.</exception>
    public static PowerProfile Constant(TimeSpan duration, Power power) => new([new PowerStage(duration, power)]);
}
