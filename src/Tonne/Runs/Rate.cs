using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>What one unit of a counted amount costs: the only place where a run's facts meet factors of power.</summary>
/// <param name="Id">Id within the run, for example <c>cpu/busy</c>.</param>
/// <param name="Per">Unit of the amounts it applies to: <c>thread·s</c>, <c>GB·s</c>, <c>s</c> or <c>J</c> (for a meter's own joules).</param>
/// <param name="Derivation">Joules per unit of amount, from cited factors.</param>
public sealed record Rate(string Id, string Per, Derivation Derivation)
{
    /// <summary>Id of the factor that stands for what sampling a power leaves unsure: exactly 1 at the start of a run, with the samples' own bounds at its end.</summary>
    /// <param name="meter">Id of the meter of <see cref="MeterKind.Power"/>.</param>
    public static string GetSamplingFactorId(string meter) => "sampling/" + meter;

    /// <summary>Id of the rate of everything else (fans, board, supply losses) that goes with another: <c>cpu/busy</c> → <c>other/cpu-busy</c>.</summary>
    /// <param name="rate">Id of that other rate.</param>
    public static string GetOtherRateId(string rate) => "other/" + rate.Replace('/', '-');

    /// <summary>Id of the rate of the processors' and their memory's part of a joule counted by a meter of the whole machine, or taken off it by a device: <c>plug/meter</c> → <c>plug-cpu/plug/meter</c>.</summary>
    /// <param name="rate">Id of that meter's or device's rate.</param>
    public static string GetProcessorPartRateId(string rate) => "plug-cpu/" + rate;

    /// <summary>Id of the rate of everything else's part of the same joule: <c>plug/meter</c> → <c>plug-other/plug/meter</c>.</summary>
    /// <param name="rate">Id of that meter's or device's rate.</param>
    public static string GetOtherPartRateId(string rate) => "plug-other/" + rate;
}
