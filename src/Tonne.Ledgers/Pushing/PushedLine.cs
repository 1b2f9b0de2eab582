namespace Tonne.Ledgers.Pushing;

/// <summary>One line of a run as its node's ledger holds it: the unit that is pushed to a server, known there by run and sequence.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Sequence">0 for the record, which is written once; 1 and up for the statements in the order of their file.</param>
/// <param name="Line">The line with its checksum, byte for byte, without a line feed; see docs/formats/ledger.md.</param>
public sealed record PushedLine(string Run, int Sequence, ReadOnlyMemory<byte> Line)
{
    /// <summary>Most bytes of a line. The record of a run of 100,000 epochs has about 20 MB.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Whether it is a statement that a server has added by a recount: <see cref="Sequence"/> is then its number among these, from 1.</summary>
    public bool IsRecount { get; init; }
}
