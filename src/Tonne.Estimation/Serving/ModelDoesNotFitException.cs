namespace Tonne.Estimation.Serving;

/// <summary>The weights do not fit the accelerators that were named; the message says how many would hold them.</summary>
public sealed class ModelDoesNotFitException(string message) : Exception(message);
