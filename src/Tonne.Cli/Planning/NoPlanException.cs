using Tonne.Cli.Commands;

namespace Tonne.Cli.Planning;

/// <summary>There is no plan: intensities are missing, or there is not enough time. The options themselves are right.</summary>
/// <param name="message">Why.</param>
sealed class NoPlanException(string message) : InvalidInputException(message);
