namespace Tonne.Cli.Configuration;

/// <summary>Wrong settings, all told at once: each line says where, what and what to do.</summary>
sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
