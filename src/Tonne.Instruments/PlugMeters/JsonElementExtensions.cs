using System.Globalization;
using System.Text.Json;

namespace Tonne.Instruments.PlugMeters;

/// <summary>Finds values in JSON that a stranger wrote: anything may be missing, or of another type.</summary>
static class JsonElementExtensions
{
    /// <summary>A member of an object; null if it is none, or has no such member.</summary>
    internal static JsonElement? GetMember(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A number; null if it is not one. A number beyond a double is infinite.</summary>
    internal static double? GetNumber(this JsonElement? element) => element is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) ? value : null;

    /// <summary>A number, or a text that is one (NaN and +Inf too).</summary>
    internal static double? ParseNumber(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.TryGetDouble(out var value) ? value : null,
        JsonValueKind.String when element.ValueEquals("+Inf"u8) => double.PositiveInfinity,
        JsonValueKind.String when element.ValueEquals("-Inf"u8) => double.NegativeInfinity,
        JsonValueKind.String => double.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
        _ => null,
    };

    /// <summary>A text; null if it is not one.</summary>
    internal static string? GetText(this JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The value that a JSON pointer (RFC 6901) leads to; null if it leads nowhere.</summary>
    internal static JsonElement? FindByPointer(this JsonElement root, string pointer)
    {
        if (pointer.Length == 0)
            return root;
        JsonElement? at = root;
        foreach (var token in pointer[1..].Split('/'))
        {
            var name = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = at switch
            {
                { ValueKind: JsonValueKind.Object } => at.Value.GetMember(name),
                { ValueKind: JsonValueKind.Array } => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.Value.GetArrayLength() ? at.Value[index] : null,
                _ => null,
            };
        }

        return at;
    }
}
