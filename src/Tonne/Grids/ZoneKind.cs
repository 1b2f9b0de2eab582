namespace Tonne.Grids;

/// <summary>How large a zone is.</summary>
public enum ZoneKind
{
    /// <summary>A country or territory.</summary>
    Country,

    /// <summary>A part of a country's grid.</summary>
    Subregion,

    /// <summary>Several countries.</summary>
    Union,

    /// <summary>All countries.</summary>
    World,
}
