namespace Tonne.Recording.EpochPatterns;

/// <summary>A step in one line of output, without its metrics.</summary>
/// <param name="Number">Number of the step, as printed.</param>
/// <param name="Tokens">Tokens in all, as printed; null if not given.</param>
/// <param name="TokensPerSecond">Tokens per second; null if not given.</param>
/// <param name="IsPerDevice">Whether that rate is of one device.</param>
readonly record struct StepMatch(int Number, double? Tokens, double? TokensPerSecond, bool IsPerDevice);
