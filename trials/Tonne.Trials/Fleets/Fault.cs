namespace Tonne.Trials.Fleets;

/// <summary>A fault of a fleet.</summary>
/// <param name="At">When, after the start.</param>
/// <param name="Kind">What.</param>
/// <param name="Number">Which one of them, from 0.</param>
/// <param name="Down">For how long.</param>
/// <param name="Seed">For what else is random about it.</param>
sealed record Fault(TimeSpan At, FaultKind Kind, int Number, TimeSpan Down, int Seed)
{
    /// <summary>Plans faults at random instants: so many kills, each kind once before any comes again, and a cut for each second.</summary>
    /// <param name="seed">The plan.</param>
    /// <param name="length">How long.</param>
    /// <param name="kills">Number of kills.</param>
    /// <param name="agents">Number of agents.</param>
    /// <param name="relays">Number of relays.</param>
    internal static IReadOnlyList<Fault> Plan(int seed, TimeSpan length, int kills, int agents, int relays)
    {
        FaultKind[] kinds = [FaultKind.Nodes, FaultKind.Agent, FaultKind.Server, FaultKind.Postgres, FaultKind.PostgresImmediate,
            FaultKind.PostgresConnection];
        // Of twelve kills.
        FaultKind[] usual = [.. kinds, FaultKind.Nodes, FaultKind.Nodes, FaultKind.Agent, FaultKind.Agent, FaultKind.Server,
            FaultKind.Server];
        var random = new Random(seed);
        random.Shuffle(kinds);
        var faults = new List<Fault>();
        for (var i = 0; i < kills; i++)
        {
            var kind = i < kinds.Length ? kinds[i] : usual[random.Next(usual.Length)];
            var number = kind switch
            {
                FaultKind.Nodes or FaultKind.Server => random.Next(2),
                FaultKind.Agent => random.Next(agents),
                _ => 0,
            };
            Add(length * ((i + random.NextDouble()) / kills), kind, number, TimeSpan.FromSeconds(2 * random.NextDouble()));
        }

        for (var i = 0; i < (int)length.TotalSeconds; i++)
            Add(TimeSpan.FromSeconds(i + random.NextDouble()), FaultKind.Cut, random.Next(relays), TimeSpan.Zero);
        Add(length * (0.2 + (0.5 * random.NextDouble())), FaultKind.FullDisk, 0, TimeSpan.FromSeconds(4));
        return [.. faults.OrderBy(fault => fault.At)];

        void Add(TimeSpan at, FaultKind kind, int number, TimeSpan down) => faults.Add(new Fault(at, kind, number, down, random.Next()));
    }
}
