using System.Globalization;

namespace Tonne.Instruments.Amd;

/// <summary>
/// Determines which devices a job may use, by <c>ROCR_VISIBLE_DEVICES</c>, then by <c>HIP_VISIBLE_DEVICES</c> (or
/// <c>CUDA_VISIBLE_DEVICES</c>) among those left.
/// </summary>
/// <remarks>Numbers in the order of the bus, or <c>GPU-</c> and the chip's own number. What follows an entry that names no device is hidden too. A partition of a die is a device of its own, with a number. Source: ROCm documentation, GPU isolation techniques.</remarks>
static class VisibleDies
{
    /// <summary>The variable that hides devices, if any; for the reason.</summary>
    internal static string? FindVariableName(Func<string, string?> variable) =>
        variable("ROCR_VISIBLE_DEVICES") is not null ? "ROCR_VISIBLE_DEVICES" : variable("HIP_VISIBLE_DEVICES") is { Length: > 0 } ? "HIP_VISIBLE_DEVICES" : variable("CUDA_VISIBLE_DEVICES") is { Length: > 0 } ? "CUDA_VISIBLE_DEVICES" : null;

    /// <summary>The dies that may be used.</summary>
    internal static IReadOnlyList<AmdDie> SelectVisible(IReadOnlyList<AmdDie> dies, Func<string, string?> variable)
    {
        var left = variable("ROCR_VISIBLE_DEVICES") is { } listed ? ParseList(dies, listed) : dies;
        // Set and empty hides all from the runtime below, and nothing from the one above it.
        var among = variable("HIP_VISIBLE_DEVICES") is { Length: > 0 } hip ? hip : variable("CUDA_VISIBLE_DEVICES");
        return among is { Length: > 0 } ? ParseList(left, among) : left;
    }

    static List<AmdDie> ParseList(IReadOnlyList<AmdDie> dies, string list)
    {
        // A partition that is named twice is one; numbers of a later list count the partitions that this one left.
        var named = new List<AmdDie>();
        var taken = new HashSet<int>();
        foreach (var entry in list.Split(','))
        {
            var word = entry.Trim();
            AmdDie? die = null;
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                if (number >= dies.Count)
                    break;
                if (taken.Add(number))
                    named.Add(dies[number]);
                continue;
            }

            if (word.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase) && word.Length > 4)
                die = dies.FirstOrDefault(other => other.UniqueId is { } id && IsSame(id, word.AsSpan(4)));
            if (die is null)
                break;
            if (!named.Contains(die))
                named.Add(die);
        }

        return named;
    }

    static bool IsSame(string id, ReadOnlySpan<char> word) => (id.StartsWith("0x", StringComparison.Ordinal) ? id.AsSpan(2) : id).Equals(word, StringComparison.OrdinalIgnoreCase);
}
