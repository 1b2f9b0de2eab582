namespace Tonne.Cli.Commands;

/// <summary>Thrown when an input of the user cannot be used; the message names the value, its place and the remedy. Exit code 2.</summary>
class InvalidInputException(string message) : Exception(message);
