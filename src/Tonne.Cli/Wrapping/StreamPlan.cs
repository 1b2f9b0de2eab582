namespace Tonne.Cli.Wrapping;

/// <summary>Which streams of a command do not go to those of tonne.</summary>
/// <param name="PipesOutput">Whether standard output goes through a pipe.</param>
/// <param name="PipesError">Whether standard error goes through a pipe.</param>
/// <param name="CloseInput">Whether it reads nothing.</param>
readonly record struct StreamPlan(bool PipesOutput, bool PipesError, bool CloseInput);
