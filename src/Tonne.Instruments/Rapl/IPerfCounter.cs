namespace Tonne.Instruments.Rapl;

/// <summary>One open performance event.</summary>
interface IPerfCounter : IDisposable
{
    /// <summary>Reads the count since the counter was opened, in steps of the event's scale.</summary>
    /// <param name="count">The count.</param>
    /// <param name="error">0, or the errno.</param>
    bool TryRead(out long count, out int error);
}
