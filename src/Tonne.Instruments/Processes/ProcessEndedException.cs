namespace Tonne.Instruments.Processes;

/// <summary>A process that was to be recorded has ended.</summary>
/// <param name="message">What has ended, as a sentence.</param>
public sealed class ProcessEndedException(string message) : InvalidOperationException(message);
