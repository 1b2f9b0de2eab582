namespace Tonne.Recording.EpochPatterns;

/// <summary>The information about an epoch in one line of output, without its metrics.</summary>
/// <param name="Kind">Kind of information.</param>
/// <param name="Number">Number of the epoch, as printed; 0 where the line has none.</param>
/// <param name="Progress">How much of the epoch is done, 0 to 1; null if not given.</param>
/// <param name="Last">Number of epochs in all; null if not given.</param>
/// <param name="Reached">Epochs done, with a fraction, for <see cref="EpochMatchKind.FractionalProgress"/> and
/// <see cref="EpochMatchKind.TrainingEnded"/>.</param>
/// <param name="IsEvaluation">Whether a line of fractional progress reports an evaluation.</param>
readonly record struct EpochMatch(
    EpochMatchKind Kind, int Number = 0, double? Progress = null, int? Last = null, double Reached = 0, bool IsEvaluation = false)
{
    public static EpochMatch None => default;
}
