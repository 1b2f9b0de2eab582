namespace Tonne.Formatting;

/// <summary>The name of an enum's value as documents and screens write it.</summary>
public static class EnumText
{
    /// <summary>The value's name in lower case, for example <c>measured</c>.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
