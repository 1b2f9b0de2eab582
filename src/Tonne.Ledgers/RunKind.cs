namespace Tonne.Ledgers;

/// <summary>Where a run of the ledger came from.</summary>
public enum RunKind
{
    /// <summary>Recorded by tonne: its footprint can be accounted again.</summary>
    Recorded,

    /// <summary>Imported from another tool, with the figures as that tool stated them.</summary>
    Imported,
}
