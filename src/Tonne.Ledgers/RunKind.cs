namespace Tonne.Ledgers;

/// <summary>The origin of a run of the ledger.</summary>
public enum RunKind
{
    /// <summary>Recorded by tonne: its footprint can be accounted again.</summary>
    Recorded,

    /// <summary>Imported from another tool, with the figures of that tool.</summary>
    Imported,
}
