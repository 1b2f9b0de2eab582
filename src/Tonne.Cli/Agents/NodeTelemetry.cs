using System.Collections.Immutable;
using Tonne.Cli.Commands;
using Tonne.OpenTelemetry;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>Sends what a node and its jobs use as metrics while they are recorded.</summary>
/// <remarks>
/// Looks at running runs on a thread of its own, and takes the figures of the record when a run has ended. A look reads the whole trace
/// of a
/// run, some 10 µs a sample: looks are made so seldom that those at the node take at most 1 % of one processor, and those at jobs and pods
/// together another 1 %, but every four minutes, so that queries find a series of Prometheus.
/// </remarks>
sealed class NodeTelemetry : IRunObserver, IDisposable
{
    const string ServiceName = "tonne-agent";
    const int MaxText = 200;

    static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(4);

    readonly CommandContext _context;
    readonly TelemetryRequest _request;
    readonly string _node;
    readonly DateTimeOffset _startedAt;
    readonly Action<string> _say;
    readonly Lock _gate = new();
    readonly Dictionary<string, MeasuredSubject> _subjects = new(StringComparer.Ordinal);
    readonly Dictionary<string, (string Subject, RunOpening Opening)> _runs = new(StringComparer.Ordinal);
    readonly Dictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);
    readonly List<MetricSender> _senders = [];
    readonly MetricsPage? _page;
    ImmutableArray<RecordedRun> _running = [];

    /// <summary>Opens the page and begins the queues.</summary>
    /// <param name="context">The clock and the environment.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="request">Where metrics go.</param>
    /// <param name="say">Receives messages for the administrator.</param>
    /// <exception cref="InvalidInputException">The port cannot be opened.</exception>
    public NodeTelemetry(CommandContext context, string node, TelemetryRequest request, Action<string> say)
    {
        (_context, _node, _request, _say, _startedAt) = (context, node, request, say, context.Time.GetUtcNow());
        if (request.Listen is { } listen)
            _page = MetricsPage.Open(listen, WritePage);
        if (request.RemoteWrite is { } remote)
            _senders.Add(CreateSender(remote, MetricProtocol.RemoteWrite));
        if (request.Otlp is { } otlp)
            _senders.Add(CreateSender(otlp, MetricProtocol.Otlp));
    }

    /// <summary>What became of the metrics.</summary>
    public ImmutableArray<TelemetryStatus> Status => [.. _senders.Select(static sender => new TelemetryStatus(
        sender.Address, sender.Delivered, sender.Waiting, sender.Dropped.Values.Sum(), sender.Problem))];

    /// <summary>Says which runs are recorded now.</summary>
    public void SetRunning(ImmutableArray<RecordedRun> runs)
    {
        lock (_gate)
            _running = runs;
    }

    /// <inheritdoc/>
    public void OnOpened(RunOpening opening)
    {
        lock (_gate)
        {
            var key = opening.CoversNode ? "" : opening.Job is { } job ? "job " + job.Id : "pod " + opening.Tags.GetValueOrDefault("pod",
                opening.Id);
            if (!_subjects.TryGetValue(key, out var subject))
                _subjects[key] = subject = new MeasuredSubject(CreateAttributes(opening), opening.CoversNode, opening.StartedAt);
            subject.Begin(opening.Id);
            _runs[opening.Id] = (key, opening);
        }
    }

    /// <inheritdoc/>
    public void OnFinished(RunResult result)
    {
        var record = result.Record;
        lock (_gate)
        {
            if (!_runs.Remove(record.Opening.Id, out var run) || !_subjects.TryGetValue(run.Subject, out var subject))
                return;
            _due.Remove(record.Opening.Id);
            subject.End(record.Opening.Id, EnergySum.From(record, result.Footprint),
                record.Opening.StartedAt.AddSeconds(record.DurationSeconds));
        }
    }

    /// <summary>Sends until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_request.Every, _context.Time, stop).ConfigureAwait(false);
                Look(stop);
                Send();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    /// <summary>Sends the last figures, after all runs have ended, ends the series, and waits for the servers for a while.</summary>
    public void Finish()
    {
        Send();
        MetricValue[] ends;
        lock (_gate)
            ends = [.. _subjects.Values.SelectMany(static subject => subject.TakeEnds()),
                .. CreateOwn(_context.Time.GetUtcNow().AddMilliseconds(1))];
        foreach (var sender in _senders)
            sender.End(ends);
        Task.WaitAll([.. _senders.Select(sender => Task.Run(sender.Close))]);
        foreach (var sender in _senders.Where(static sender => sender.Dropped["shutdown"] > 0))
            _say($"{sender.Address} has not taken the last metrics; the energy is in the ledger.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _page?.Dispose();
        foreach (var sender in _senders)
            sender.Dispose();
    }

    /// <summary>Looks at the runs whose turn it is.</summary>
    void Look(CancellationToken stop)
    {
        ImmutableArray<RecordedRun> runs;
        lock (_gate)
            runs = _running;
        foreach (var run in runs)
        {
            if (stop.IsCancellationRequested)
                return;
            var begin = _context.Time.GetUtcNow();
            lock (_gate)
            {
                if (!_runs.ContainsKey(run.Id) || (_due.TryGetValue(run.Id, out var due) && begin < due))
                    continue;
            }

            try
            {
                var (record, footprint) = run.AccountSoFar();
                var sum = EnergySum.From(record, footprint);
                var cost = _context.Time.GetUtcNow() - begin;
                lock (_gate)
                {
                    if (!_runs.TryGetValue(run.Id, out var known) || !_subjects.TryGetValue(known.Subject, out var subject))
                        continue;
                    subject.Update(run.Id, sum, run.Opening.StartedAt.AddSeconds(record.DurationSeconds));
                    var jobs = subject.IsNode ? 1 : Math.Max(1, runs.Length - 1);
                    var pause = ReadingPause.Get(cost * jobs, TimeSpan.FromSeconds(record.DurationSeconds));
                    _due[run.Id] = begin + (pause < _longestPause ? pause : _longestPause);
                }
            }
#pragma warning disable CA1031 // A run that ends meanwhile, or cannot be read, is taken up when it has ended.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    /// <summary>Queues what has changed; the series of jobs that have ended end with their last values.</summary>
    void Send()
    {
        List<MetricValue> beginnings = [], points = [], ends = [];
        lock (_gate)
        {
            foreach (var (key, subject) in _subjects.ToList())
            {
                var (first, now) = subject.TakePoints();
                beginnings.AddRange(first);
                points.AddRange(now);
                if (subject.IsNode || !subject.HasEnded)
                    continue;
                ends.AddRange(subject.TakeEnds());
                _subjects.Remove(key);
            }

            points.AddRange(CreateOwn(_context.Time.GetUtcNow()));
        }

        foreach (var sender in _senders)
        {
            if (beginnings.Count > 0)
                sender.Send(beginnings);
            sender.Send(points);
            if (ends.Count > 0)
                sender.End(ends);
        }
    }

    string WritePage()
    {
        lock (_gate)
            return MetricPageWriter.Write([.. _subjects.Values.SelectMany(static subject => subject.Latest),
                .. CreateOwn(_context.Time.GetUtcNow())]);
    }

    /// <summary>What the agent says of itself.</summary>
    IEnumerable<MetricValue> CreateOwn(DateTimeOffset now)
    {
        KeyValuePair<string, string> node = new("node", _node);
        yield return new MetricValue("tonne.agent.uptime", "s", MetricValueKind.Gauge, [node, new("version", VersionCommand.Version)],
            (now - _startedAt).TotalSeconds, now, _startedAt);
        yield return new MetricValue("tonne.agent.jobs", "{job}", MetricValueKind.Gauge, [node], _subjects.Values.Count(static subject =>
            !subject.IsNode), now, _startedAt);
        foreach (var sender in _senders)
        {
            foreach (var (reason, count) in sender.Dropped)
                yield return new MetricValue("tonne.export.dropped", "{sample}", MetricValueKind.Counter, [node, new("tonne.reason",
                    reason), new("server.address", sender.Address)], count, now, _startedAt);
        }
    }

    ImmutableArray<KeyValuePair<string, string>> CreateAttributes(RunOpening opening)
    {
        List<KeyValuePair<string, string>> attributes = [new("node", _node)];
        if (opening.CoversNode)
            return [.. attributes];
        Add("kind", opening.Tags.GetValueOrDefault("kind"));
        Add("job_id", opening.Job?.Id);
        Add("pod_uid", opening.Tags.GetValueOrDefault("pod"));
        Add("name", opening.Name);
        Add("account", opening.Job?.Account);
        Add("user", opening.User);
        return [.. attributes];

        void Add(string name, string? value)
        {
            // Names come from the environment of the job.
            if (value is { Length: > 0 })
                attributes.Add(new(name, Formatting.TextSanitizer.ToOneLine(value.Length > MaxText ? value[..MaxText] : value)));
        }
    }

    MetricSender CreateSender(Uri address, MetricProtocol protocol)
    {
        var user = address.UserInfo.Length > 0 ? Uri.UnescapeDataString(address.UserInfo) : null;
        var options = new MetricSenderOptions
        {
            Protocol = protocol,
            Endpoint = user is null ? address : new UriBuilder(address) { UserName = "", Password = "" }.Uri,
            UserName = user,
            Password = user is null ? null : _context.GetVariable("TONNE_TELEMETRY_PASSWORD"),
            Resource = { ["service.name"] = ServiceName, ["service.instance.id"] = _node, ["host.name"] = _node },
            LongestRetryDelay = _request.Every < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1),
        };
        if (user is null && _context.GetVariable("TONNE_TELEMETRY_TOKEN") is { Length: > 0 } token)
            options.Headers["Authorization"] = "Bearer " + token;
        try
        {
            return new MetricSender(options, _context.Time, new TelemetryLog(_say));
        }
        catch (ArgumentException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }
}
