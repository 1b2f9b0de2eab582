namespace Tonne.Cli.Configuration;

/// <summary>A value and its origin.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">The value; null if there is none.</param>
/// <param name="Origin">File, variable, flag or default.</param>
/// <param name="Precedence">Higher wins: 0 default, 1 user's file, 2 folder's file, 3 environment, 4 flag.</param>
sealed record SettingValue(Setting Setting, string? Value, string Origin, int Precedence);
