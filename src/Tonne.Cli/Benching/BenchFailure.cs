namespace Tonne.Cli.Benching;

/// <summary>Why a bench cannot go on.</summary>
/// <param name="Variant">Index of the command.</param>
/// <param name="ExitCode">Exit code of the command; null if the command succeeded but could not be measured.</param>
/// <param name="Text">What went wrong, and what to do.</param>
sealed record BenchFailure(int Variant, int? ExitCode, string Text);
