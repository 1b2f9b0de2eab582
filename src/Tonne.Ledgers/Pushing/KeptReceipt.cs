namespace Tonne.Ledgers.Pushing;

/// <summary>A receipt as a node keeps it, with the lines that it is for.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Lines">The lines that the push has added to the chain, in order.</param>
sealed record KeptReceipt(PushReceipt Receipt, IReadOnlyList<KeptReceipt.SignedLine> Lines)
{
    /// <summary>A line.</summary>
    /// <param name="Run">Id of the run.</param>
    /// <param name="Sequence">Its sequence.</param>
    /// <param name="Sha256">SHA-256 of the line as it was sent, hexadecimal.</param>
    internal sealed record SignedLine(string Run, int Sequence, string Sha256);
}
