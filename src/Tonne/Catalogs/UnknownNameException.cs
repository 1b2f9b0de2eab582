namespace Tonne.Catalogs;

/// <summary>The exception for a name that no catalog knows.</summary>
public sealed class UnknownNameException(UnknownName unknown) : ArgumentException(unknown.Message)
{
    /// <summary>The name and similar names.</summary>
    public UnknownName Unknown { get; } = unknown;
}
