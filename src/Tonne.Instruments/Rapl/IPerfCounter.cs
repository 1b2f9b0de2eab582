namespace Tonne.Instruments.Rapl;

/// <summary>One open performance event.</summary>
interface IPerfCounter : IDisposable
{
    /// <summary>What it has counted since it was opened, in steps of the event's scale.</summary>
    /// <param name="count">The count.</param>
    /// <param name="error">0, or the errno.</param>
    bool TryRead(out long count, out int error);
}
