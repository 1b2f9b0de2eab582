namespace Tonne.Ledgers.Pushing;

/// <summary>What a recount does with a run.</summary>
public enum RecountResult
{
    /// <summary>Factors or method have changed: it gets another statement.</summary>
    Changed,

    /// <summary>Its newest statement has the same content.</summary>
    Unchanged,

    /// <summary>Its figures are those of another tool, which our factors cannot improve.</summary>
    OfAnotherTool,

    /// <summary>It cannot be accounted; its statements stay.</summary>
    Failed,
}
