namespace Tonne.Grids;

/// <summary>
/// The region in the name of a cloud provider's zone, by the provider's rule of naming; null if the name has not that form.
/// </summary>
static class RegionOfZone
{
    /// <summary><c>us-central1-a</c> → <c>us-central1</c>: a hyphen and one letter.</summary>
    public static string? Google(string zone) =>
        zone.Length > 3 && zone[^2] == '-' && char.IsAsciiLetter(zone[^1]) && char.IsAsciiDigit(zone[^3]) ? zone[..^2] : null;

    /// <summary>
    /// <c>us-east-1a</c> → <c>us-east-1</c>: one letter after the number; <c>use1-az4</c> → <c>us-east-1</c>, the zone ids that are the
    /// same in every account.
    /// </summary>
    public static string? Amazon(string zone)
    {
        if (zone.Length > 4 && char.IsAsciiLetter(zone[^1]) && char.IsAsciiDigit(zone[^2]) && zone[^3] == '-')
            return zone[..^1];
        var mark = zone.IndexOf("-az", StringComparison.OrdinalIgnoreCase);
        if (mark < 4 || !char.IsAsciiDigit(zone[mark - 1])
            || !zone.AsSpan(mark + 3).ContainsAnyInRange('0', '9') || zone.AsSpan(mark + 3).ContainsAnyExceptInRange('0', '9'))
            return null;
        var id = zone[..mark].ToLowerInvariant();
        var area = id.StartsWith("usg", StringComparison.Ordinal) ? "usg" : id[..2];
        var direction = id[area.Length..^1] switch
        {
            "n" => "north", "s" => "south", "e" => "east", "w" => "west", "c" => "central",
            "ne" => "northeast", "nw" => "northwest", "se" => "southeast", "sw" => "southwest",
            _ => null,
        };
        return direction is null ? null : $"{(area == "usg" ? "us-gov" : area)}-{direction}-{id[^1]}";
    }

    /// <summary><c>eastus-3</c> → <c>eastus</c>: a hyphen and the number of the zone, where the region has no hyphen.</summary>
    public static string? Azure(string zone)
    {
        var hyphen = zone.IndexOf('-', StringComparison.Ordinal);
        return hyphen >= 4 && hyphen == zone.Length - 2 && zone[^1] is >= '1' and <= '3' && zone.AsSpan(0, hyphen).IndexOf(' ') < 0
            ? zone[..hyphen] : null;
    }

    /// <summary><c>us-ashburn-1-AD-2</c> → <c>us-ashburn-1</c>, with or without the tenancy's prefix <c>abcd:</c>.</summary>
    public static string? Oracle(string zone)
    {
        var mark = zone.IndexOf("-ad-", StringComparison.OrdinalIgnoreCase);
        return mark > 4 ? zone[..mark] : null;
    }
}
