namespace Tonne.Ledgers.Totals;

/// <summary>Why a run is counted with another one.</summary>
public enum CountedWith
{
    /// <summary>It was started inside it.</summary>
    Nested,

    /// <summary>It is an import of what was exported from it.</summary>
    OwnExport,

    /// <summary>Another tool measured it on the same kind of machine during it.</summary>
    SameTime,

    /// <summary>It ran inside a job of a scheduler of which another run has everything on that node.</summary>
    WholeJob,
}
