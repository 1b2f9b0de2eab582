namespace Tonne.Instruments.Feeds;

/// <summary>Turns local times without an offset into UTC, in the order in which they stand in a file.</summary>
/// <remarks>
/// A local time that the clock skips (in spring) is none. The hour that the clock repeats (in autumn) is resolved by order. If the times go
/// back within that hour, the
/// rows are one after the other: a row is of the second pass from the first step back on. If each time stands twice in a row, the first is
/// of the first pass. A time that
/// stands once is of the first pass. Descending files are read from their end.
/// </remarks>
sealed class LocalTimeline(TimeZoneInfo zone)
{
    /// <summary>The zone of the clock; null if this machine has no data of time zones.</summary>
    internal static TimeZoneInfo? Find(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;

    /// <summary>Each local time in UTC; null where the clock skips it.</summary>
    internal DateTimeOffset?[] Resolve(IReadOnlyList<DateTime> local)
    {
        var resolved = new DateTimeOffset?[local.Count];
        var descending = local.Count > 1 && local[0] > local[^1];
        var used = new HashSet<DateTimeOffset>();
        var (second, before) = (false, DateTime.MinValue);
        for (var n = 0; n < local.Count; n++)
        {
            var i = descending ? local.Count - 1 - n : n;
            var candidates = Candidates(local[i]);
            if (candidates.Count == 2)
                second |= before.Date == local[i].Date && local[i] < before;
            else
                second = false;
            before = local[i];
            resolved[i] = candidates.Count switch
            {
                0 => null,
                1 => candidates[0],
                _ => second || used.Contains(candidates[0]) ? candidates[1] : candidates[0],
            };
            if (resolved[i] is { } time)
                used.Add(time);
        }

        return resolved;
    }

    /// <summary>The instants with this local time, the earlier first.</summary>
    List<DateTimeOffset> Candidates(DateTime local)
    {
        var found = new List<DateTimeOffset>(2);
        if (local.Year is < 1970 or > 9000)
            return found;
        foreach (var hours in (ReadOnlySpan<int>)[-24, 24])
        {
            var offset = zone.GetUtcOffset(new DateTimeOffset(local.AddHours(hours), TimeSpan.Zero));
            var instant = new DateTimeOffset(DateTime.SpecifyKind(local - offset, DateTimeKind.Utc));
            if (zone.GetUtcOffset(instant) == offset && !found.Contains(instant))
                found.Add(instant);
        }

        found.Sort();
        return found;
    }
}
