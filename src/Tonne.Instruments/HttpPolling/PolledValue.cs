using System.Globalization;

namespace Tonne.Instruments.HttpPolling;

/// <summary>One number of an answer in the unit of its meter, or why there is none.</summary>
readonly record struct PolledValue
{
    PolledValue(long value, string? reason, TimeSpan age, double? rate) => (Value, Reason, Age, Rate) = (value, reason, age, rate);

    /// <summary>mW for a power, µJ for an energy; 0 if there is none.</summary>
    internal long Value { get; }

    /// <summary>Why there is none; null if there is.</summary>
    internal string? Reason { get; }

    /// <summary>Age of the value when the source answered.</summary>
    internal TimeSpan Age { get; }

    /// <summary>For a counter: what it has counted lately, in µJ a second; null if that is not reported.</summary>
    internal double? Rate { get; }

    internal static PolledValue Gap(string reason) => new(0, reason, TimeSpan.Zero, null);

    /// <summary>A number as reported, which must be one that the thing can be.</summary>
    /// <param name="number">The number as reported.</param>
    /// <param name="perUnit">mW or µJ per unit of the number.</param>
    /// <param name="maximum">Largest plausible number, in its unit.</param>
    /// <param name="unit">Unit of the number, for messages.</param>
    /// <param name="age">Age of the value when the source answered.</param>
    /// <param name="rate">Recent growth of the counter, in its unit per second.</param>
    internal static PolledValue Create(double number, double perUnit, double maximum, string unit, TimeSpan age = default, double? rate = null)
    {
        if (double.IsNaN(number))
            return Gap("it reports no number (NaN)");
        if (number < 0)
            return Gap($"it reports a negative value ({FormatNumber(number)} {unit})");
        if (!(number <= maximum) || !(number * perUnit < 9e18))
            return Gap($"it reports {FormatNumber(number)} {unit}, more than is possible{(number / 1000 <= maximum ? $"; it may count in m{unit}" : "")}");
        return new((long)Math.Round(number * perUnit), null, age, rate is >= 0 and <= 1e9 ? rate * perUnit : null);
    }

    /// <summary>The power of a whole machine in W: neither nothing, since the machine runs, nor more than one can draw.</summary>
    internal static PolledValue FromMachinePower(double watts, TimeSpan age = default) =>
        watts == 0 ? Gap("it reports 0 W, which is impossible while this machine runs: check the channel, and that it meters") : Create(watts, 1e3, MaxMachineWatts, "W", age);

    /// <summary>The power that no single machine exceeds, in W: ten times a node of eight GPUs.</summary>
    internal const double MaxMachineWatts = 150_000;

    static string FormatNumber(double number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
