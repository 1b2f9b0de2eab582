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
        var (now, sums, unread, reason) = (_time.GetUtcNow(), new SortedDictionary<string, Sum>(StringComparer.Ordinal), 0, (string?)null);
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
                    GetSum(sums, request!.Model).Add(request);
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
            Note: unread > 0 ? string.Create(CultureInfo.InvariantCulture, $"{unread} lines could not be read: {reason!.TrimEnd('.')}") : null));
    }

    /// <inheritdoc/>
    public void Dispose() => _follower?.Dispose();

    static Sum GetSum(SortedDictionary<string, Sum> sums, string model)
    {
        if (!sums.TryGetValue(model, out var sum))
            sums[model] = sum = new Sum();
        return sum;
    }

    sealed class Sum
    {
        ServiceUse _use = new();
        double _runningSeconds;
        double _waitingSeconds;

        public void Add(ServedRequest request)
        {
            _use = _use with
            {
                Requests = _use.Requests + 1,
                PromptTokens = _use.PromptTokens + Math.Max(0, request.PromptTokens),
                CachedTokens = _use.CachedTokens + Math.Clamp(request.CachedTokens, 0, Math.Max(0, request.PromptTokens)),
                OutputTokens = _use.OutputTokens + Math.Max(0, request.OutputTokens),
            };
            var start = request.Start ?? request.Arrival;
            _runningSeconds += Math.Max(0, (request.End - start).TotalSeconds);
            _waitingSeconds += Math.Max(0, (start - request.Arrival).TotalSeconds);
        }

        // Requests × time ÷ time: those that ended since the last look stand for those that ran.
        public ServiceUse ToUse(string model, double seconds) => _use with
        {
            Model = model,
            Running = seconds > 0 && _runningSeconds > 0 ? _runningSeconds / seconds : null,
            Waiting = seconds > 0 && _runningSeconds > 0 ? _waitingSeconds / seconds : null,
        };
    }
}
