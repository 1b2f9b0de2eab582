namespace Tonne.Cli.Configuration;

/// <summary>Thrown for wrong settings. It lists all problems: each line has the place, the value and the remedy.</summary>
sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
