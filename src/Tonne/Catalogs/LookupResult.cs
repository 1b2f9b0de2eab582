using System.Diagnostics.CodeAnalysis;

namespace Tonne.Catalogs;

/// <summary>What a name led to: the thing, or why there is none and which names come near.</summary>
public sealed class LookupResult<T> where T : class
{
    LookupResult(T? value, UnknownName? unknown) => (Value, Unknown) = (value, unknown);

    /// <summary>Whether the name led to exactly one thing.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Unknown))]
    public bool IsFound => Value is not null;

    /// <summary>The thing found; null if none.</summary>
    public T? Value { get; }

    /// <summary>Why nothing was found; null if something was.</summary>
    public UnknownName? Unknown { get; }

    /// <summary>The thing found.</summary>
    /// <exception cref="UnknownNameException">There is none; the message lists the nearest names.</exception>
    public T ValueOrThrow => Value ?? throw new UnknownNameException(Unknown ?? new UnknownName("name", "", Ambiguous: false, []));

    /// <summary>One thing was found.</summary>
    public static implicit operator LookupResult<T>(T value) => new(value, null);

    /// <summary>Nothing was found.</summary>
    public static implicit operator LookupResult<T>(UnknownName unknown) => new(null, unknown);
}
