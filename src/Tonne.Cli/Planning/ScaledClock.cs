using System.Globalization;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Planning;

/// <summary>A clock that starts at a given time and runs faster than the real one, so that days of waiting are tried in seconds. Only waiting and planning use it, not measuring.</summary>
sealed class ScaledClock : TimeProvider
{
    /// <summary>The variable that sets it, for trials: <c>2022-06-01T00:00Z*3600</c>.</summary>
    internal const string Variable = "TONNE_PLAN_CLOCK";

    readonly DateTimeOffset _start;
    readonly long _began;
    readonly TimeProvider _real;

    ScaledClock(DateTimeOffset start, double scale, TimeProvider real) => (_start, Scale, _real, _began) = (start, scale, real, real.GetTimestamp());

    /// <summary>How many of its seconds pass in a real one.</summary>
    public double Scale { get; }

    /// <summary>The clock for waiting and planning: the real one, unless the variable is set.</summary>
    /// <exception cref="InvalidInputException">The variable is not TIME*FACTOR.</exception>
    public static TimeProvider Create(CommandContext context)
    {
        if (context.GetVariable(Variable) is not { Length: > 0 } text)
            return context.Time;
        var parts = text.Split('*');
        return parts is [var start, var factor] && double.TryParse(factor, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) && scale is >= 1 and <= 1e6
            ? new ScaledClock(TimeText.Parse(start, Variable, context.Time.GetUtcNow()), scale, context.Time)
            : throw new InvalidInputException($"{Variable} '{text}' is not a time and a factor, such as 2022-06-01T00:00Z*3600.");
    }

    /// <summary>The real time that a time of a clock takes.</summary>
    public static TimeSpan ToReal(TimeProvider clock, TimeSpan time) => clock is ScaledClock scaled ? time / scaled.Scale : time;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + (_real.GetElapsedTime(_began) * Scale);
}
