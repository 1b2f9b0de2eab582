namespace Tonne.Trials.FleetAgents;

/// <summary>Jobs that begin at random on random nodes, and end.</summary>
/// <param name="nodes">The nodes.</param>
/// <param name="perMinute">Jobs that begin in a minute, on average; 0 for none.</param>
/// <param name="random">When and where.</param>
/// <param name="time">The clock.</param>
sealed class JobSchedule(IReadOnlyList<ReplayedNode> nodes, double perMinute, Random random, TimeProvider time)
{
    const int ShortestSeconds = 15;
    const int LongestSeconds = 90;

    /// <summary>Jobs that have begun.</summary>
    internal int Begun { get; private set; }

    /// <summary>Begins and ends jobs until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        if (perMinute <= 0)
            return;
        var ends = new List<Task>();
        try
        {
            for (var id = 1000L + random.Next(1_000_000) * 1000L; ; id++)
            {
                // Times between arrivals of a Poisson process.
                await Task.Delay(TimeSpan.FromMinutes(-Math.Log(1 - random.NextDouble()) / perMinute), time, stop);
                var node = nodes[random.Next(nodes.Count)];
                node.Begin(id);
                Begun++;
                ends.Add(EndAsync(node, id, TimeSpan.FromSeconds(random.Next(ShortestSeconds, LongestSeconds)), stop));
                ends.RemoveAll(static end => end.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(ends);
        }
    }

    async Task EndAsync(ReplayedNode node, long id, TimeSpan after, CancellationToken stop)
    {
        try
        {
            await Task.Delay(after, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The agents end it.
        }

        if (!stop.IsCancellationRequested)
            node.End(id);
    }
}
