namespace Tonne.Cli.Wrapping;

/// <summary>Thrown when the command could not be started.</summary>
/// <param name="exitCode">Exit code of tonne: 127 not found, 126 found but not executable, 125 not startable.</param>
/// <param name="message">A whole line for standard error.</param>
sealed class StartFailureException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
