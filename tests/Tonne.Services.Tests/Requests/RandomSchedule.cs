using Tonne.Services.Requests;

namespace Tonne.Services.Tests.Requests;

/// <summary>Readings and requests by chance: overlapping, late, announced or not, with resets, repeated and late readings.</summary>
sealed class RandomSchedule
{
    static readonly DateTimeOffset _start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    readonly List<(double Time, Action<RequestEnergyAllocator> Do)> _events = [];
    readonly RequestEnergyOptions _options;

    RandomSchedule(Random random)
    {
        _options = new RequestEnergyOptions
        {
            IdleWatts = random.Next(0, 120), Step = TimeSpan.FromMilliseconds(random.Next(1, 2_000)),
            Lateness = TimeSpan.FromSeconds(random.Next(0, 20)), LongestRequest = TimeSpan.FromSeconds(random.Next(20, 60)),
            FindWork = model => model switch
            {
                "dense" => new ServedModelWork { Parameters = 7e9, ActiveParameters = 7e9, KvCacheBytesPerToken = 131_072 },
                "mixture" => new ServedModelWork { Parameters = 47e9, ActiveParameters = 13e9, ExpertShare = 0.25 },
                _ => null,
            },
        };
        AddReadings(random);
        Requests = random.Next(0, 30);
        for (var i = 0; i < Requests; i++)
            AddRequest(random, $"r{i}");
    }

    public int Requests { get; }

    /// <summary>What a counter in whole microjoules counted between readings, without the times of resets.</summary>
    public long CountedMicrojoules { get; private set; }

    public static RandomSchedule Create(int seed) => new(new Random(seed));

    public (RequestEnergy[] Requests, AllocatedWindow[] Windows, AllocationTotals Totals) Run()
    {
        var allocator = new RequestEnergyAllocator(_options);
        var (requests, windows) = (new List<RequestEnergy>(), new List<AllocatedWindow>());
        foreach (var (time, action) in _events.OrderBy(step => step.Time))
        {
            action(allocator);
            Take((int)(time * 7) % 3 == 0 ? allocator.Settle() : null);
        }

        Take(allocator.Finish());
        return ([.. requests], [.. windows], allocator.Totals);

        void Take(RequestAllocation? allocation)
        {
            requests.AddRange(allocation?.Requests ?? []);
            windows.AddRange(allocation?.Windows ?? []);
        }
    }

    void AddReadings(Random random)
    {
        var (time, counter, isFirst) = (0d, (long)random.Next(), true);
        while (time < 60)
        {
            var (at, value) = (time, counter / 1e6);
            _events.Add((at, allocator => allocator.AddReading(_start.AddSeconds(at), value)));
            if (random.Next(10) == 0)
                _events.Add((at + 1e-6, allocator => allocator.AddReading(_start.AddSeconds(at - 0.5), value)));
            time += random.NextDouble() * (random.Next(20) == 0 ? 10 : 1.5);
            if (!isFirst && random.Next(25) == 0)
            {
                counter = random.NextInt64(Math.Max(1, counter / 2));
            }
            else if (time < 60)
            {
                var energy = random.NextInt64(400_000_000);
                counter += energy;
                CountedMicrojoules += energy;
            }

            isFirst = false;
        }
    }

    void AddRequest(Random random, string id)
    {
        var arrival = random.NextDouble() * 60;
        var start = arrival + (random.Next(2) * random.NextDouble() * 5);
        var end = start + (random.NextDouble() * random.NextDouble() * 50);
        var model = random.Next(3) switch { 0 => "dense", 1 => "mixture", _ => "unknown" };
        var request = new ServedRequest
        {
            Id = id, Model = model, Arrival = _start.AddSeconds(arrival), Start = random.Next(2) == 0 ? null : _start.AddSeconds(start),
            FirstToken = random.Next(2) == 0 ? null : _start.AddSeconds(start + ((end - start) * random.NextDouble())),
            End = _start.AddSeconds(end), PromptTokens = random.Next(5_000), CachedTokens = random.Next(5_000),
            OutputTokens = random.Next(900),
        };
        var isAnnounced = random.Next(2) == 0;
        if (isAnnounced)
            _events.Add((arrival, allocator => allocator.Begin(id, model, request.Arrival)));
        // The end of some is never reported.
        if (isAnnounced && random.Next(10) == 0)
            return;
        _events.Add((end + (random.Next(2) * random.NextDouble() * 30), allocator => allocator.Complete(request)));
    }
}
