using System.Collections.Immutable;
using System.Globalization;
using Tonne.Services.Logs;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Requests and tokens from the lines that a server appends to its access log.</summary>
/// <remarks>
/// The first look begins at the end of the log, unless an earlier recorder has left its place in it. A log that is rotated is followed. The
/// mean number of requests that run follows from the times that lines have; where they have none, it is not known.
/// </remarks>
public sealed class LogUseSource : IUseSource
{
    const int MostRequests = 100_000;

    readonly string _path;
    readonly AccessLogFormat _format;
    readonly TimeProvider _time;
    LogFollower? _follower;
    DateTimeOffset? _lookedAt;

    /// <summary>Creates a source; nothing is read yet.</summary>
    /// <param name="path">The log.</param>
    /// <param name="format">Its lines.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    public LogUseSource(string path, AccessLogFormat format, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(format);
        (_path, _format, _time) = (path, format, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public string Description => _path;

    /// <inheritdoc/>
    public bool HasSingleRequests => true;

    /// <inheritdoc/>
    public void Restore(string state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var parts = state.Split(' ', 2);
        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            _follower = new LogFollower(_path, new LogPosition(offset, Convert.FromBase64String(parts[1])));
    }

    /// <inheritdoc/>
    public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
    {
        var (now, sums, unread, reason) = (
            _time.GetUtcNow(), new SortedDictionary<string, RequestSum>(StringComparer.Ordinal), 0, (string?)null);
        var requests = ImmutableArray.CreateBuilder<ServedRequest>();
        if (_follower is null)
        {
            _follower = new LogFollower(_path);
            if (_follower.SkipToEnd() is { } missing)
                return new(new UseReading([], Gap: missing.TrimEnd('.')));
        }

        if (!File.Exists(_path))
            return new(new UseReading([], Gap: "there is no such file"));
        while (true)
        {
            var lines = _follower.Read();
            if (lines.Reason is { } failed && lines.Lines.IsEmpty)
                return new(new UseReading([], Gap: failed.TrimEnd('.')));
            foreach (var line in lines.Lines)
            {
                if (_format.TryRead(line, out var request, out var wrong))
                {
                    GetSum(sums, request!.Model).Add(request);
                    // Of a log that nobody looked at for long, the sums are enough.
                    if (request.End > request.Arrival && requests.Count < MostRequests)
                        requests.Add(request);
                }
                else if (wrong is not null)
                    (unread, reason) = (unread + 1, wrong);
            }

            if (!lines.HasMore)
                break;
        }

        var seconds = _lookedAt is { } before ? (now - before).TotalSeconds : 0;
        _lookedAt = now;
        var position = _follower.Position;
        return new(new UseReading(
            [.. sums.Select(pair => pair.Value.ToUse(pair.Key, seconds))],
            string.Create(CultureInfo.InvariantCulture, $"{position.Offset} {Convert.ToBase64String(position.Head.Span)}"),
            Note: unread > 0 ? string.Create(CultureInfo.InvariantCulture, $"{unread} lines could not be read: {reason!.TrimEnd('.')}")
                : null)
        {
            Requests = requests.ToImmutable(),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _follower?.Dispose();

    static RequestSum GetSum(SortedDictionary<string, RequestSum> sums, string model)
    {
        if (!sums.TryGetValue(model, out var sum))
            sums[model] = sum = new RequestSum();
        return sum;
    }
}
