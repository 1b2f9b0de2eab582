namespace Tonne.Cli.Commands;

/// <summary>What the user gave cannot be used; the message says what, where and what to do. Exit code 2.</summary>
sealed class InvalidInputException(string message) : Exception(message);
