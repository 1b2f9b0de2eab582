namespace Tonne.Cli.Wrapping;

/// <summary>The command could not be started.</summary>
/// <param name="exitCode">What we exit with: 127 not found, 126 found but not executable, 125 we could not start it.</param>
/// <param name="message">A whole line for standard error.</param>
sealed class StartFailureException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
