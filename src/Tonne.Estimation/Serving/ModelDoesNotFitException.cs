namespace Tonne.Estimation.Serving;

/// <summary>
/// The exception for weights that do not fit into the given accelerators. The message has the number that would hold them.
/// </summary>
public sealed class ModelDoesNotFitException(string message) : Exception(message);
