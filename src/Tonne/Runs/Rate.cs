using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The energy of one unit of a counted amount. Rates connect the measured amounts of a run with factors of power.</summary>
/// <param name="Id">Id within the run, for example <c>cpu/busy</c>.</param>
/// <param name="Per">Unit of the amounts it applies to: <c>thread·s</c>, <c>GB·s</c>, <c>s</c> or <c>J</c> (for a meter's own joules).</param>
/// <param name="Derivation">Joules per unit of amount, from cited factors.</param>
public sealed record Rate(string Id, string Per, Derivation Derivation)
{
    /// <summary>
    /// Id of the factor for the uncertainty of power sampling: exactly 1 at the start of a run, with bounds from the samples at its end.
    /// </summary>
    /// <param name="meter">Id of the meter of <see cref="MeterKind.Power"/>.</param>
    public static string GetSamplingFactorId(string meter) => "sampling/" + meter;

    /// <summary>
    /// Id of the rate of all other parts (fans, board, supply losses) that belongs to another rate: <c>cpu/busy</c> →
    /// <c>other/cpu-busy</c>.
    /// </summary>
    /// <param name="rate">Id of that other rate.</param>
    public static string GetOtherRateId(string rate) => "other/" + rate.Replace('/', '-');

    /// <summary>
    /// Id of the rate for the processor and memory share of a joule that the plug meter counted or that a device used: <c>plug/meter</c>
    /// → <c>plug-cpu/plug/meter</c>.
    /// </summary>
    /// <param name="rate">Id of that meter's or device's rate.</param>
    public static string GetProcessorPartRateId(string rate) => "plug-cpu/" + rate;

    /// <summary>
    /// Id of the rate for the share of all other parts of the same joule: <c>plug/meter</c> → <c>plug-other/plug/meter</c>.
    /// </summary>
    /// <param name="rate">Id of that meter's or device's rate.</param>
    public static string GetOtherPartRateId(string rate) => "plug-other/" + rate;
}
